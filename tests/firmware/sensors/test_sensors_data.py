"""sensors.yaml, the drivers and boards.yaml, held together."""

from __future__ import annotations

import ast
import re

import pytest

from makerlab.boards import catalogue
from makerlab.resources import firmware_dir
from makerlab.sensors import NOT_FOR_SENSORS, Quantity, Sensor, sensors

FOLDER = firmware_dir() / "sensors"
DRIVERS = {path.stem: path for path in FOLDER.glob("*.py")}
SENSORS = sensors().sensors
BOARDS = catalogue().boards

STEPS = {
    "centi_c": ("degC", "0.01"), "deci_c": ("degC", "0.1"), "temperature_c": ("degC", "1"),
    "centi_percent": ("percent", "0.01"), "deci_percent": ("percent", "0.1"), "percent": ("percent", "1"),
    "pa": ("Pa", "1"), "lux": ("lx", "1"), "mm": ("mm", "1"), "mv": ("mV", "1"), "millivolts": ("mV", "1"),
    "ua": ("mA", "0.001"), "mg": ("mg", "1"), "ohm": ("ohm", "1"), "g": ("g", "1"), "nt": ("uT", "0.001"),
    "deg": ("deg", "1"),
}  # fmt: skip
"""What the end of a method's name says about its steps. Other names are plain numbers."""


def syntax(module: str) -> ast.Module:
    return ast.parse(DRIVERS[module].read_text(encoding="utf-8"))


def methods(module: str, name: str) -> dict[str, ast.FunctionDef]:
    """The methods of class `name`, those of its bases among them."""
    tree = syntax(module)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    if name not in classes:  # imported from another driver
        origin = next(node for node in tree.body if isinstance(node, ast.ImportFrom) and
                      any(alias.name == name for alias in node.names))  # fmt: skip
        return methods(origin.module, name) if origin.module in DRIVERS else {}
    found: dict[str, ast.FunctionDef] = {}
    for base in classes[name].bases:
        if isinstance(base, ast.Name) and base.id != "Sensor":
            found |= methods(module, base.id)
    return found | {node.name: node for node in classes[name].body if isinstance(node, ast.FunctionDef)}


def quantities() -> list[tuple[Sensor, Quantity]]:
    return [(sensor, one) for sensor in SENSORS.values() for one in sensor.quantities.values()]


def test_every_driver_has_data_and_every_datum_a_driver():
    assert {sensor.module for sensor in SENSORS.values()} == set(DRIVERS)


@pytest.mark.parametrize(("sensor", "quantity"), quantities(), ids=lambda one: one.key)
def test_what_the_data_calls_is_there_and_its_name_tells_the_unit(sensor, quantity):
    if sensor.make:
        name = sensor.make.partition("(")[0]
        defined = methods(sensor.module, name)
        given = {
            target.attr
            for node in ast.walk(syntax(sensor.module))
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Attribute)
        }
        assert quantity.read in set(defined) | given
    else:
        assert quantity.read in DRIVERS[sensor.module].read_text(encoding="utf-8")
    ends = [end for end in STEPS if re.search(rf"(^|_){end}$", quantity.read)]
    expected = STEPS[max(ends, key=len)] if ends else ("", "1")
    assert (quantity.unit, quantity.scale) == expected


@pytest.mark.parametrize("sensor", SENSORS.values(), ids=lambda one: one.key)
def test_the_addresses_are_those_of_the_driver(sensor):
    assert bool(sensor.addresses) == (sensor.connection.key == "i2c")
    if sensor.addresses:
        origin = "bmp280" if sensor.module == "bme280" else sensor.module
        text = DRIVERS[origin].read_text(encoding="utf-8")
        assert f"ADDRESS = 0x{sensor.addresses[0]:02x}" in text


