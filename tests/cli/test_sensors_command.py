"""`maker sensors list` and `maker sensors show`."""

from __future__ import annotations

import json

import pytest

from makerlab.sensors import sensors

SENSORS = sensors().sensors


def test_every_sensor_is_listed(maker):
    ended = maker("sensors", "list")
    assert ended.code == 0
    for key in SENSORS:
        assert f"\n{key} " in "\n" + ended.out


def test_for_one_board_only(maker):
    out = maker("sensors", "list", "--board", "microbit-v1").out
    assert "bh1750" in out
    assert "ds18b20" not in out


def test_in_chinese(maker):
    out = maker("sensors", "list", "--lang", "zh").out
    assert "光照度传感器" in out
    shown = maker("sensors", "show", "ds18b20", "--lang", "zh").out
    for text in ("防水温度探头", "红线", "4.7 kΩ", "注意", "ESP32 的程序"):
        assert text in shown


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", SENSORS)
def test_one_sensor_with_wiring_notes_and_program(maker, key, language):
    ended = maker("sensors", "show", key, "--lang", language)
    assert ended.code == 0
    sensor = SENSORS[key]
    assert sensor.name[language] in ended.out
    assert "from lab import channel, run" in ended.out
    for wire in sensor.wires:
        assert sensors().wire_names.get(wire, {language: wire})[language] in ended.out
    if sensor.addresses:
        assert f"0x{sensor.addresses[0]:02X}" in ended.out


def test_for_one_board(maker):
    out = maker("sensors", "show", "bh1750", "--board", "esp32s3").out
    assert "ESP32-S3" in out
    assert "ESP32-C3" not in out
    assert "micro:bit" not in out


@pytest.mark.parametrize("spelling", ["BH1750", "hc-sr04", "Soil_Moisture", "soil-moisture"])
def test_names_as_people_write_them(maker, spelling):
    assert maker("sensors", "show", spelling).code == 0


def test_the_same_address_is_warned_of(maker):
    assert "same address as vl53l0x" in " ".join(maker("sensors", "show", "tcs34725").out.split())


def test_json_for_scripts(maker):
    listed = json.loads(maker("sensors", "list", "--json").out)
    assert [one["sensor"] for one in listed] == list(SENSORS)
    shown = json.loads(maker("sensors", "show", "sht3x", "--json").out)
    assert shown["wiring"]["esp32"] == {"VCC": "3V3", "GND": "GND", "SCL": "D22", "SDA": "D21"}
    assert shown["addresses"] == ["0x44", "0x45"]
    assert "from sht3x import SHT3x" in shown["programs"]["microbit-v1"]
    assert shown["notes"][0].keys() == {"zh", "en"}


@pytest.mark.parametrize(
    ("arguments", "what", "todo"),
    [
        (("show", "bh1705"), "no sensor called bh1705", "bh1750"),
        (("show", "温度计"), "no sensor called 温度计", "maker sensors list"),
        (("show", "dht22", "--board", "microbit-v1"), "does not work with micro:bit V1", "esp32c6"),
        (("list", "--board", "arduino"), "no board called arduino", "microbit-v2"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(maker, arguments, what, todo):
    ended = maker("sensors", *arguments)
    assert ended.code != 0
    assert what in ended.errors[0]
    assert todo in ended.errors[1]
    assert len(ended.errors) == 2


def test_help(maker):
    ended = maker("sensors", "--help", "--lang", "zh")
    assert ended.code == 0
    assert "list" in ended.out and "show" in ended.out
