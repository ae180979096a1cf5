"""The drivers on the genuine runtimes: a virtual ESP32 and an emulated micro:bit V1."""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from decode_cases import CALIBRATION, DECODED
from sensor_cases import ALL, BOARD, ERRORS, READINGS, imports_and_making, scene

from makerlab.boards import Board, catalogue
from makerlab.experiment.model import Edition, Experiment
from makerlab.experiment.run import Prepared, measure, prepare
from makerlab.experiment.until import Until, Watch
from makerlab.files.transfer import BoardFiles
from makerlab.link.open import open_link
from makerlab.repl.session import Session
from makerlab.sensors import sensors
from makerlab.virtual.board import VirtualBoard
from makerlab.virtual.devices.checksum import crc8
from makerlab.virtual.emulated import INSTALL, find_tool
from makerlab.virtual.link import VirtualLink
from makerlab.virtual.profile import ESP32, MICROBIT_V2, Profile
from makerlab.virtual.scene import Scene
from makerlab.wire.events import Event, Fault, Samples
from makerlab.wire.stream import StreamDecoder

SENSORS = sensors().sensors
V1, V2 = catalogue().boards["microbit-v1"], catalogue().boards["microbit-v2"]
SECOND = {one.sensor for one in READINGS if one.scene == "second"}
"""Sensors whose chip is only in the second scene: in the first, another has its address."""
ON_V1 = [name for name, sensor in SENSORS.items() if V1.key in sensor.boards]
V1_MODULES = sorted({SENSORS[name].module for name in ON_V1})


def prepared(board: Board, source: str) -> Prepared:
    """A program and the modules it needs, as they go to this board."""
    return prepare(Experiment("sensor", {"": Edition("sensor.py", source)}), Path("nowhere"), board)


@contextmanager
def virtual(profile: Profile, surroundings: Scene) -> Iterator[Session]:
    board = VirtualBoard(profile, scene=surroundings, serial=1)
    with VirtualLink(f"virtual:{profile.key}", board, None) as link:
        session = Session(link)
        session.enter()
        yield session


def put(session: Session, board: Board, sources: Sequence[str]) -> None:
    """Bring the modules that these programs need."""
    modules = {name: data for source in sources for name, data in prepared(board, source).modules.items()}
    BoardFiles(session, board.limits).put(modules)


def answer(session: Session, source: str) -> object:
    """What a program prints, a Python literal."""
    return ast.literal_eval(session.exec(source).decode().strip())


def printing(name: str, call: str) -> str:
    """A program that prints what `call` on a sensor gives, or its error in brackets."""
    lines = imports_and_making(SENSORS[name])
    return "\n".join(
        [*lines, "try:", f" print(sensor.{call}())", "except OSError as error:", " print([str(error)])", ""]
    )


# -- a virtual ESP32 ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def esp32() -> Iterator[Session]:
    """With every module, in the scene where everything is as it should be."""
    with virtual(ESP32, ALL[""]) as session:
        esp32_sensors = [one for one in SENSORS.values() if BOARD.key in one.boards]
        put(session, BOARD, [sensors().program(one, BOARD) for one in esp32_sensors])
        yield session


@pytest.mark.parametrize("case", DECODED, ids=str)
def test_worked_examples_of_the_data_sheets(esp32, case):
    assert answer(esp32, f"from {case.module} import *\nprint({case.expression})") == case.expected


@pytest.mark.parametrize("reading", [one for one in READINGS if not one.scene], ids=str)
def test_a_sensor_says_what_there_is(esp32, reading):
    assert answer(esp32, printing(reading.sensor, reading.call)) == pytest.approx(
        reading.expected, abs=reading.off
    )


def test_the_chips_that_share_an_address_say_what_there_is():
    readings = [one for one in READINGS if one.scene == "second"]
    with virtual(ESP32, ALL["second"]) as session:
        put(session, BOARD, [printing(one.sensor, one.call) for one in readings])
        for one in readings:
            said = answer(session, printing(one.sensor, one.call))
            assert said == pytest.approx(one.expected, abs=one.off), one


@pytest.mark.parametrize("wrong", ERRORS, ids=str)
def test_what_can_be_wrong_is_said(wrong):
    source = printing(wrong.sensor, wrong.call)
    with virtual(ESP32, wrong.scene) as session:
        put(session, BOARD, [source])
        said = answer(session, source)
        assert isinstance(said, list), "no error"
        assert wrong.text in said[0]


def rows_of(session: Session, program: Prepared, count: int) -> tuple[list[Event], list[tuple[object, ...]]]:
    """All events of a program up to its `count`-th row, and those rows' values."""
    session.restart()
    run = session.start(program.source)
    events: list[Event] = []
    for batch in measure(run, StreamDecoder(), Watch(Until(samples=count), time.monotonic())):
        events += batch.events
    assert run.traceback == "", run.traceback
    run.stop()
    rows = [row for event in events if isinstance(event, Samples) for row in event.rows]
    assert len(rows) == count
    return events, [row[2:] for row in rows]


