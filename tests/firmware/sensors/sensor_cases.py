"""What the sensors are tried with, whichever Python runs them: scenes, and what must come out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from makerlab.boards import catalogue
from makerlab.sensors import Sensor, sensors
from makerlab.virtual.devices import CHIPS
from makerlab.virtual.scene import QUANTITIES, Curve, Scene, constant

BOARD = catalogue().boards["esp32"]

TRUE = {
    "temperature_c": 21.37, "probe_temperature_c": 63.3125, "probe_2_temperature_c": -10.125,
    "humidity_percent": 47.4, "pressure_hpa": 1007.21, "light_lux": 480,
    "red": 0.6, "green": 0.3, "blue": 0.1,
    "acceleration_x_mg": -250, "acceleration_y_mg": 125, "acceleration_z_mg": 955, "sound_db": 60,
    "distance_mm": 734, "soil_moisture_percent": 40, "weight_g": 0, "voltage_mv": 2400, "current_ma": -21.3,
    "motion": 1,
}  # fmt: skip
"""What there is to be measured."""

WIRING = {"33": "weight_g", "32": "weight_clock", "27": "motion", "34": "voltage_mv", "35": "light_lux"}


def scene(values: dict[str, float] | None = None, **more: object) -> Scene:
    """A scene in which everything stays as TRUE says, or `values`."""
    curves = {
        name: Curve(QUANTITIES[name], (constant(value),))
        for name, value in {**TRUE, **(values or {})}.items()
    }
    made = Scene(curves=curves, wiring=WIRING)
    return replace(made, **more) if more else made  # type: ignore[arg-type]


ALL = {"": scene(), "second": scene(chips={"bmp280": "present", "tcs34725": "present"})}
"""Two scenes in which, together, every chip is there."""


@dataclass(frozen=True)
class Reading:
    """`call` on a sensor gives `expected`, in the driver's own steps, at most `off` beside it."""

    sensor: str
    call: str
    expected: float
    off: float
    scene: str = ""

    def __str__(self) -> str:
        return f"{self.sensor}.{self.call}"


READINGS = [
    Reading("bh1750", "lux", 480, 1),
    Reading("bmp280", "temperature_centi_c", 2137, 1, "second"),
    Reading("bmp280", "pressure_pa", 100721, 1, "second"),
    Reading("bme280", "temperature_centi_c", 2137, 1),
    Reading("bme280", "pressure_pa", 100721, 1),
    Reading("bme280", "humidity_centi_percent", 4740, 2),
    Reading("sht3x", "temperature_centi_c", 2137, 1),
    Reading("sht3x", "humidity_centi_percent", 4740, 1),
    Reading("aht20", "temperature_centi_c", 2137, 1),
    Reading("aht20", "humidity_centi_percent", 4740, 1),
    Reading("tcs34725", "clear_counts", 839, 2, "second"),  # 480 lx * 13 * 0.1008 s * gain 4 / 3
    Reading("tcs34725", "red_counts", 503, 2, "second"),  # 0.6 of that
    Reading("tcs34725", "green_counts", 252, 2, "second"),
    Reading("tcs34725", "blue_counts", 84, 2, "second"),
    Reading("vl53l0x", "distance_mm", 734, 0),
    Reading("ina219", "voltage_mv", 2400, 0),
    Reading("ina219", "current_ua", -21300, 0),
    Reading("mpu6050", "x_mg", -250, 1),
    Reading("mpu6050", "y_mg", 125, 1),
    Reading("mpu6050", "z_mg", 955, 1),
    Reading("dht22", "temperature_deci_c", 214, 0),
    Reading("dht22", "humidity_deci_percent", 474, 0),
    Reading("dht11", "temperature_deci_c", 210, 0),
    Reading("dht11", "humidity_deci_percent", 470, 0),
    Reading("ds18b20", "temperature_centi_c", 6331, 0),
    Reading("ds18b20", "probe(1)", -1012, 0),
    Reading("hcsr04", "distance_mm", 734, 1),
    Reading("max6675", "temperature_centi_c", 6325, 0),
    Reading("hx711", "counts", 83000, 0),
    Reading("hx711", "weight_g", 0, 0),
    Reading("pir", "level", 1, 0),
    Reading("counter", "count", 0, 0),
    Reading("potentiometer", "millivolts", 2400, 0),
    Reading("potentiometer", "percent", 72, 0),
    Reading("ldr", "ohm", 3750, 0),  # 10 kOhm * 900 mV / 2400 mV
    Reading("soil_moisture", "percent", 26, 0),
    Reading("thermistor", "temperature_deci_c", 44, 0),  # 26.7 kohm
    Reading("sound_level", "swing_mv", 0, 0),
]


