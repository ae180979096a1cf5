"""experiment.yaml: read as it is meant, and every mistake named with its line."""

from __future__ import annotations

import pytest

from makerlab.boards import catalogue
from makerlab.errors import BadFile, FileProblem
from makerlab.experiment.description import describe
from makerlab.experiment.find import read_program
from makerlab.experiment.model import ChannelInfo, Edition, Experiment, Wire
from makerlab.i18n import set_language
from makerlab.sensors import sensors

TEXT = """\
title: {zh: 光线, en: Light}
question: {zh: 有多亮？, en: How bright is it?}
rate_hz: 0.5
scene: dusk
channels:
  light: {title: {zh: 光线, en: light}}
  tilt: {title: {zh: 倾斜, en: tilt}, unit: m/s2}
mind: [{zh: 别挡光。, en: Cast no shadow.}, {zh: 放平。, en: Lay it flat.}]
boards:
  esp32:
    program: light_esp32.py
    units: {light: mV}
    connect: {bmp280: {}, bh1750: {sda: D19}}
    wiring: [{pin: D34, to: {zh: 光敏电阻, en: the resistor}}]
  esp32s2: &newer
    program: light_newer.py
    wiring: [{pin: "1", to: {zh: 光敏电阻, en: the resistor}}, {pin: GND, to: {zh: 地, en: ground}}]
  esp32s3: *newer
  esp32c3: *newer
  esp32c6: *newer
  microbit-v1: {program: light_small.py, without: [tilt]}
"""


def read(text: str) -> Experiment:
    return describe(text, "experiment.yaml", "light", lambda file: f"# {file}", catalogue().boards, sensors())


def wires(*words: str) -> list[Wire]:
    return [Wire(pin, {"zh": printed, "en": printed}) for pin, printed in (word.split() for word in words)]


def test_what_it_says():
    experiment = read(TEXT)
    assert (experiment.name, experiment.rate_hz, experiment.scene) == ("light", 0.5, "dusk")
    assert list(experiment.channels) == ["light", "tilt"]
    assert experiment.channels["tilt"] == ChannelInfo({"zh": "倾斜", "en": "tilt"}, "m/s2")
    edition = experiment.edition("esp32", "esp32")
    assert edition == Edition(
        "light_esp32.py",
        "# light_esp32.py",
        ("bmp280", "bh1750"),
        (*wires("3V3 VCC", "GND GND", "D22 SCL", "D21 SDA", "D19 SDA"),  # what both share, once
         Wire("D34", {"zh": "光敏电阻", "en": "the resistor"})),
        {"light": "mV"},
    )  # fmt: skip
    assert (experiment.unit("light", edition), experiment.unit("tilt", edition)) == ("mV", "m/s2")


def test_a_board_gets_its_own_edition_before_its_familys_and_none_of_another():
    experiment = read(TEXT)
    files = [
        edition.file if (edition := experiment.edition(board.key, board.family)) else None
        for board in catalogue().boards.values()
    ]
    assert files == ["light_esp32.py", *["light_newer.py"] * 4, "light_small.py", None]
    small = experiment.editions["microbit-v1"]
    assert experiment.measured(small) == ["light"]


def test_it_speaks_the_users_language():
    experiment = read(TEXT)
    set_language("zh")
    try:
        assert experiment.shown_title == "光线"
        assert experiment.shown_channel("tilt") == "倾斜"
        assert experiment.shown_channel("not described") == "not described"
        assert experiment.editions["esp32"].wiring[-1].shown_to == "光敏电阻"
        assert experiment.shown_question == "有多亮？"
        assert experiment.shown_mind == ["别挡光。", "放平。"]
    finally:
        set_language("en")


@pytest.mark.parametrize(
    ("right", "wrong", "problem", "hint"),
    [
        ("rate_hz: 0.5", "rate_hz: often", "should be a number", ""),
        ("rate_hz: 0.5", "rate_hz: 20000", "0.002 to 10000", ""),
        ("rate_hz: 0.5\n", "", "“rate_hz” is missing", ""),
        ("rate_hz: 0.5", "rate: 0.5", "“rate” is not known", "rate_hz"),
        ("{zh: 光线, en: light}", "{en: light}", "“zh” is missing", ""),
        ("  light: {title", "  my light: {title", "“my light”", "spaces"),
        ("  light: {title", "  a/b: {title", "“a/b”", "slashes"),
        ("unit: m/s2", "unit: m per s", "“m per s”", "spaces"),
        ("unit: m/s2", "unit: ''", "should be a text", ""),
        ("  esp32:\n", "  esp23:\n", "no board “esp23”", "esp32"),
        ("program: light_esp32.py", "program: ../light.py", ".py file in the same folder", ""),
        ("program: light_esp32.py", "program: light.txt", ".py file in the same folder", ""),
        ("program: light_esp32.py", "file: light_esp32.py", "“file” is not known", "program"),
        ("units: {light: mV}", "units: {loudness: mV}", "“loudness”", "light"),
        ("pin: D34", "pin: D99", "ESP32 has no pin “D99”", "D34"),
        ('pin: "1"', "pin: D34", "ESP32-S2 has no pin “D34”", "3V3"),
        ("[{pin: D34, to: {zh: 光敏电阻, en: the resistor}}]", "D34", "should be a list", ""),
        ("bmp280: {}", "bmp820: {}", "no sensor “bmp820” for ESP32", "bmp280"),
        ("{sda: D19}", "{data: D19}", "“data” is not known", "sda"),
        ("{sda: D19}", "{sda: D99}", "ESP32 has no pin “D99”", "D19"),
        ("{sda: D19}", "{sda: D34}", "“D34” of ESP32 is not fit", "Choose another"),
        ("without: [tilt]", "without: [title]", "cannot be “title”", "tilt"),
    ],
)
def test_a_mistake_is_named_with_its_line(right: str, wrong: str, problem: str, hint: str):
    assert right in TEXT
    with pytest.raises(BadFile) as caught:
        read(TEXT.replace(right, wrong, 1))
    assert problem in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.facts["path"] == "experiment.yaml"
    if wrong:
        assert caught.value.facts["line"] == TEXT[: TEXT.index(right)].count("\n") + 1


def test_an_experiment_measures_something():
    begin, end = TEXT.index("channels:"), TEXT.index("mind:")
    with pytest.raises(BadFile, match="at least one channel"):
        read(
            TEXT[:begin]
            + "channels: {}\n"
            + TEXT[end:].replace("    units: {light: mV}\n", "").replace(", without: [tilt]", "")
        )


def test_a_program_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileProblem, match=r"light_esp32\.py"):
        describe(TEXT, "experiment.yaml", "x", lambda file: read_program(tmp_path / file), catalogue().boards,
                 sensors())  # fmt: skip
