"""Scenes: curves as functions of seed and time, and files read strictly."""

from __future__ import annotations

import itertools
import math
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


# -- what lessons need -------------------------------------------------------------------------------------


def test_steps_follow_each_other_and_the_last_one_stays():
    ramp = "{parts: [{ramp: {from: 0, to: 10, over_s: 4}}], for_s: 3}"
    lamp = curve(f"[{{steps: [{{value: 5, for_s: 2}}, {ramp}, {{value: 9, for_s: 1}}]}}]")
    assert [lamp(t) for t in (0, 1.99, 2, 4, 5, 5.99, 6, 100)] == [5, 5, 0, 5, 9, 9, 9, 9]


def test_steps_add_up_with_other_parts_and_have_noise_of_their_own():
    noisy = curve(
        "[{steps: [{parts: [{noise: 1}], for_s: 5}, {parts: [{noise: 1}], for_s: 5}]}, {constant: 20}]"
    )
    first, second = ([noisy(start + t / 50) for t in range(200)] for start in (0, 5))
    assert 19.7 < statistics.mean(first) < 20.3 and first != second
    assert noisy(1.0) == noisy(1.0)


def test_presses_and_when_they_change():
    text = "s:\n  quantities:\n    button: [{presses: {at_s: [2, 7.5], for_s: 0.5}}]\n"
    scene = load(text, "s.yaml")["s"]
    assert [scene.value("button", t) for t in (0, 2, 2.4, 2.5, 7.6, 8)] == [0, 1, 1, 0, 1, 0]
    assert [scene.next_touch(t) for t in (0, 2, 2.5, 8, 9)] == [2, 2.5, 7.5, math.inf, math.inf]


@pytest.mark.parametrize(
    "parts",
    [
        "[{presses: {at_s: [1, 3.3, 9]}}]",
        "[{pulse: {height: 1, every_s: 5, for_s: 0.4}}]",
        "[{constant: 1}]",
        "[{steps: [{value: 0, for_s: 3}, {value: 1, for_s: 0.3}, {value: 0, for_s: 1}]}]",
        "[{pulse: {height: 1, every_s: 0.7, for_s: 0.7}}, {presses: {at_s: [2]}}]",
        "[{sine: {amplitude: 1, period_s: 4}}]",
    ],
)
def test_nothing_changes_before_the_time_that_is_told(parts: str):
    """In simulated time a board jumps over what is in between."""
    scene = load(f"s:\n  quantities:\n    button: {parts}\n", "s.yaml")["s"]
    for index in range(2000):
        t = index / 100
        change = scene.next_touch(t)
        assert change > t
        between = min(change, t + 2) - 1e-6
        for moment in (t + (between - t) * share / 5 for share in range(6)):
            steady = scene.curves["button"].edges is not None
            assert not steady or scene.value("button", moment) == scene.value("button", t)


def test_gestures_move_the_axes_they_are_made_of():
    made = [
        f"{{gesture: {name}, at_s: {at_s}, for_s: 1}}"
        for name, at_s in (("shake", 2), ("shake", 5), ("lift", 8))
    ]
    text = f"s:\n  gestures: [{', '.join(made)}]\n"
    scene = load(text, "s.yaml")["s"].with_seed(4)

    def widest(quantity: str, start: float) -> float:
        usual = QUANTITIES[quantity].usual
        return max(abs((scene.value(quantity, start + t / 100) or 0) - usual) for t in range(100))

    assert 1100 < widest("acceleration_x_mg", 2) < 1700
    assert widest("acceleration_x_mg", 3.5) == 0
    assert widest("acceleration_x_mg", 2) != widest("acceleration_x_mg", 5)  # nobody does it twice alike
    assert 450 < widest("acceleration_z_mg", 8) < 750
    other = scene.with_seed(5)
    assert other.value("acceleration_x_mg", 2.3) != scene.value("acceleration_x_mg", 2.3)


TABLE = "\ufefftime (s),light (lx),event\r\n0.0,100,\r\n2.0,,lid\r\n4.0,300,\r\n5.0,200,\r\n"


def replayed(column: str, table: str = TABLE):
    text = f"s:\n  quantities:\n    light_lux: [{{replay: {{file: data/a.csv, column: {column}}}}}]\n"
    scene = load(text, "s.yaml", read_file={"data/a.csv": table}.__getitem__)["s"]
    return lambda t: scene.value("light_lux", t)


def test_a_recorded_column_is_seen_again():
    light = replayed("light")
    assert [light(t) for t in (-1, 0, 2, 4, 4.5, 99)] == [100, 100, 200, 300, 250, 200]
    assert replayed('"light (lx)"')(4) == 300


@pytest.mark.parametrize(
    ("column", "table", "says"),
    [
        ("sound", TABLE, "The table has no column “sound”."),
        ("light", "time,light\n0,x\n", "In line 2 of the table “x” is no number."),
        ("light", "time,light\n0,nan\n", "In line 2 of the table “nan” is no number."),
        ("light", "time,light\n1,1\n1,2\n", "In line 3 of the table the time does not go on."),
        ("light", "time,light\n", "The column “light” has no values."),
        ("light", "", "The table has no column “light”."),
    ],
)
def test_a_table_that_cannot_be_played(column: str, table: str, says: str):
    with pytest.raises(BadFile) as caught:
        replayed(column, table)
    assert caught.value.facts["problem"] == says and caught.value.facts["line"] == 3


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ("[{steps: []}]", "There is nothing in it."),
        ("[{steps: [{value: 1, parts: [], for_s: 1}]}]", "A step has either a value or parts."),
        ("[{steps: [{for_s: 1}]}]", "A step has either a value or parts."),
        ("[{presses: {at_s: [3, 1]}}]", "Presses come one after the other, each after the end of the last."),
        ("[{replay: {file: data/b.csv, column: light}}]", "There is no file data/b.csv."),
        ("[{replay: {file: ../../secret, column: light}}]", "There is no file ../../secret."),
        ("[{steps: " * 4 + "[]" + "}]" * 4, ""),
    ],
)
def test_scenes_of_strangers_are_read_strictly(parts: str, says: str):
    with pytest.raises(BadFile) as caught:
        load(f"s:\n  quantities:\n    light_lux: {parts}\n", "s.yaml")
    assert says in str(caught.value.facts["problem"])


def test_as_many_steps_as_nobody_writes():
    many = ", ".join(["{value: 1, for_s: 1}"] * 1001)
    with pytest.raises(BadFile):
        load(f"s:\n  quantities:\n    light_lux: [{{steps: [{many}]}}]\n", "s.yaml")
