"""Scenes: curves as functions of seed and time, and files read strictly."""

from __future__ import annotations

import itertools
import statistics

import pytest

from makerlab.errors import BadFile
from makerlab.virtual.scene import QUANTITIES, Scene, load
from makerlab.virtual.scenes import built_in, default


def curve(parts: str, quantity: str = "temperature_c", seed: int = 1):
    scene = load(f"s:\n  quantities:\n    {quantity}: {parts}\n", "s.yaml")["s"].with_seed(seed)
    return lambda t: scene.value(quantity, t)


def test_the_same_seed_and_time_give_the_same_value():
    for name, scene in built_in().items():
        for quantity in QUANTITIES:
            for t in (0, 0.001, 12.345, 1e6):
                again = scene.with_seed(5).value(quantity, t)
                assert scene.with_seed(5).value(quantity, t) == again, (name, quantity)
    assert default(1).value("temperature_c", 3) != default(2).value("temperature_c", 3)


def test_every_value_is_one_the_quantity_can_have():
    for scene in built_in().values():
        for quantity, known in QUANTITIES.items():
            for t in range(0, 300, 7):
                value = scene.value(quantity, t / 3)
                assert value is None or known.low <= value <= known.high


def test_the_usual_scene_moves_a_little():
    """So that ten seconds of it are a curve and not a line."""
    for quantity in ("temperature_c", "chip_temperature_c", "light_lux", "acceleration_x_mg", "sound_db"):
        values = [default(0).value(quantity, t / 10) for t in range(100)]
        assert max(values) - min(values) > 8 * abs(values[1] - values[0]) or max(values) > min(values)
        assert len(set(values)) > 50


def test_parts_of_a_curve():
    assert curve("[{constant: 20}, {ramp: {from: 0, to: 10, over_s: 5}}]")(2.5) == 25
    assert curve("[{ramp: {from: 0, to: 10, over_s: 5}}]")(99) == 10
    assert curve("[{sine: {amplitude: 4, period_s: 8}}]")(2) == pytest.approx(4)
    assert curve("[{sine: {amplitude: 4, period_s: 8, phase_deg: 90}}]")(4) == pytest.approx(-4)
    assert curve("[{cooling: {from: 60, to: 20, half_s: 30}}]")(60) == pytest.approx(30)
    swing = curve("[{pendulum: {amplitude: 8, period_s: 2, half_s: 10}}]")
    assert swing(0) == pytest.approx(8) and swing(10) == pytest.approx(4)
    assert curve("[{day: {low: 10, high: 30, day_s: 24}}]")(6) == pytest.approx(30)
    blink = curve("[{pulse: {height: 3, every_s: 10, for_s: 2}}]")
    assert [blink(t) for t in (0, 7.9, 8, 9.9, 10)] == [0, 0, 3, 3, 0]
    assert curve("[]")(3) == QUANTITIES["temperature_c"].usual


def test_noise_is_noise():
    values = [curve("[{constant: 20}, {noise: 0.5}]")(t / 50) for t in range(2000)]
    assert statistics.mean(values) == pytest.approx(20, abs=0.05)
    assert statistics.stdev(values) == pytest.approx(0.5, rel=0.1)
    assert abs(statistics.correlation(values[:-1], values[1:])) < 0.1


def test_wandering_is_smooth_and_bounded():
    values = [curve("[{wander: {spread: 3, over_s: 2}}]")(t / 100) for t in range(5000)]
    assert max(abs(value) for value in values) <= 3
    assert max(abs(a - b) for a, b in itertools.pairwise(values)) < 0.06


def test_faults():
    loose = curve("[{constant: 20}, {drop_out: {every_s: 6, for_s: 1}}]")
    assert [loose(t) for t in (0, 4.9, 5, 5.9, 6)] == [20, 20, None, None, 20]
    stuck = curve("[{ramp: {from: 0, to: 10, over_s: 10}}, {stuck: {from_s: 4}}]")
    assert stuck(3) == 3 and stuck(5) == stuck(9) == 4
    gone = curve("[{constant: 20}, {unplugged: {from_s: 4}}]")
    assert gone(3.9) == 20 and gone(4) is None


def test_like_another():
    scenes = load("b:\n  like: a\n  unplugged: [i2c]\n", "s.yaml", {"a": default(0)})
    assert scenes["b"].value("light_lux", 1) == default(0).value("light_lux", 1)
    assert scenes["b"].unplugged == {"i2c"}
    assert Scene().value("humidity_percent", 0) == QUANTITIES["humidity_percent"].usual


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("s:\n  quantities:\n    heat: [{constant: 1}]\n", 3),
        ("s:\n  quantities:\n    light_lux:\n      - {constant: 1}\n      - {glow: 3}\n", 5),
        ("s:\n  quantities:\n    light_lux: [{constant: much}]\n", 3),
        ("s:\n  quantities:\n    light_lux: [{sine: {amplitude: 1}}]\n", 3),
        ("s:\n  quantities:\n    light_lux: [{sine: {amplitude: 1, period_s: 0}}]\n", 3),
        ("s:\n  quantities:\n    light_lux: [{constant: 1, noise: 2}]\n", 3),
        ("s:\n  quantities:\n    light_lux: 5\n", 3),
        ("s:\n  quantities:\n    light_lux: [{drop_out: {every_s: 1, for_s: 2}}]\n", 3),
        ("s:\n  unplugged: [everything]\n", 2),
        ("s:\n  wiring: {\"4\": warmth}\n", 2),
        ("s:\n  like: t\n", 2),
        ("s:\n  colour: red\n", 2),
        ("- s\n", 1),
        ("", 1),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_line(text, line):
    with pytest.raises(BadFile) as error:
        load(text, "mine.yaml")
    assert (error.value.facts["path"], error.value.facts["line"]) == ("mine.yaml", line)