@pytest.mark.parametrize("sensor", SENSORS.values(), ids=lambda one: one.key)
def test_whoever_has_an_identity_is_asked_for_it(sensor):
    text = DRIVERS[sensor.module].read_text(encoding="utf-8")
    if sensor.module == "bme280":
        text += DRIVERS["bmp280"].read_text(encoding="utf-8")
    asked = "another chip" in text or "_FAMILY" in text
    assert asked == (sensor.identity != "none")


@pytest.mark.parametrize("sensor", SENSORS.values(), ids=lambda one: one.key)
def test_every_board_that_can_run_it_has_pins_for_it(sensor):
    for key in sensor.boards:
        pins = sensor.connection.boards[key]
        assert len(set(pins.values())) == len(pins), "two lines on one pin"
        for name in pins.values():
            assert not set(BOARDS[key].pins[name].mind) & set(NOT_FOR_SENSORS)
        wires = sensors().wiring(sensor, BOARDS[key])
        assert {wire.board for wire in wires} >= set(pins.values()) or not sensor.wires


@pytest.mark.parametrize("module", DRIVERS)
def test_a_driver_keeps_to_our_customs(module):
    tree = syntax(module)
    doc = ast.get_docstring(tree) or ""
    assert re.search("[一-鿿]", doc.splitlines()[0]), "its first line in Chinese as well"
    if module != "microbit_sensors":
        for word in ("Quantit", "Errors"):
            assert re.search(rf"^{word}", doc, re.MULTILINE), word
    for node in ast.walk(tree):
        if isinstance(node, ast.While):
            assert not (isinstance(node.test, ast.Constant) and node.test.value), "a loop without an end"
        if (
            isinstance(node, ast.Raise)
            and isinstance(node.exc, ast.Call)
            and isinstance(node.exc.func, ast.Name)
        ):
            assert node.exc.func.id in ("SensorError", "OSError", "ValueError")
        if isinstance(node, ast.FunctionDef) and node.name == "measure":
            made = [
                call
                for call in ast.walk(node)
                if isinstance(call, ast.Call) and _called(call) in ("bytearray", "buffer")
            ]
            assert not made, "buffers are made once"
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    public = method.name not in ("start", "measure")
                    assert not public or ast.get_docstring(method), f"{node.name}.{method.name}"


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


@pytest.mark.parametrize("module", [name for name in DRIVERS if name not in ("microbit_sensors",)])
def test_a_chip_names_its_data_sheet(module):
    doc = ast.get_docstring(syntax(module)) or ""
    chips = {sensor.key for sensor in SENSORS.values() if sensor.module == module and sensor.connection.key in
             ("i2c", "spi", "one_pin", "echo", "clocked")}  # fmt: skip
    assert not chips or ("Datasheet" in doc and "Accuracy" in doc and "Duration" in doc)


def test_notes_are_used_and_written_without_line_breaks():
    known = sensors()
    used = {note for sensor in SENSORS.values() for note in sensor.notes}
    used |= {supply["note"] for supply in known.supplies.values() if "note" in supply}
    assert used == set(known.notes)
    named = {wire for sensor in SENSORS.values() for wire in sensor.wires}
    assert set(known.wire_names) <= named


def test_those_that_share_an_address_know_each_other():
    known = sensors()
    rivals = {key: {other.key for other in known.rivals(sensor)} for key, sensor in SENSORS.items()}
    assert rivals["bmp280"] == {"bme280"}
    assert rivals["tcs34725"] == {"vl53l0x"}
    assert rivals["ds18b20"] == set()


def test_programs_are_the_same_for_the_eye_on_every_board():
    """Only pin numbers differ; a teacher can explain one and mean all."""
    for sensor in SENSORS.values():
        same = {
            re.sub(r"\d+", "#", sensors().program(sensor, BOARDS[key]))
            for key in sensor.boards
            if not any(set(one.boards) != set(sensor.boards) for one in sensor.quantities.values())
        }
        assert len(same) <= 1


def test_the_folder_holds_nothing_else():
    assert {path.suffix for path in FOLDER.iterdir() if path.name != "__pycache__"} == {".py", ".yaml"}
