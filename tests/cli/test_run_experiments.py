"""Every experiment through `maker run` on every virtual board it names: what it measures is what there is.

The emulated micro:bit V1 has its turn in tests/firmware/test_experiments.py, without the parts QEMU lacks.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from makerlab.boards import catalogue
from makerlab.experiment.find import find, names
from makerlab.i18n import _, set_language
from makerlab.recording.units import shown_unit
from makerlab.virtual.address import with_scene
from makerlab.virtual.profile import PROFILES

RUNS = [(name, key) for key in PROFILES for name in names() if key in find(name)[0].editions]
SAMPLES = {"reaction": "1", "pendulum": "75"}
"""Rows to take, 2 if nothing stands here: a reaction takes seconds, a pendulum has to swing."""
QUICK_HZ = {
    "humidity": "20",
    "cooling": "20",
    "thermometer": "20",
    "soil": "20",
    "weather": "20",
    "pulses": "5",
}
"""For those that would take seconds at their own rate."""

# What the scene of each experiment holds, with some room: lowest and highest value of each channel.
SENSIBLE = {
    "thermometer": [(40, 48)],
    "light": [(1500, 3300)],
    "motion": [(-100, 100), (-100, 100), (900, 1100)],
    "sound": [(20, 3300)],
    "distance": [(240, 560)],
    "humidity": [(22, 24.5), (40, 80)],
    "magnet": [(1640, 1700)],
    "soil": [(55, 65)],
    "colour": [(40, 1500), (40, 1500), (40, 1500)],
    "weather": [(18, 24), (55, 70), (1010, 1015)],
    "pulses": [(0, 3)],
    "reaction": [(0, 999)],
    "pendulum": [(-450, 450)],
    "cooling": [(47, 50), (47, 50)],
}
SENSIBLE_MICROBIT = {
    "thermometer": [(20, 30)],
    "light": [(1, 254)],
    "motion": [(-100, 100), (-100, 100), (-1100, -900)],
    "sound": [(30, 150)],
    "magnet": [(40, 4900)],
}
"""Where a micro:bit has another sensor, and another unit."""


def run(maker, name: str, port: str, *more: str):
    rate = ("--rate", QUICK_HZ[name]) if name in QUICK_HZ else ()
    samples = ("--samples", SAMPLES.get(name, "2"))
    return maker("run", name, "--port", port, *samples, *rate, "--out", "out.csv", *more)


def table() -> tuple[list[str], list[list[str]]]:
    """The heading and the rows of the recording."""
    with Path("out.csv").open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file)
    return heading, rows


def test_every_experiment_has_its_turn():
    assert set(SENSIBLE) == set(names())


@pytest.mark.parametrize(("name", "key"), RUNS, ids=map(" ".join, RUNS))
def test_it_measures_what_there_is(maker, name: str, key: str):
    ended = run(maker, name, f"virtual:{key}?fresh=1")
    assert (ended.code, ended.errors) == (0, [])
    experiment = find(name)[0]
    edition = experiment.edition(key, catalogue().boards[key].family)
    assert edition is not None
    units = [shown_unit(experiment.unit(channel, edition)) for channel in experiment.channels]
    titles = [
        f"{experiment.shown_channel(channel)} ({unit})" if unit else experiment.shown_channel(channel)
        for channel, unit in zip(experiment.channels, units, strict=True)
    ]
    heading, rows = table()
    assert heading == ["time (s)", *titles, "event"]
    if (
        name == "reaction" and rows[0][-1]
    ):  # this finger was on the key too early: that is said, and no number
        assert rows[0] == [
            "0.000",
            "",
            "reaction time cannot be read: the key was pressed too early (too early)",
        ]
        return
    microbit = key.startswith("microbit") and name in SENSIBLE_MICROBIT
    sensible = SENSIBLE_MICROBIT[name] if microbit else SENSIBLE[name]
    for index, (low, high) in enumerate(sensible, 1):
        for row in rows:
            assert low <= float(row[index]) <= high, (heading[index], row)
    assert len(rows) == int(SAMPLES.get(name, "2"))
    if name == "pendulum":  # a swing and a half of 1.42 s: to both sides
        values = [float(row[1]) for row in rows]
        assert max(values) > 200 and min(values) < -200


# -- which scene a virtual board sees ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("port", "seen"),
    [
        ("virtual:esp32", "virtual:esp32?scene=swing"),
        ("virtual:esp32/second?fresh=1", "virtual:esp32/second?fresh=1&scene=swing"),
        ("virtual:microbit-v2?scene=classroom&fresh=1", "virtual:microbit-v2?scene=classroom&fresh=1"),
        ("emulated:microbit-v1", "emulated:microbit-v1"),
        ("COM3", "COM3"),
    ],
)
def test_an_experiment_brings_its_scene_unless_another_is_named(port: str, seen: str):
    assert with_scene(port, "swing") == seen
    assert with_scene(port, "") == port


# -- sensors that are not there ----------------------------------------------------------------------------

NOTHING = "nothing answers; check its wiring"
LOOSE = "nothing is connected there; check its wiring"
LATE = "it does not answer in time"
UNPLUGGED = [
    ("esp32", "distance", LOOSE), ("esp32", "humidity", LATE), ("esp32", "soil", LOOSE),
    ("esp32", "weather", NOTHING), ("esp32", "colour", NOTHING), ("esp32", "cooling", NOTHING),
    ("microbit-v2", "distance", LOOSE), ("microbit-v2", "humidity", NOTHING), ("microbit-v2", "soil", LOOSE),
    ("microbit-v2", "cooling", LOOSE),
]  # fmt: skip


@pytest.mark.parametrize(("key", "name", "why"), UNPLUGGED, ids=map(" ".join, UNPLUGGED))
def test_a_sensor_that_is_not_connected_is_told_in_words(maker, key: str, name: str, why: str):
    language = "zh" if key == "microbit-v2" else "en"
    ended = run(maker, name, f"virtual:{key}?fresh=1&scene=nothing_connected", "--lang", language)
    assert (ended.code, ended.errors) == (0, [])
    experiment = find(name)[0]
    set_language(language)
    for channel in experiment.channels:
        assert (
            f"{experiment.shown_channel(channel)} " + _("cannot be read: {fault}").format(fault=_(why))
            in ended.out
        )
    assert all(set(row[1:-1]) == {""} for row in table()[1])


GONE = "[{unplugged: {from_s: 0}}]"


@pytest.mark.parametrize(
    ("name", "scene", "there"),
    [
        ("weather", "x: {like: weather_day, chips: {aht20: absent}}", [False, False, True]),
        ("weather", "x: {like: weather_day, chips: {bmp280: absent}}", [True, True, False]),
        ("weather", "x: {like: weather_day, chips: {aht20: bad_checksum}}", [False, False, True]),
        ("cooling", f"x: {{quantities: {{probe_2_temperature_c: {GONE}}}}}", [True, False]),
    ],
)  # fmt: skip
def test_the_other_channels_go_on(maker, name: str, scene: str, there: list[bool]):
    Path("scene.yaml").write_text(scene, encoding="utf-8")
    ended = run(maker, name, "virtual:esp32?fresh=1&scene=scene.yaml")
    assert (ended.code, ended.errors) == (0, [])
    rows = [row for row in table()[1] if not row[-1]]  # those with events are no measurements
    assert len(rows) >= 2
    assert [[cell != "" for cell in row[1:-1]] for row in rows] == [there] * len(rows)
    titles = [find(name)[0].shown_channel(channel) for channel in find(name)[0].channels]
    told = [f"{title} cannot be read" in ended.out for title in titles]
    assert told == [not one for one in there]
