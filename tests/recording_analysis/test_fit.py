"""Fits: against certified values, and parameters that come back within the uncertainty that is stated."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makerlab.recording.analysis.fit import Fit, TooFewRows, fit
from makerlab.recording.analysis.least_squares import student_t
from makerlab.recording.analysis.models import EXPONENTIAL, LINEAR, MODELS, PROPORTIONAL, SINUSOID
from makerlab.recording.analysis.rounding import plus_minus, shown

NORRIS = """
0.1 0.2, 338.8 337.4, 118.1 118.2, 888.0 884.6, 9.2 10.1, 228.1 226.5, 668.5 666.3, 998.5 996.3, 449.1 448.6,
778.9 777.0, 559.2 558.2, 0.3 0.4, 0.1 0.6, 778.1 775.5, 668.8 666.9, 339.3 338.0, 448.9 447.5, 10.8 11.6,
557.7 556.0, 228.3 228.1, 998.0 995.8, 888.8 887.6, 119.6 120.2, 0.3 0.3, 0.6 0.3, 557.6 556.8, 339.3 339.1,
888.0 887.2, 998.5 999.0, 778.9 779.0, 10.2 11.1, 117.6 118.3, 228.9 229.2, 668.4 669.1, 449.2 448.9, 0.2 0.5
"""
"""y and x: NIST Statistical Reference Datasets, linear regression, "Norris" (itl.nist.gov/div898/strd)."""


def by_symbol(found: Fit) -> dict[str, float]:
    return {one.symbol: one.value for one in found.estimates}


def uncertainty(found: Fit, symbol: str) -> float:
    return next(one.uncertainty for one in found.estimates if one.symbol == symbol)


# -- certified values ----------------------------------------------------------------------------------


def test_a_straight_line_as_certified() -> None:
    y, x = np.array([pair.split() for pair in NORRIS.replace("\n", " ").split(",")], dtype=float).T
    found = fit(LINEAR, x, y)
    assert by_symbol(found) == pytest.approx({"k": 1.00211681802045, "a": -0.262323073774029}, rel=1e-9)
    assert found.residual_sd == pytest.approx(0.884796396144373, rel=1e-9)
    assert found.r2 == pytest.approx(0.999993745883712, rel=1e-12)
    # certified standard deviation of the slope; the interval is Student's of 34 degrees of freedom
    assert uncertainty(found, "k") == pytest.approx(0.429796848199937e-3 * 2.0322, rel=1e-3)
    assert not found.problem


def test_a_factor_as_certified() -> None:
    """NIST "NoInt1"; that it does not begin at zero is a finding of its own."""
    found = fit(PROPORTIONAL, np.arange(60.0, 71.0), np.arange(130.0, 141.0))
    assert by_symbol(found) == pytest.approx({"k": 2.07438016528926}, rel=1e-9)
    assert found.residual_sd == pytest.approx(3.56753034006338, rel=1e-9)


@pytest.mark.parametrize(
    ("free", "certain"), [(3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042), (1000, 1.962)]
)
def test_students_quantiles(free: int, certain: float) -> None:
    assert student_t(free) == pytest.approx(certain, rel=0.01)


# -- what was put in comes out -------------------------------------------------------------------------

SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=25, deadline=None, derandomize=True)
WIDELY = 3.0
"""Times the stated 95 % uncertainty: of thousands of examples none may be further off (6 standard errors)."""


def assert_recovers(found: Fit, **true: float) -> None:
    assert not found.problem
    for symbol, value in true.items():
        assert abs(by_symbol(found)[symbol] - value) <= WIDELY * uncertainty(found, symbol), symbol


@FEW
@given(SEEDS, st.floats(-100, 100), st.floats(0.1, 20), st.integers(8, 500))
def test_a_line_comes_back(seed: int, start: float, slope: float, rows: int) -> None:
    x = np.linspace(0, 30, rows)
    noise = np.random.default_rng(seed).normal(0, 0.3, rows)
    assert_recovers(fit(LINEAR, x, start + slope * x + noise), k=slope, a=start)


@FEW
@given(
    SEEDS, st.floats(-50, 1e5), st.floats(5, 200), st.floats(0.1, 1.5), st.booleans(), st.integers(40, 800)
)
def test_a_decay_comes_back(
    seed: int, end: float, height: float, tau_share: float, rises: bool, rows: int
) -> None:
    x = np.linspace(0, 60, rows)
    height = -height if rises else height
    tau = 60 * tau_share
    noise = np.random.default_rng(seed).normal(0, abs(height) / 100, rows)
    found = fit(EXPONENTIAL, x, end + height * np.exp(-x / tau) + noise)
    assert_recovers(found, **{"τ": tau, "A": height, "c": end})


@FEW
@given(SEEDS, st.floats(1.2, 60), st.floats(0.5, 50), st.floats(-math.pi, math.pi), st.booleans())
def test_a_swing_comes_back(seed: int, swings: float, amplitude: float, phase: float, uneven: bool) -> None:
    """Also when its rows come unevenly, and just one swing is there."""
    random = np.random.default_rng(seed)
    x = np.sort(random.uniform(0, 20, 400)) if uneven else np.linspace(0, 20, 400)
    period = 20 / swings
    y = 7 + amplitude * np.sin(2 * math.pi * x / period + phase) + random.normal(0, amplitude / 8, 400)
    found = fit(SINUSOID, x, y)
    assert_recovers(found, T=period, A=amplitude, c=7.0)
    turns = (by_symbol(found)["φ"] - math.degrees(phase)) / 360
    assert abs(turns - round(turns)) * 360 <= WIDELY * uncertainty(found, "φ")


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_stated_uncertainties_hold_in_95_of_100(model: object) -> None:
    random = np.random.default_rng(5)
    x = np.linspace(0, 10, 60)
    curves = {
        "linear": (LINEAR, 3 + 0.5 * x, {"k": 0.5, "a": 3}),
        "proportional": (PROPORTIONAL, 0.5 * x, {"k": 0.5}),
        "exponential": (EXPONENTIAL, 3 + 8 * np.exp(-x / 4), {"τ": 4, "A": 8, "c": 3}),
        "sinusoid": (SINUSOID, 3 + 2 * np.sin(2 * math.pi * x / 2.5), {"T": 2.5, "A": 2, "c": 3}),
    }
    chosen, y, true = next(curve for curve in curves.values() if curve[0] is model)
    held = dict.fromkeys(true, 0)
    for _round in range(100):
        found = fit(chosen, x, y + random.normal(0, 0.3, 60))
        for symbol, value in true.items():
            held[symbol] += abs(by_symbol(found)[symbol] - value) <= uncertainty(found, symbol)
    assert all(86 <= times <= 100 for times in held.values()), held


def test_noise_that_follows_itself_makes_less_sure() -> None:
    """A slow sensor's noise: taken for independent, a 95 % interval would hold in 60 of 100."""
    random = np.random.default_rng(6)
    x, held = np.linspace(0, 60, 200), 0
    for _round in range(100):
        noise = random.normal(0, 0.3, 200)
        for row in range(1, 200):
            noise[row] += 0.7 * noise[row - 1]
        found = fit(LINEAR, x, 20 + 0.5 * x + noise)
        held += abs(by_symbol(found)["k"] - 0.5) <= uncertainty(found, "k")
    assert held >= 86


