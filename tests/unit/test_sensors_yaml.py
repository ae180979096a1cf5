"""A sensors.yaml with a mistake: the file, the line, what is wrong and what was probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makerlab.boards import catalogue
from makerlab.errors import BadFile
from makerlab.i18n import set_language
from makerlab.resources import firmware_dir
from makerlab.sensors import FILE, load, sensors

TEXT = (firmware_dir() / FILE).read_text(encoding="utf-8")
BOARDS = catalogue()


def complaint(text: str) -> BadFile:
    with pytest.raises(BadFile) as caught:
        load(text, "sensors.yaml", BOARDS)
    assert caught.value.facts["path"] == "sensors.yaml"
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("right", "wrong", "problem", "hint"),
    [
        ("esp32: {scl: D22, sda: D21}", "esp32: {scl: D22, sda: D20}", "ESP32 has no pin “D20”", "D21"),
        ("esp32: {scl: D22, sda: D21}", "esp32: {scl: D22, sda: D34}", "Pin “D34” of ESP32", "boards.yaml"),
        ("esp32: {scl: D22, sda: D21}", "esp32: {scl: D22, sda: TX0}", "Pin “TX0” of ESP32", ""),
        ("esp32: {scl: D22, sda: D21}", "esp32: {scl: D22, sda: D12}", "Pin “D12” of ESP32", ""),
        ("esp32: {scl: D22, sda: D21}", "esp32: {scl: D22}", "“sda” is missing", "sda:"),
        ("esp32: {scl: D22, sda: D21}", "esp23: {scl: D22, sda: D21}", "esp23", "esp32"),
        ("esp32: {signal: D34}", "esp32: {signal: D23}", "Pin “D23” of ESP32", ""),  # no ADC there
        ("signals: {scl: both, sda: both}", "signals: {scl: both, sda: bth}", "bth", "both"),
        ("connection: i2c", "connection: i2s", "i2s", "i2c"),
        ("make: BH1750(i2c())", "module_class: BH1750", "module_class", ""),
        ("make: Counter({signal}, pull_up=True)", "make: Counter({sgnal}, pull_up=True)", "sgnal", "signal"),
        ("make: Counter({signal}, pull_up=True)", "make: Counter({signal)", "Counter({signal)", "signal"),
        ("boards: &esp32 [esp32, ", "boards: &esp32 [microbit-v3, ", "microbit-v3", "microbit-v"),
        ('addresses: ["0x38"]', 'addresses: ["0x3G"]', "0x3G", "0x23"),
        ('addresses: ["0x38"]', 'addresses: ["0x78"]', "0x78", "0x23"),
        ('addresses: ["0x38"]', 'addresses: ["56"]', "“56”", "0x23"),
        ("SCK: clock, DT: data", "SCK: clok, DT: data", "clok", "clock"),
        ("identity: answer", "identity: yes", "“yes”", "id, answer, none"),
        ("measure_ms: 760", "measure_ms: 0.76", "whole number", ""),
        ("rate_hz: 0.5", "rate_hz: often", "number", ""),
        ("range: [0, 54612]", "range: [54612, 0]", "smaller one first", ""),
        ("range: [0, 54612]", "range: [54612]", "two numbers", ""),
        ("read: lux, range", "reads: lux, range", "reads", "read"),
        ("unit: lx, scale: 1", "unit: lx, scale: one", "number", ""),
        ("notes: [volts_3, tare", "notes: [volts_5, tare", "volts_5", "volts_3"),
        ("power: 3V3, ground: GND", "power: 3V3", "“ground” is missing", ""),
        ("note: microbit_3v", "note: microbit_5v", "microbit_5v", "microbit_3v"),
        ("name: {zh: DHT11 温湿度传感器, ", "name: {", "“zh” is missing", "zh:"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(right, wrong, problem, hint):
    if right not in TEXT:
        pytest.fail(f"{right} is not in the file any more")
    error = complaint(TEXT.replace(right, wrong, 1))
    assert problem in error.message
    assert hint in error.hint
    assert abs(error.facts["line"] - TEXT[: TEXT.index(right)].count("\n") - 1) <= 1


def test_a_mistake_reads_well_in_chinese_too():
    set_language("zh")
    try:
        message = complaint(TEXT.replace("scl: D22", "scl: D99", 1)).message
        assert "ESP32" in message and "没有引脚" in message
    finally:
        set_language("en")


LINES = TEXT.splitlines(keepends=True)


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, len(LINES) - 1), st.sampled_from(["", "x\n", "  - y\n", "}\n", "a: b\n", "      z: {\n"])
)
def test_any_line_replaced_is_read_or_refused_in_words(number, line):
    try:
        load("".join([*LINES[:number], line, *LINES[number + 1 :]]), "f.yaml", BOARDS)
    except BadFile as error:
        assert 1 <= error.facts["line"] <= len(LINES) + 1


def test_the_file_itself_is_right():
    assert {"bh1750", "ds18b20", "microbit"} <= set(sensors().sensors)


def test_wiring_and_program_for_one_board():
    known, board = sensors(), BOARDS.boards["esp32c3"]
    sensor = known.sensors["hcsr04"]
    assert [(wire.sensor, wire.board) for wire in known.wiring(sensor, board)] == [
        ("VCC", "3V3"), ("Trig", "10"), ("Echo", "1"), ("GND", "GND"),
    ]  # fmt: skip
    assert known.program(sensor, board) == (
        "from lab import channel, run\nfrom hcsr04 import HCSR04\n\nsensor = HCSR04(10, 1)\n"
        'channel("distance", "mm", sensor.distance_mm)\nrun(10)\n'
    )


def test_a_micro_bit_is_called_by_the_numbers_on_its_edge():
    known, board = sensors(), BOARDS.boards["microbit-v1"]
    assert "sensor = HCSR04(1, 2)" in known.program(known.sensors["hcsr04"], board)


def test_what_only_one_board_has_is_in_its_program_only():
    known = sensors()
    microbit = known.sensors["microbit"]
    programs = {key: known.program(microbit, BOARDS.boards[key]) for key in microbit.boards}
    assert "sound_level" in programs["microbit-v2"]
    assert "sound_level" not in programs["microbit-v1"]