@pytest.mark.parametrize(
    "name", [name for name, one in SENSORS.items() if BOARD.key in one.boards and name not in SECOND]
)
def test_the_program_shown_for_an_esp32_measures(esp32, name):
    sensor = SENSORS[name]
    shown = sensors().program(sensor, BOARD)
    quick = shown.replace(f"run({sensor.rate_hz})", "run(20)")  # a rate of its own would only take longer
    assert quick != shown or sensor.rate_hz == "20"
    _events, rows = rows_of(esp32, prepared(BOARD, quick), 2)
    for row in rows:
        assert None not in row
        for quantity, value in zip(sensor.on(BOARD.key), row, strict=True):
            # What it may say lies in the range that the data gives.
            assert isinstance(value, int)
            assert quantity.low <= value * float(quantity.scale) <= quantity.high, quantity.key


def test_a_silent_sensor_does_not_stop_the_others():
    source = """
from bh1750 import BH1750
from bus import i2c
from dht22 import DHT22
from lab import channel, run

wires = i2c()
channel("light", "lx", BH1750(wires).lux)
channel("temperature", "degC", DHT22(4).temperature_deci_c, 0.1)
run(20)
"""
    with virtual(ESP32, scene(chips={"bh1750": "absent"})) as session:
        program = prepared(BOARD, source)
        put(session, BOARD, [source])
        events, rows = rows_of(session, program, 3)
    assert [row[1] for row in rows] == [214] * 3
    assert [row[0] for row in rows] == [None] * 3
    faults = [event for event in events if isinstance(event, Fault)]
    assert [(fault.channel, "ENODEV" in fault.text) for fault in faults] == [("light", True)]  # told once


def test_pulses_are_counted_between_the_rows():
    source = """
from counter import Counter
from lab import channel, run

channel("count", "", Counter(27, pull_up=True).count)
run(2)
"""
    finger = (
        "x: {quantities: {button: [{pulse: {height: 1, every_s: 0.1, for_s: 0.05}}]}, wiring: {'27': button}}"
    )
    from makerlab.virtual.scene import load

    with virtual(ESP32, load(finger, "scene")["x"]) as session:
        put(session, BOARD, [source])
        _events, rows = rows_of(session, prepared(BOARD, source), 4)
    counted = rows[3][0] - rows[0][0]
    assert 13 <= counted <= 16  # a second and a half, ten presses a second


# -- a virtual micro:bit V2 --------------------------------------------------------------------------------

V2_WIRING = {"P16": "weight_g", "P15": "weight_clock", "P1": "motion", "P0": "voltage_mv"}


@pytest.mark.parametrize("name", [name for name, one in SENSORS.items() if V2.key in one.boards])
def test_the_program_shown_for_a_v2_measures(name):
    sensor = SENSORS[name]
    program = sensors().program(sensor, V2).replace(f"run({sensor.rate_hz})", "run(20)")
    surroundings = replace(ALL["second" if name in SECOND else ""], wiring=V2_WIRING)
    with virtual(MICROBIT_V2, surroundings) as session:
        put(session, V2, [program])
        _events, (first, second) = rows_of(session, prepared(V2, program), 2)
    known = {one.call: one for one in READINGS if one.sensor == name}
    for quantity, values in zip(sensor.on(V2.key), zip(first, second, strict=True), strict=True):
        for value in values:
            assert quantity.low <= value * float(quantity.scale) <= quantity.high, quantity.key
            if quantity.read in known:
                reading = known[quantity.read]
                # A step more than on an ESP32: its clock and its ADC are coarser.
                assert value == pytest.approx(reading.expected, abs=reading.off + 1), quantity.key


# -- an emulated micro:bit V1 ------------------------------------------------------------------------------

SILENT_ON_QEMU = ("chip", "field", "heading")
"""Quantities of the micro:bit that are not modelled there: reading them never ends."""
PIECE_BYTES = 120
"""Of a module in one statement: the V1 has little memory."""
HEAP_TABLE = Path(__file__).with_name("v1_heap.json")
"""Sensor: bytes of the V1's heap left while its program runs."""
HEAP_BYTES = 8_880
LEAST_LEFT = HEAP_BYTES // 5
"""A learner's own lines have to fit in as well."""
HEAP_WANDERS = 64
"""Where an object lands, and what is left of a collection, differs by some blocks of 16 bytes."""


@pytest.fixture(scope="module")
def v1() -> Iterator[Session]:
    """With every module that claims to run there."""
    if find_tool() is None:
        pytest.skip(INSTALL["linux"])
    with open_link("emulated:microbit-v1?fresh=1") as link:
        session = Session(link)
        session.enter()
        programs = [sensors().program(SENSORS[name], V1) for name in ON_V1]
        modules = {name: data for one in programs for name, data in prepared(V1, one).modules.items()}
        for name, data in modules.items():
            write(session, name, data)
        yield session


def write(session: Session, name: str, data: bytes) -> None:
    session.exec(f"f = open({name!r}, 'wb')")
    for at in range(0, len(data), PIECE_BYTES):
        session.exec(f"f.write({data[at : at + PIECE_BYTES]!r})")
    session.exec("f.close()")