def test_values_in_coarse_steps_are_not_surer_than_their_steps() -> None:
    x = np.linspace(0, 4, 5)
    exact = fit(LINEAR, x, 20 + x)
    coarse = fit(LINEAR, x, 20 + x, resolution=1.0)
    assert uncertainty(exact, "k") < 1e-6 < uncertainty(coarse, "k")


def test_missing_values_are_left_out() -> None:
    x = np.linspace(0, 10, 11)
    y = 2 * x + 1
    y[3] = x[7] = math.nan
    assert by_symbol(fit(LINEAR, x, y)) == pytest.approx({"k": 2, "a": 1})


def test_a_million_rows() -> None:
    random = np.random.default_rng(7)
    x = np.arange(1_000_000) / 1000
    found = fit(SINUSOID, x, 3 * np.sin(2 * math.pi * x * 1.37) + random.normal(0, 0.5, len(x)))
    assert_recovers(found, f=1.37, A=3.0)


# -- what does not fit says so -------------------------------------------------------------------------

X = np.linspace(0, 60, 200)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("seed", range(5))
def test_noise_is_no_model(model: object, seed: int) -> None:
    chosen = next(one for one in MODELS.values() if one is model)
    found = fit(chosen, X, np.random.default_rng(seed).normal(0, 1, 200))
    assert "noise" in found.problem


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_constant_is_nothing_to_fit(model: object) -> None:
    chosen = next(one for one in MODELS.values() if one is model)
    found = fit(chosen, X, np.full(200, 3.0))
    assert "same" in found.problem and math.isnan(found.r2)


