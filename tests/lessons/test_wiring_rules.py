"""Wires that would do harm or nothing: what each finding says of which line, and what is fine."""

from __future__ import annotations

from pathlib import Path

import pytest

from makerlab.lessons.check.everything import check
from makerlab.lessons.folder import read_folder
from makerlab.lessons.wiring import End, describe_wiring
from makerlab.sensors import sensors

EXAMPLE = Path(__file__).parent / "example"
FILE = "wiring/esp32.yaml"
UNUSED = "unused-pin"


def rules(parts: str, wires: str, board: str = "esp32") -> list[tuple[int, str]]:
    """Line (the first wire has 1, parts are 0 and below) and rule of what is found in a wiring, but for pins
    that the example's program does not use."""
    files = read_folder(EXAMPLE)
    head = f"target: esp32\nboards: [{board}]\nparts:\n{parts}wires:\n"
    lesson = files["lesson.yaml"].replace(b"boards: [esp32]", f"boards: [{board}]".encode())
    found = check({**files, "lesson.yaml": lesson, FILE: (head + wires).encode()})
    first = head.count("\n")
    return [(one.line - first, one.rule) for one in found if one.file == FILE and one.rule != UNUSED]


LDR = "  - {id: ldr, sensor: ldr}\n"
LDR_WIRES = "  - {from: 3V3, to: ldr.leg}\n  - {from: D34, to: ldr.other_leg}\n"
LED = "  - {id: led, name: {zh: 灯, en: lamp}, pins: [long, short]}\n"


def i2c(name: str, sensor: str, sda: str = "D21") -> tuple[str, str]:
    known = sensors().sensors[sensor]
    ends = {"power": "3V3", "ground": "GND", "scl": "D22", "sda": sda}
    wires = "".join(f"  - {{from: {ends[end]}, to: {name}.{pin}}}\n" for pin, end in known.wires.items())
    return f"  - {{id: {name}, sensor: {sensor}}}\n", wires


def test_a_good_wiring():
    assert (
        rules(LDR + LED, LDR_WIRES + "  - {from: D25, to: led.long}\n  - {from: led.short, to: GND}\n") == []
    )


def test_sensors_on_one_bus_share_its_lines():
    (light, light_wires), (air, air_wires) = i2c("light", "bh1750"), i2c("air", "sht3x")
    assert rules(light + air, light_wires + air_wires) == []


def test_two_chips_with_one_address():
    (tof, tof_wires), (colour, colour_wires) = i2c("tof", "vl53l0x"), i2c("colour", "tcs34725")
    assert [rule for _line, rule in rules(tof + colour, tof_wires + colour_wires)] == ["address-clash"]


def test_two_sensors_on_one_pin_of_their_own():
    parts = LDR + "  - {id: soil, sensor: soil_moisture}\n"
    wires = LDR_WIRES + (
        "  - {from: 3V3, to: soil.VCC}\n  - {from: GND, to: soil.GND}\n  - {from: D34, to: soil.AOUT}\n"
    )
    assert rules(parts, wires) == [(5, "pin-clash")]


def test_probes_share_a_line_and_a_dht_does_not():
    def one_wire(name: str, power: str, data: str, ground: str) -> str:
        return (
            f"  - {{from: 3V3, to: {name}.{power}}}\n  - {{from: D4, to: {name}.{data}}}\n"
            f"  - {{from: GND, to: {name}.{ground}}}\n"
        )

    probes = "  - {id: a, sensor: ds18b20}\n  - {id: b, sensor: ds18b20}\n"
    wires = one_wire("a", "red", "yellow", "black") + one_wire("b", "red", "yellow", "black")
    assert rules(probes, wires) == []
    mixed = "  - {id: a, sensor: ds18b20}\n  - {id: b, sensor: dht22}\n"
    wires = one_wire("a", "red", "yellow", "black") + one_wire("b", "VCC", "DATA", "GND")
    assert rules(mixed, wires) == [(5, "pin-clash")]


@pytest.mark.parametrize(
    ("wire", "rule"),
    [
        ("{from: 3V3, to: GND}", "short-circuit"),
        ("{from: VIN, to: GND}", "short-circuit"),
        ("{from: 5V, to: D25}", "five-volts"),
        ("{from: D99, to: led.long}", "no-pin"),
        ("{from: D2, to: led.long}", "pin-taken"),
        ("{from: D25, to: led.middle}", "value"),
        ("{from: D25, to: lamp.long}", "value"),
        ("{from: D25}", "missing-key"),
        ("{from: D25, to: led.long, colour: pink}", "value"),
    ],
)
def test_a_wire_that_is_wrong(wire, rule):
    assert rules(LDR + LED, LDR_WIRES + f"  - {wire}\n") == [(3, rule)]