@pytest.mark.parametrize("module", V1_MODULES)
def test_worked_examples_on_a_v1(v1, module):
    for case in [case for case in DECODED if case.module == module]:
        v1.restart()
        assert answer(v1, f"from {module} import *\nprint({case.expression})") == case.expected, str(case)


LEFT_IN_THE_LOOP = """
import gc
def free():
 gc.collect()
 return gc.mem_free()
channel("free", "byte", free)
run(20)
"""


def v1_program(name: str) -> str:
    """Its program, which also tells how much memory is left in its loop."""
    lines = sensors().program(SENSORS[name], V1).splitlines()
    for quantity in SILENT_ON_QEMU:
        lines = [line for line in lines if f'"{quantity}"' not in line]
    return "\n".join(lines[:-1]) + LEFT_IN_THE_LOOP


@pytest.mark.parametrize("name", ON_V1)
def test_the_program_shown_for_a_v1_runs_there_and_leaves_room(v1, name):
    events, rows = rows_of(v1, prepared(V1, v1_program(name)), 2)
    left = rows[-1][-1]
    assert left >= LEAST_LEFT
    recorded = json.loads(HEAP_TABLE.read_text(encoding="utf-8"))
    assert abs(left - recorded[name]) <= HEAP_WANDERS, (
        f"{name}: {left} bytes left, {HEAP_TABLE.name} says otherwise"
    )
    # QEMU has no chips: whoever knows its chip says so, and nothing else goes wrong.
    faults = {event.text for event in events if isinstance(event, Fault)}
    if SENSORS[name].identity != "none":
        assert all("another chip" in text or "not connected" in text for text in faults)
        assert faults


CHIP = """
class Chip:
 buffer = int
 def write(self, address, data):
  self.asked = data[0]
 def read(self, address, count):
  return ANSWERS[self.asked]
"""
"""A bus with one chip, in as little memory as possible: it answers by the first byte it was sent last."""


def checked(*words: bytes) -> bytes:
    return b"".join(word + bytes([crc8(word)]) for word in words)


ANSWERS = {
    "bh1750": ({0x10: b"\x83\x90"}, [28067]),
    "bmp280": (
        {0xD0: b"\x58", 0x88: CALIBRATION, 0xF7: b"\x65\x5a\xc0\x7e\xed\x00"},
        [100653, 2508],
    ),
    "sht3x": ({0xF3: checked(b"\0\0"), 0x24: checked(b"\x66\x66", b"\x80\0")}, [2500, 5000]),
    "aht20": ({0x71: b"\x18", 0xAC: checked(b"\x18\x80\0\x08\0\0")}, [5000, 5000]),
    "tcs34725": ({0xB2: b"\x44", 0xB3: b"\1" + bytes([9, 1, 2, 0, 3, 0, 4, 0])}, [2, 3, 4, 265]),
    "vl53l0x": ({0xC0: b"\xee\xaa", 0x89: b"\0", 0x13: b"\7", 0x14: b"\x58" + bytes(9) + b"\1\x2c"}, [300]),
    "ina219": ({0: b"\x39\x9f", 1: b"\x83\0", 2: b"\xfa\2"}, [32000, -3200000]),
    "mpu6050": ({0x75: b"\x68", 0x3B: b"\x40\0\xc0\0\0\0"}, [1000, -1000, 0]),
}
"""Of a chip to what its driver asks, and the values in its program's row."""


@pytest.mark.parametrize("name", ANSWERS)
def test_a_chip_is_measured_in_the_loop_of_a_v1(v1, name):
    """Its stack is small too: a driver is called from lab, and calls its arithmetic and the bus."""
    answers, values = ANSWERS[name]
    source = sensors().program(SENSORS[name], V1)
    source = source.replace("from bus import i2c\n", "").replace("i2c()", "Chip()")
    source = source.replace("sensor = ", f"ANSWERS = {answers!r}\n{CHIP}\nsensor = ")
    source = source.replace(f"run({SENSORS[name].rate_hz})", "run(20)")
    _events, rows = rows_of(v1, prepared(V1, source), 2)
    assert [list(row) for row in rows] == [values, values]


def test_every_i2c_driver_of_the_v1_is_measured_there():
    assert set(ANSWERS) == {name for name in ON_V1 if SENSORS[name].addresses}


def test_bytes_come_over_the_bus_of_a_v1(v1):
    """QEMU's bus acknowledges everything and reads as dots, 0x2E: 11,822 counts."""
    v1.restart()
    assert answer(v1, "from bus import i2c\nfrom bh1750 import BH1750\nprint(BH1750(i2c()).lux())") == 9852


def test_a_pin_that_a_v1_does_not_have_is_named(v1):
    for source, text in [
        ("from pins import digital_in as f\nf(17)", "there is no pin 17"),
        ("from pins import millivolts as f\nf(8)", "pin 8 cannot measure a voltage"),
    ]:
        v1.restart()
        said = v1.exec(
            f"try:\n {source.splitlines()[0]}\n {source.splitlines()[1]}\nexcept ValueError as e:\n print(e)"
        )
        assert text in said.decode()