def test_a_line_through_a_swing_does_not_fit() -> None:
    assert "does not describe" in fit(LINEAR, X, np.sin(X)).problem


def test_a_line_through_a_decay_leaves_a_pattern() -> None:
    found = fit(LINEAR, X, 20 + 50 * np.exp(-X / 25))
    assert not found.problem and any("pattern" in remark for remark in found.remarks)


def test_a_decay_that_is_straight_or_grows() -> None:
    assert "hardly bent" in fit(EXPONENTIAL, X, 3 + X / 2).problem
    assert "faster and faster" in fit(EXPONENTIAL, X, np.exp(X / 20)).problem


def test_half_a_swing_is_too_little() -> None:
    assert "less than one swing" in fit(SINUSOID, X, 50 * np.exp(-X / 25)).problem


def test_what_does_not_begin_at_zero_is_not_proportional() -> None:
    noise = np.random.default_rng(8).normal(0, 0.5, 200)
    assert "begin at zero" in fit(PROPORTIONAL, X, 20 + X + noise).problem
    assert not fit(PROPORTIONAL, X, X + noise).problem


def test_scattered_values_fit_with_a_remark() -> None:
    found = fit(LINEAR, X, X / 60 + np.random.default_rng(9).normal(0, 0.5, 200))
    assert not found.problem and any("scatter" in remark for remark in found.remarks)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("rows", range(4))
def test_too_few_rows(model: object, rows: int) -> None:
    chosen = next(one for one in MODELS.values() if one is model)
    with pytest.raises(TooFewRows) as caught:
        fit(chosen, np.arange(float(rows)), np.arange(float(rows)))
    assert caught.value.given == rows < caught.value.needed


def test_all_at_one_place_is_too_few() -> None:
    with pytest.raises(TooFewRows):
        fit(LINEAR, np.ones(100), np.arange(100.0))


@FEW
@given(st.lists(st.tuples(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12)), min_size=8, max_size=40))
def test_whatever_comes_in_there_is_an_answer(points: list[tuple[float, float]]) -> None:
    x, y = np.array(points).T
    for model in MODELS.values():
        try:
            found = fit(model, x, y)
        except TooFewRows:
            continue
        assert len(found.residuals) == len(found.x)


# -- digits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "uncertain", "texts"),
    [
        (312.4321, 1.789, ("312.4", "1.8")),
        (0.0012345, 0.0000456, ("0.001234", "0.000046")),
        (98765.4, 1234.0, ("98800", "1200")),
        (2.0, 0.0998, ("2.00", "0.10")),
        (2.5, 0.0, ("2.5", "0")),
        (2.5, math.inf, ("2.5", "?")),
        (-40.06, 0.31, ("-40.06", "0.31")),
    ],
)
def test_a_value_ends_where_its_uncertainty_does(value: float, uncertain: float, texts: object) -> None:
    assert plus_minus(value, uncertain) == texts


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (123456, "123456"), (0.00012346, "0.0001235"), (20.0, "20"), (1.23456, "1.235")],
)
def test_usual_digits(value: float, text: str) -> None:
    assert shown(value) == text