@pytest.mark.parametrize(
    ("pin", "found"),
    [("D34", []), ("D21", [(2, "wrong-pin")]), ("GND", [(2, "wrong-pin")]), ("3V3", [(2, "wrong-pin")])],
)
def test_a_voltage_is_measured_where_the_board_can(pin, found):
    wires = f"  - {{from: 3V3, to: ldr.leg}}\n  - {{from: {pin}, to: ldr.other_leg}}\n"
    assert rules(LDR, wires) == found


def test_what_writes_does_not_go_to_a_pin_that_only_reads():
    parts = "  - {id: echo, sensor: hcsr04}\n"
    supply = "  - {from: 3V3, to: echo.VCC}\n  - {from: GND, to: echo.GND}\n"
    assert rules(parts, supply + "  - {from: D34, to: echo.Trig}\n  - {from: D26, to: echo.Echo}\n") == [
        (3, "wrong-pin")
    ]
    assert rules(parts, supply + "  - {from: D25, to: echo.Trig}\n  - {from: D34, to: echo.Echo}\n") == []


def test_five_volts_through_a_sensor_or_behind_a_divider():
    plain = "  - {id: echo, sensor: hcsr04}\n"
    divided = "  - {id: echo, sensor: hcsr04, output_v: 3.3}\n"
    wires = (
        "  - {from: VIN, to: echo.VCC}\n  - {from: GND, to: echo.GND}\n"
        "  - {from: D25, to: echo.Trig}\n  - {from: D26, to: echo.Echo}\n"
    )
    assert rules(plain, wires) == [(4, "five-volts")]  # the trigger only takes
    assert rules(divided, wires) == []


def test_five_volts_out_of_a_part_of_its_own():
    parts = LDR + "  - {id: relay, name: {zh: 继电器, en: relay}, pins: [out], output_v: 5}\n"
    assert rules(parts, LDR_WIRES + "  - {from: D25, to: relay.out}\n") == [(3, "five-volts")]


def test_five_volts_into_a_part_of_its_own_is_asked_about():
    servo = "  - {id: servo, name: {zh: 舵机, en: servo}, pins: [power, ground, signal]%s}\n"
    wires = (
        "  - {from: 5V, to: servo.power}\n  - {from: GND, to: servo.ground}\n"
        "  - {from: D25, to: servo.signal}\n"
    )
    assert rules(servo % "", wires) == [(3, "five-volts")]
    assert rules(servo % ", output_v: 0", wires) == []


def test_a_short_circuit_over_a_terminal():
    found = rules(LDR, LDR_WIRES + "  - {from: GND, to: ldr.leg}\n")
    assert found == [(3, "short-circuit"), (3, "wrong-pin")]


def test_too_many_wires():
    assert rules(LDR, LDR_WIRES + "  - {from: D34, to: ldr.other_leg}\n" * 200) == [(0, "too-many")]


def test_every_board_of_the_wiring_is_looked_at():
    assert rules(LDR, LDR_WIRES, "esp32, esp32c3") == [(2, "no-pin")]


def test_boards_that_print_numbers_only():
    assert rules(LDR, "  - {from: 3V3, to: ldr.leg}\n  - {from: 1, to: ldr.other_leg}\n", "esp32s3") == []


@pytest.mark.parametrize(
    ("program", "used"),
    [
        ("millivolts(34)", True),
        ("Pin('D34')", True),
        ("board.D34", True),
        ("millivolts(35)", False),
        ("millivolts(340)", False),
    ],
)
def test_a_pin_is_in_the_program_too(program, used):
    files = read_folder(EXAMPLE)
    text = files["code/esp32/main.py"].replace(b"millivolts(34)", program.encode())
    found = [one for one in check({**files, "code/esp32/main.py": text}) if one.rule == UNUSED]
    assert [one.line for one in found] == ([] if used else [14])


def test_pins_of_a_bus_are_the_driver_s():
    (light, light_wires) = i2c("light", "bh1750")
    files = read_folder(EXAMPLE)
    text = f"target: esp32\nboards: [esp32]\nparts:\n{light}wires:\n{light_wires}"
    assert UNUSED not in [one.rule for one in check({**files, FILE: text.encode()})]


def test_terminals_are_found_by_any_of_their_names():
    head = "target: esp32\nboards: [esp32]\nparts:\n  - {id: air, sensor: dht22}\n"
    text = head + "wires:\n  - {from: D4, to: air.S}\n"
    wiring = describe_wiring(text, FILE, sensors()).wiring
    assert wiring is not None
    assert wiring.wires[0].end == End("air", "DATA / S")
    assert wiring.shown(wiring.wires[0].end, "zh") == "DHT22（AM2302）温湿度传感器：DATA / S"
    assert wiring.shown(wiring.wires[0].start, "en") == "D4"
