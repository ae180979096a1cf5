"""Every driver under CPython: its register traffic with models of the chips, in simulated time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sensor_cases import ALL, BOARD, ERRORS, I2C, READINGS, first_read, imports_and_making, scene
from simulated_esp32 import Machine, simulated

from makerlab.sensors import sensors
from makerlab.virtual.devices import CHIPS
from makerlab.virtual.scene import QUANTITIES, Curve, Faults, constant, ramp

SENSORS = sensors().sensors


def make(name):
    """A sensor as its example program makes it."""
    names: dict[str, object] = {}
    exec("\n".join(imports_and_making(SENSORS[name])), names)
    return names["sensor"]


def read(sensor, call):
    return eval(f"sensor.{call}()", {"sensor": sensor})


@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_a_sensor_says_what_there_is(reading):
    with simulated(ALL[reading.scene]):
        assert read(make(reading.sensor), reading.call) == pytest.approx(reading.expected, abs=reading.off)


@pytest.mark.parametrize("wrong", ERRORS, ids=str)
def test_what_can_be_wrong_is_said(wrong):
    with simulated(wrong.scene):
        sensor = make(wrong.sensor)  # making one never fails: the other channels must go on
        with pytest.raises(OSError, match=wrong.text):
            read(sensor, wrong.call)
        with pytest.raises(OSError, match=wrong.text):
            read(sensor, wrong.call)


OF = {
    **{name: CHIPS[name].QUANTITIES[0] for name in I2C},
    "ds18b20": "probe_temperature_c",
    "dht22": "temperature_c",
}


@pytest.mark.parametrize("name", OF)
def test_plugged_in_again_it_measures_again(name):
    quantity = OF[name]
    faults = Faults(drop_outs=((20, 10),))
    curve = Curve(QUANTITIES[quantity], (constant(20),), faults)
    both = (
        {"probe_2_temperature_c": Curve(QUANTITIES[quantity], (constant(20),), faults)}
        if name == "ds18b20"
        else {}
    )
    chips = {name: "present"} if name in CHIPS else {}
    with simulated(scene(curves={**scene().curves, quantity: curve, **both}, chips=chips)) as machine:
        sensor = make(name)
        call = first_read(name)
        before = read(sensor, call)
        machine.clock.us = 12_000_000
        with pytest.raises(OSError):
            read(sensor, call)
        machine.clock.us = 22_000_000
        assert read(sensor, call) == before


def test_a_probe_without_power_does_not_disturb_the_other():
    gone = Curve(QUANTITIES["probe_2_temperature_c"], (constant(5),), Faults(drop_outs=((20, 10),)))
    with simulated(scene(curves={**scene().curves, "probe_2_temperature_c": gone})) as machine:
        probes = make("ds18b20")
        second = probes.probe(1)
        assert (probes.temperature_centi_c(), second()) == (6331, 500)
        machine.clock.us = 12_000_000
        assert probes.temperature_centi_c() == 6331
        with pytest.raises(OSError, match="no answer"):
            second()
        machine.clock.us = 22_000_000
        assert (probes.temperature_centi_c(), second()) == (6331, 500)


def test_the_boiling_point_is_told_from_a_probe_that_was_not_asked():
    """85 degrees is what a DS18B20 says after power-on, and what a cup of tea may have."""
    with simulated(scene({"probe_temperature_c": 85.0})):
        assert make("ds18b20").temperature_centi_c() == 8500


# -- one moment --------------------------------------------------------------------------------------------


def transfers(machine: Machine) -> int:
    return machine.asked["i2c.transfer"]


@pytest.mark.parametrize(
    ("name", "reads", "transfers_each"),
    [
        ("bme280", ("temperature_centi_c", "pressure_pa", "humidity_centi_percent"), 2),
        ("mpu6050", ("x_mg", "y_mg", "z_mg"), 2),
        ("tcs34725", ("red_counts", "green_counts", "blue_counts", "clear_counts"), 2),
        ("sht3x", ("temperature_centi_c", "humidity_centi_percent"), 2),  # what is wanted, then the answer
        ("aht20", ("humidity_centi_percent", "temperature_centi_c"), 2),
        ("ina219", ("voltage_mv", "current_ua"), 4),  # its registers do not run on
    ],
)
def test_all_quantities_of_a_row_come_from_one_burst(name, reads, transfers_each):
    with simulated(scene(chips={name: "present"})) as machine:
        sensor = make(name)
        read(sensor, reads[0])
        for call in reads[1:]:
            read(sensor, call)
        before = transfers(machine)
        for call in reads:
            read(sensor, call)
        assert transfers(machine) - before == transfers_each


def test_a_value_is_never_given_twice_and_never_kept():
    rising = Curve(QUANTITIES["temperature_c"], (ramp(0, 100, 100),))
    with simulated(scene(curves={**scene().curves, "temperature_c": rising})) as machine:
        air = make("sht3x")
        first = air.temperature_centi_c()
        machine.clock.us += 10_000
        assert air.temperature_centi_c() > first  # asked again: measured again
        machine.clock.us += 3_600_000_000
        before = transfers(machine)
        air.humidity_centi_percent()  # not given yet, but an hour old
        assert transfers(machine) > before


def test_a_dht_is_not_asked_more_often_than_it_measures():
    rising = Curve(QUANTITIES["temperature_c"], (ramp(0, 80, 80),))
    with simulated(scene(curves={**scene().curves, "temperature_c": rising})) as machine:
        air = make("dht22")
        values = []
        for _ in range(9):
            values.append(air.temperature_deci_c())
            machine.clock.us += 500_000
        assert len(set(values)) == 3  # in four seconds and a half, one every two
        assert machine.asked["dht.read"] == 3


def test_a_thermocouple_is_not_disturbed_while_it_measures():
    with simulated(scene()) as machine:
        sensor = make("max6675")
        for _ in range(10):
            sensor.temperature_centi_c()
            machine.clock.us += 100_000
        assert machine.asked["spi.read"] == 4  # one second, 220 ms each at least


def test_sound_has_its_rest_between_two_measurements():
    with simulated(scene()) as machine:
        sensor = make("hcsr04")
        sensor.distance_mm()
        began = machine.clock.us
        sensor.distance_mm()
        assert machine.clock.us - began >= 60_000


def test_scales_begin_with_zero_and_can_be_set_to_it():
    # 1 kg from second 5 on
    step = Curve(QUANTITIES["weight_g"], (lambda moment: 1000 if moment.t > 5 else 0,))
    with simulated(scene(curves={**scene().curves, "weight_g": step})) as machine:
        scales = make("hx711")
        assert scales.weight_g() == 0
        machine.clock.us = 6_000_000
        scales.weight_g()  # the chip still has the measurement from before in hand
        assert scales.weight_g() == 1000
        scales.tare()
        assert scales.weight_g() == 0


def test_a_switch_that_bounces_changes_once():
    bouncing = {0.0: 0, 1.0: 1, 1.002: 0, 1.004: 1, 1.006: 0, 1.008: 1}
    curve = Curve(
        QUANTITIES["motion"],
        (lambda moment: [level for since, level in bouncing.items() if moment.t >= since][-1],),
    )
    with simulated(scene(curves={**scene().curves, "motion": curve})) as machine:
        switch = make("pir")
        seen = []
        for ms in range(900, 1200):
            machine.clock.us = ms * 1000
            seen.append(switch.level())
        changes = [ms for ms, (one, other) in enumerate(pairwise(seen), 900) if one != other]
        assert len(changes) == 1
        assert 1008 + 20 <= changes[0] + 1 <= 1008 + 22


def test_a_counter_counts_what_it_is_told_once():
    with simulated(scene()) as machine:
        counter = make("counter")
        for at_ms, level in [(10, 0), (11, 1), (12, 0), (14, 1), (60, 0), (90, 1), (120, 0)]:
            machine.clock.us = at_ms * 1000
            counter._changed(level)
        assert counter.count() == 3  # the second one bounced
        counter.reset()
        assert counter.count() == 0


# -- pins ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("from hcsr04 import HCSR04; HCSR04(34, 18)", "pin 34 of this board can only be an input"),
        ("from hcsr04 import HCSR04; HCSR04(99, 18)", "this board has no pin 99"),
        ("from analog import Analog; Analog(23)", "pin 23 cannot measure a voltage"),
        ("from analog import Analog; Analog(98)", "this board has no pin 98"),
        ("from digital import Digital; Digital('D4')", "this board has no pin D4"),
        ("from analog import Analog; Analog(34, 100, 100)", "the same"),
        ("from hx711 import HX711; HX711(18, 19, 0)", "more than 0"),
    ],
)
def test_a_pin_that_cannot_do_it_is_named(source, text):
    with simulated(scene()), pytest.raises(ValueError, match=text):
        exec(source)


@pytest.mark.parametrize("key", ["esp32", "esp32s2", "esp32s3", "esp32c3", "esp32c6"])
def test_the_usual_pins_are_those_that_the_data_proposes(key):
    from makerlab.boards import catalogue

    board = catalogue().boards[key]

    def gpio(connection, *signals):
        pins = sensors().sensors[connection].connection.boards[key]
        return tuple(board.pins[pins[signal]].gpio for signal in signals)

    with simulated(scene(), chip=key.upper()):
        import bus

        assert bus._usual_pins() == gpio("bh1750", "scl", "sda") + gpio("max6675", "clock", "data")


# -- what a chip never does, unless it is broken -----------------------------------------------------------


class BrokenBus:
    """Every read gives the same bytes, over and over."""

    buffer = bytearray

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def write(self, address, data):
        pass

    def read(self, address, buffer):
        buffer[:] = (self.answer * len(buffer))[: len(buffer)]
        return buffer


@pytest.mark.parametrize(
    ("source", "call", "answer", "text"),
    [
        ("from aht20 import AHT20 as Chip", "temperature_centi_c", b"\x98", "not ready"),  # busy for ever
        ("from vl53l0x import VL53L0X as Chip", "distance_mm", b"\xee\xaa", "nothing in reach"),
        ("from bmp280 import BMP280 as Chip", "pressure_pa", b"\x58", ""),
        ("from sht3x import SHT3x as Chip", "temperature_centi_c", b"\x00", "checksum"),
        ("from sht3x import SHT3x as Chip", "temperature_centi_c", b"\xff", "checksum"),
        ("from tcs34725 import TCS34725 as Chip", "red_counts", b"\x44", "nothing measured yet"),
        ("from ina219 import INA219 as Chip", "current_ua", b"\x39\x9f", "out of range"),
    ],
)
def test_a_chip_that_always_says_the_same_keeps_nobody_waiting(source, call, answer, text):
    with simulated(scene()) as machine:
        names: dict[str, object] = {"bus": BrokenBus(answer)}
        exec(f"{source}\nsensor = Chip(bus)", names)
        try:
            value = read(names["sensor"], call)
        except OSError as error:
            assert text in str(error)
        else:
            assert not text and isinstance(value, int)  # nonsense, but a number: no identity tells it
        assert machine.clock.us < 1_000_000


def test_an_hx711_whose_line_is_held_low_is_stuck():
    with simulated(scene(wiring={})):  # nothing drives DT; without a pull-up it reads 0
        from hx711 import HX711

        sensor = HX711(32, 35)  # 35 has no pull-up
        with pytest.raises(OSError, match="stuck"):
            sensor.counts()


def test_an_hx711_at_its_end_is_no_weight(monkeypatch):
    monkeypatch.setattr("makerlab.virtual.devices.hx711.COUNTS_PER_KG", 10**7)
    with simulated(scene({"weight_g": 2000})), pytest.raises(OSError, match="out of range"):
        make("hx711").counts()


def test_the_board_of_the_cases_is_the_one_simulated():
    assert BOARD.key == "esp32"
