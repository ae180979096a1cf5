"""The arithmetic of every driver against the worked examples of the data sheets."""

from __future__ import annotations

from typing import NamedTuple


class Decoded(NamedTuple):
    """`expression`, with everything that `module` has, gives `expected`, says `source`."""

    module: str
    expression: str
    expected: object
    source: str

    def __str__(self) -> str:
        return f"{self.module}: {self.expression}"


# The calibration and readings of the example in the BMP280's data sheet.
T = "(27504, 26435, -1000)"
P = "(36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)"
BMP280 = "Bosch BST-BMP280-DS001, section 3.12, example"
CALIBRATION = bytes.fromhex("706b 4367 18fc 7d8e 43d6 d00b 270b 8c00 f9ff 8c3c f8c6 7017")
DS18B20 = "Maxim DS18B20 19-7487, table 1"
INA219 = "TI INA219 SBOS448G, section 8.6.3"
AM2302 = "Aosong AM2302 manual, section 7.3"

DECODED = [
    Decoded("bh1750", "lux(0x8390)", 28067,
            "ROHM BH1750FVI rev. D, 'how to calculate when the data is 8390h'"),
    Decoded("bh1750", "lux(0xFFFF)", 54613, "the same, 65535 / 1.2"),
    Decoded("bmp280", f"fine_temperature(519888, {T})", 128422, BMP280),
    Decoded("bmp280", "centi_c(128422)", 2508, BMP280),
    Decoded("bmp280", f"pascal(415148, 128422, {P})", 100653, BMP280 + ": 100653.27 Pa"),
    Decoded("bme280", "humidity_calibration(75, b'\\x6a\\x01\\x00\\x14\\x24\\x03\\x1e')",
            (75, 362, 0, 324, 50, 30),
            "Bosch BST-BME280-DS002, table 16: dig_H4 and dig_H5 share register 0xE5"),
    Decoded("bme280", "humidity_calibration(0, b'\\xff\\xff\\x00\\xff\\xff\\xff\\xff')",
            (0, -1, 0, -1, -1, -1),
            "the same: signed"),
    Decoded("crc8", "crc8(b'\\xbe\\xef', 0, 2)", 0x92,
            "Sensirion SHT3x-DIS, section 4.12: CRC(0xBEEF) = 0x92"),
    Decoded("crc8", "crc8(b'\\xbe\\xef\\x92', 0, 3)", 0, "the same, with the checksum behind it"),
    Decoded("sht3x", "centi_c(0)", -4500, "Sensirion SHT3x-DIS, section 4.13"),
    Decoded("sht3x", "centi_c(26214)", 2500, "the same: -45 + 175 * 0.4"),
    Decoded("sht3x", "centi_c(65535)", 13000, "the same"),
    Decoded("sht3x", "centi_percent(65535)", 10000, "the same"),
    Decoded("aht20", "centi_c(0x80000)", 5000,
            "Aosong AHT20 manual, section 6.2: half of 200 degrees, from -50"),
    Decoded("aht20", "centi_percent(0x80000)", 5000, "the same, section 6.1"),
    Decoded("dht22", "dht22_values(b'\\x02\\x8c\\x01\\x5f\\xee')",
            (351, 652), AM2302 + ", example: 35.1, 65.2 %"),
    Decoded("dht22", "dht22_values(b'\\x02\\x8c\\x80\\x65\\x73')", (-101, 652), AM2302 + ": -10.1 degrees"),
    Decoded("dht22", "dht11_values(b'\\x35\\x00\\x18\\x00\\x4d')", (240, 530),
            "DHT11 manual, section 5, example"),
    Decoded("ds18b20", "centi_c(b'\\xd0\\x07')", 12500, DS18B20),
    Decoded("ds18b20", "centi_c(b'\\x50\\x05')", 8500, DS18B20),
    Decoded("ds18b20", "centi_c(b'\\x91\\x01')", 2506, DS18B20 + ": 25.0625"),
    Decoded("ds18b20", "centi_c(b'\\xa2\\x00')", 1013, DS18B20 + ": 10.125"),
    Decoded("ds18b20", "centi_c(b'\\x08\\x00')", 50, DS18B20),
    Decoded("ds18b20", "centi_c(b'\\x00\\x00')", 0, DS18B20),
    Decoded("ds18b20", "centi_c(b'\\xf8\\xff')", -50, DS18B20),
    Decoded("ds18b20", "centi_c(b'\\x5e\\xff')", -1012, DS18B20 + ": -10.125"),
    Decoded("ds18b20", "centi_c(b'\\x6f\\xfe')", -2506, DS18B20 + ": -25.0625"),
    Decoded("ds18b20", "centi_c(b'\\x90\\xfc')", -5500, DS18B20),
    Decoded("ina219", "microvolt(b'\\x83\\x00')", -320_000, INA219 + ".1, example 1: -320 mV is 8300h"),
    Decoded("ina219", "microvolt(b'\\x7d\\x00')", 320_000, INA219 + ".1, table: 320 mV is 7D00h"),
    Decoded("ina219", "millivolt(b'\\xfa\\x02')", 32_000, INA219 + ".2: 32 V is 1F40h, in bits 3 to 15"),
    Decoded("ina219", "microampere(320_000, 100)".replace("_", ""), 3_200_000, "Ohm's law"),
    Decoded("mpu6050", "mg(0x40, 0)", 1000, "InvenSense RM-MPU-6000A-00, section 4.17: 16384 LSB/g"),
    Decoded("mpu6050", "mg(0xc0, 0)", -1000, "the same"),
    Decoded("mpu6050", "mg(0x7f, 0xff)", 2000, "the same"),
    Decoded("mpu6050", "mg(0xff, 0xff)", 0, "the same: -0.06 mg"),
    Decoded("max6675", "centi_c(0)", 0,
            "Maxim MAX6675 19-2235, 'the result is a sequence of all zeros at 0'"),
    Decoded("max6675", "centi_c(0x7ff8)", 102_375, "the same: all ones mean 1023.75"),
    Decoded("max6675", "centi_c(0x320)", 2500, "the same: 100 quarters"),
    Decoded("hx711", "signed(0x7fffff)", 8_388_607, "Avia HX711, 'max. 7FFFFFh'"),
    Decoded("hx711", "signed(0x800000)", -8_388_608, "Avia HX711, 'min. 800000h'"),
    Decoded("hx711", "gram(504000, 84000, 420000)", 1000, "420,000 counts a kilogram"),
    Decoded("hx711", "gram(83790, 84000, 420000)", 0, "rounded: -0.5"),
    Decoded("hcsr04", "distance_mm(580)", 100, "ElecFreaks HC-SR04: 'uS / 58 = centimeters'"),
    Decoded("hcsr04", "distance_mm(5830, 0)", 966, "331.3 m/s at 0 degrees"),
    Decoded("vl53l0x", "distance_mm(b'\\x58' + bytes(9) + b'\\x01\\x2c')", 300, "ST STSW-IMG005: status 11"),
    Decoded("vl53l0x", "distance_mm(b'\\x20' + bytes(9) + b'\\x01\\x2c')", None,
            "the same: status 4, phase failed"),
    Decoded("vl53l0x", "distance_mm(b'\\x58' + bytes(9) + b'\\x1f\\xfe')", None,
            "the same: 8190, nothing seen"),
    Decoded("analog", "percent(1300, 2800, 1300)", 100, "in water"),
    Decoded("analog", "percent(2900, 2800, 1300)", 0, "drier than air"),
    Decoded("analog", "percent(2050, 2800, 1300)", 50, "in between"),
    Decoded("thermistor", "deci_c(1650)", 250, "the same resistance as its resistor's: 25 degC"),
    Decoded("thermistor", "deci_c(2543)", 0, "33.6 kohm, 0 degC by the B equation"),
    Decoded("thermistor", "deci_c(871)", 500, "3.59 kohm, 50 degC"),
    Decoded("analog", "ohm(1650, 10000)", 10_000, "half the supply"),
    Decoded("analog", "ohm(0, 10000)", None, "no current"),
]  # fmt: skip
