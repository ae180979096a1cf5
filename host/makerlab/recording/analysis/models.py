"""The models that can be fitted: their formulas, first guesses, and what their parameters are called.

A guess must lie in the valley of the best fit; finding its bottom is least_squares' work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import atan2, hypot, log, pi, sqrt
from typing import NamedTuple

import numpy as np

from makerlab.i18n import N_
from makerlab.recording.analysis.arrays import Floats
from makerlab.recording.analysis.least_squares import Function


class Found(NamedTuple):
    """A parameter as it is reported: `name` is a text of the catalogue, `symbol` its letter in the formula,
    `unit` made of {x} and {y}. `error` is one standard error."""

    name: str
    symbol: str
    value: float
    error: float
    unit: str


@dataclass(frozen=True)
class Model:
    """`value` and `slopes` as for `least_squares`; `guesses` gives one or more places to begin from, given
    x (in order) and y; `report` the parameters, given what was found and its covariance."""

    key: str
    title: str
    formula: str
    size: int
    value: Function
    slopes: Function
    guesses: Callable[[Floats, Floats], Sequence[Floats]]
    report: Callable[[Floats, Floats], tuple[Found, ...]]


# -- straight lines ----------------------------------------------------------------------------------


def _line_guess(x: Floats, y: Floats) -> list[Floats]:
    centred = x - x.mean()
    slope = float(centred @ y) / float(centred @ centred)
    return [np.array([y.mean() - slope * x.mean(), slope])]


def _line_report(found: Floats, covariance: Floats) -> tuple[Found, ...]:
    start_error, slope_error = np.sqrt(np.diag(covariance))
    return (
        Found(N_("slope"), "k", float(found[1]), float(slope_error), "{y}/{x}"),
        Found(N_("start value"), "a", float(found[0]), float(start_error), "{y}"),
    )


LINEAR = Model(
    "linear", N_("straight line"), "y = a + k·x", 2,
    lambda x, p: p[0] + p[1] * x,
    lambda x, p: np.column_stack((np.ones_like(x), x)),
    _line_guess,
    _line_report,
)  # fmt: skip

PROPORTIONAL = Model(
    "proportional", N_("proportional"), "y = k·x", 1,
    lambda x, p: p[0] * x,
    lambda x, p: x[:, None],
    lambda x, y: [np.array([float(x @ y) / max(float(x @ x), np.finfo(float).tiny)])],
    lambda found, covariance: (
        Found(N_("factor"), "k", float(found[0]), sqrt(covariance[0, 0]), "{y}/{x}"),
    ),
)  # fmt: skip


# -- exponential decay: end, drop, and 1/tau, which goes smoothly through 0 (a straight line) ----------

MAX_POWER = 100.0
"""Of e in a first guess: nothing measured falls or grows more."""


def _decay(x: Floats, p: Floats) -> Floats:
    decay: Floats = p[0] + p[1] * np.exp(-p[2] * x)
    return decay


def _decay_slopes(x: Floats, p: Floats) -> Floats:
    fallen = np.exp(-p[2] * x)
    return np.column_stack((np.ones_like(x), fallen, -p[1] * x * fallen))


def _decay_guess(x: Floats, y: Floats) -> list[Floats]:
    """From y = a - y'/k: y is a straight line over its own integral and x, whatever the noise (Jacquelin
    2009, Regressions et equations integrales). And, where that fails, some round rates."""
    area = np.concatenate(([0.0], np.cumsum((y[1:] + y[:-1]) / 2 * np.diff(x))))
    solved = np.linalg.lstsq(np.column_stack((area, x, np.ones_like(x))), y, rcond=None)[0]
    span = float(x[-1] - x[0])
    rates = (-float(solved[0]), 0.5 / span, 3 / span, 12 / span)
    return [_with_rate(x, y, rate) for rate in rates if 0 < abs(rate * span) < MAX_POWER]


def _with_rate(x: Floats, y: Floats, rate: float) -> Floats:
    """The best end and drop for a given rate."""
    columns = np.column_stack((np.ones_like(x), np.exp(-rate * x)))
    end, drop = np.linalg.lstsq(columns, y, rcond=None)[0]
    return np.array([end, drop, rate])


def _decay_report(found: Floats, covariance: Floats) -> tuple[Found, ...]:
    end, drop, rate = map(float, found)
    end_error, drop_error, rate_error = map(float, np.sqrt(np.diag(covariance)))
    tau, tau_error = (1 / rate, rate_error / rate**2) if rate else (float("inf"), float("inf"))
    return (
        Found(N_("time constant"), "τ", tau, tau_error, "{x}"),
        Found(N_("half-life"), "t½", tau * log(2), tau_error * log(2), "{x}"),
        Found(N_("height at the start"), "A", drop, drop_error, "{y}"),
        Found(N_("end value"), "c", end, end_error, "{y}"),
    )


EXPONENTIAL = Model(
    "exponential", N_("exponential decay"), "y = c + A·e^(-x/τ)", 3,
    _decay, _decay_slopes, _decay_guess, _decay_report,
)  # fmt: skip


# -- sinusoid: mean, sine, cosine, frequency ----------------------------------------------------------

SPECTRUM_POINTS = 1 << 21
"""Most of the even steps that a spectrum is made of."""

PADDING = 4
"""Times the spectrum is finer than its points give: its peak is then within an eighth of 1/duration, and
least squares finds the bottom from twice that far."""

CANDIDATES = 4
"""Peaks of the spectrum that are tried."""

ROWS_FOR_A_GUESS = 20_000
"""That mean, sine and cosine at a frequency are found from: a guess needs no more."""


def _wave(x: Floats, p: Floats) -> Floats:
    angle = 2 * pi * p[3] * x
    waves: Floats = p[0] + p[1] * np.sin(angle) + p[2] * np.cos(angle)
    return waves


def _wave_slopes(x: Floats, p: Floats) -> Floats:
    turns = 2 * pi * x
    sine, cosine = np.sin(turns * p[3]), np.cos(turns * p[3])
    return np.column_stack((np.ones_like(x), sine, cosine, turns * (p[1] * cosine - p[2] * sine)))


def _wave_guess(x: Floats, y: Floats) -> list[Floats]:
    """The frequencies at the highest peaks of the spectrum, and those of about one swing, which it cannot
    tell from a slow change of the mean."""
    span = float(x[-1] - x[0])
    points = min(len(x), SPECTRUM_POINTS)
    even = np.interp(np.linspace(x[0], x[-1], points), x, y)
    padded = PADDING << (points - 1).bit_length()
    power = np.abs(np.fft.rfft(even - even.mean(), padded)) ** 2
    inner = power[1:-1]
    peaks = 1 + np.flatnonzero((inner > power[:-2]) & (inner >= power[2:]))
    highest = peaks[np.argsort(power[peaks])[::-1][:CANDIDATES]]
    step = span / max(1, points - 1)
    frequencies = [*(highest / (padded * step)), 0.7 / span, 1.2 / span]
    some = slice(None, None, 1 + len(x) // ROWS_FOR_A_GUESS)
    x, y = x[some], y[some]
    candidates = []
    for frequency in frequencies:
        angle = 2 * pi * frequency * x
        columns = np.column_stack((np.ones_like(x), np.sin(angle), np.cos(angle)))
        normal = columns.T @ columns + np.eye(3) * 1e-9
        mean, sine, cosine = np.linalg.solve(normal, columns.T @ y)
        candidates.append(np.array([mean, sine, cosine, frequency]))
    return candidates


def _wave_report(found: Floats, covariance: Floats) -> tuple[Found, ...]:
    mean, sine, cosine, frequency = map(float, found)
    amplitude = hypot(sine, cosine)
    errors = np.sqrt(np.diag(covariance))
    towards = np.array([sine, cosine]) / amplitude if amplitude else np.array([1.0, 0.0])
    across = np.array([-towards[1], towards[0]])
    amplitude_error = sqrt(max(0.0, float(towards @ covariance[1:3, 1:3] @ towards)))
    turned_error = sqrt(max(0.0, float(across @ covariance[1:3, 1:3] @ across)))
    phase_error = turned_error / amplitude if amplitude else float("inf")
    period, period_error = (1 / frequency, errors[3] / frequency**2) if frequency else (float("inf"),) * 2
    return (
        Found(N_("period"), "T", period, float(period_error), "{x}"),
        Found(N_("frequency"), "f", frequency, float(errors[3]), "1/{x}"),
        Found(N_("amplitude"), "A", amplitude, amplitude_error, "{y}"),
        Found(N_("phase at the start"), "φ", atan2(cosine, sine) * 180 / pi, phase_error * 180 / pi, "deg"),
        Found(N_("middle"), "c", mean, float(errors[0]), "{y}"),
    )


SINUSOID = Model(
    "sinusoid", N_("sinusoid"), "y = c + A·sin(2π·x/T + φ)", 4,
    _wave, _wave_slopes, _wave_guess, _wave_report,
)  # fmt: skip

MODELS = {model.key: model for model in (LINEAR, PROPORTIONAL, EXPONENTIAL, SINUSOID)}