@dataclass(frozen=True)
class Wrong:
    """With such `chips` or `values`, or something `unplugged`, `call` raises OSError with `text` in it."""

    why: str
    sensor: str
    call: str
    text: str
    chips: tuple[tuple[str, str], ...] = ()
    unplugged: str = ""
    values: tuple[tuple[str, float], ...] = ()

    def __str__(self) -> str:
        return f"{self.sensor}: {self.why}"

    @property
    def scene(self) -> Scene:
        others = {
            "chips": dict(self.chips),
            "unplugged": frozenset([self.unplugged] if self.unplugged else []),
        }
        return scene(dict(self.values), **others)


def first_read(name: str) -> str:
    """What to call of a sensor for its first quantity."""
    return next(iter(sensors().sensors[name].quantities.values())).read


I2C = [name for name in CHIPS if sensors().sensors.get(name)]
ERRORS = [
    *[Wrong("not connected", name, first_read(name), "ENODEV", unplugged="i2c") for name in I2C],
    *[
        Wrong("another chip", name, first_read(name), "another chip", chips=((name, "wrong_identity"),))
        for name in I2C
        if sensors().sensors[name].identity != "none"
    ],
    Wrong("spoilt", "sht3x", "temperature_centi_c", "bad checksum", (("sht3x", "bad_checksum"),)),
    Wrong("spoilt", "aht20", "temperature_centi_c", "bad checksum", (("aht20", "bad_checksum"),)),
    Wrong("spoilt", "dht22", "temperature_deci_c", "bad checksum", (("dht", "bad_checksum"),)),
    Wrong("spoilt", "ds18b20", "temperature_centi_c", "bad checksum", (("ds18b20", "bad_checksum"),)),
    Wrong("not connected", "dht22", "temperature_deci_c", "ETIMEDOUT", (("dht", "absent"),)),
    Wrong("not connected", "ds18b20", "temperature_centi_c", "no answer", unplugged="onewire"),
    Wrong("one too few", "ds18b20", "probe(2)", "no probe 2"),
    Wrong("not connected", "hcsr04", "distance_mm", "not connected", unplugged="echo"),
    Wrong("not connected", "thermistor", "temperature_deci_c", "not connected", unplugged="analog"),
    Wrong("not connected", "soil_moisture", "percent", "not connected", unplugged="analog"),
    Wrong("nothing in reach", "hcsr04", "distance_mm", "no echo", values=(("distance_mm", 4900),)),
    Wrong("nothing in reach", "vl53l0x", "distance_mm", "nothing in reach", values=(("distance_mm", 2500),)),
    Wrong("not connected", "max6675", "temperature_centi_c", "not connected", (("max6675", "absent"),)),
    Wrong("another chip", "max6675", "temperature_centi_c", "another chip", (("max6675", "wrong_identity"),)),
    Wrong("not connected", "hx711", "weight_g", "not connected", (("hx711", "absent"),)),
    Wrong("too bright", "bh1750", "lux", "too bright", values=(("light_lux", 60_000),)),
    Wrong("too bright", "tcs34725", "red_counts", "too bright", (("tcs34725", "present"),), "",
          (("light_lux", 60_000),)),
    Wrong("a BMP280 sold as a BME280", "bme280", "pressure_pa", "another chip: 0x58",
          (("bmp280", "present"),)),
    Wrong("two on one address", "bmp280", "pressure_pa", "another chip: 0x40",
          (("bmp280", "present"), ("bme280", "present"))),
    Wrong("two on one address", "tcs34725", "red_counts", "another chip: 0x00",
          (("tcs34725", "present"), ("vl53l0x", "present"))),
]  # fmt: skip


def imports_and_making(sensor: Sensor) -> list[str]:
    """The lines of its example program that import it and make one, for the virtual ESP32."""
    lines = sensors().program(sensor, BOARD).splitlines()
    imports = [line for line in lines if line.startswith("from") and " lab " not in line]
    return imports + [line for line in lines if line.startswith("sensor = ")]
