"""The chips of a virtual board's buses: which are there, and those of a scene's choice."""

from __future__ import annotations

import pytest

from makerlab.errors import BadFile
from makerlab.virtual.devices import CHIPS, every_device
from makerlab.virtual.devices.bmp280 import fine_temperature, pascal, percent, reading
from makerlab.virtual.devices.checksum import crc8
from makerlab.virtual.devices.device import wired_and
from makerlab.virtual.scene import QUANTITIES, load
from makerlab.virtual.scenes import built_in


def names(states: dict[str, str]) -> list[list[str]]:
    devices = every_device(lambda quantity: QUANTITIES[quantity].usual, lambda: 0.0, states)
    return sorted([chip.NAME for chip in chips] for chips in devices.values())


def test_one_chip_at_every_address():
    usual = names({})
    assert all(len(chips) == 1 for chips in usual)
    assert len(usual) == len({chip.ADDRESS for chip in CHIPS.values()})
    assert ["bme280"] in usual and ["bmp280"] not in usual


def test_a_scene_may_choose_the_other_one_or_both_or_none():
    assert ["bmp280"] in names({"bmp280": "present"})
    assert ["bmp280", "bme280"] in names({"bmp280": "present", "bme280": "present"})
    none = names({"bme280": "absent"})
    assert ["bme280"] not in none and ["bmp280"] not in none


def test_a_zero_wins_on_the_wire():
    assert wired_and([b"\xf0\xff", b"\x3c\x01"]) == b"\x30\x01"
    assert wired_and([]) == b""


def test_the_checksum_of_the_data_sheet():
    assert crc8(b"\xbe\xef") == 0x92  # Sensirion SHT3x-DIS, section 4.12


def test_the_barometer_of_the_data_sheet():
    """Bosch BST-BMP280-DS001, section 3.12."""
    fine = fine_temperature(519888)
    assert fine / 5120 == pytest.approx(25.08, abs=0.005)
    assert pascal(415148, fine) == pytest.approx(100653.27, abs=0.01)
    assert reading(100653.27, False, 20, lambda raw: pascal(raw, fine)) == 415148
    humidity = [percent(raw, fine) for raw in range(0, 65536, 256)]
    assert humidity == sorted(humidity) and humidity[0] < 0 and humidity[-1] > 100


@pytest.mark.parametrize(
    "text",
    ["s:\n  chips: {bh1751: present}\n", "s:\n  chips: {bh1750: broken}\n", "s:\n  chips: [bh1750]\n"],
)
def test_a_chip_that_is_not_known_is_named_with_its_line(text):
    with pytest.raises(BadFile) as error:
        load(text, "mine.yaml")
    assert error.value.facts["line"] == 2


def test_chips_of_a_scene_go_on_to_those_like_it():
    known = load("a:\n  chips: {bmp280: present}\nb:\n  like: a\n  chips: {sht3x: absent}\n", "s.yaml")
    assert known["b"].chips == {"bmp280": "present", "sht3x": "absent"}


def test_built_in_scenes_name_chips_that_are_there():
    for scene in built_in().values():
        names({name: state for name, state in scene.chips.items() if name in CHIPS})
