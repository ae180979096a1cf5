"""Fitting a model to measured values: its parameters, how sure they are, and whether it fits at all."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, log, sqrt

import numpy as np

from makerlab.i18n import N_
from makerlab.recording.analysis.arrays import Floats
from makerlab.recording.analysis.least_squares import Solution, least_squares, student_t
from makerlab.recording.analysis.models import EXPONENTIAL, LINEAR, PROPORTIONAL, SINUSOID, Model

SPARE_ROWS = 3
"""Rows needed beyond the number of parameters before anything can be said of how well it fits."""

POOR_R2 = 0.5
"""A model that explains less than half of how much values vary."""

PATTERN = 0.5
"""Correlation of neighbouring residuals from which on the eye sees a pattern too."""

EVIDENCE = 20.0
"""(n - p) R2 / (1 - R2), about as F-distributed as can be said of all models: pure noise reaches this once in
a thousand times or less. A sinusoid picks the best of n frequencies, and needs 2 log n more."""

FEWEST_SWINGS = 0.9
"""Of a sinusoid that can be told from a bend."""

SCARCELY_BENT = 0.5
"""Share of its own time constant that a decay must be watched for, or it is a straight line."""

TRIED_GUESSES = 2
ROWS_FOR_A_CHOICE = 20_000
"""Among guesses: which valley is deepest shows in so many rows, spread over all."""

ROUNDING = 1e-9
"""Residuals this small, relative to the values, are rounding."""


class TooFewRows(ValueError):
    """`given` rows can be used, at different places, and `needed` would be."""

    def __init__(self, given: int, needed: int) -> None:
        super().__init__(given, needed)
        self.given, self.needed = given, needed


@dataclass(frozen=True)
class Estimate:
    """A parameter; `uncertainty` is half the width of its 95 % interval. `name` is a text of the catalogue,
    `unit` made of {x} and {y}."""

    name: str
    symbol: str
    value: float
    uncertainty: float
    unit: str


@dataclass(frozen=True)
class Fit:
    """A model fitted to values `y` at `x`. `r2` is the share of their variance that it explains (NaN if they
    do not vary), `residual_sd` in their unit what it leaves.

    `problem` says why the model does not describe them, "" if it does; `remarks` what to keep in mind. Both
    are texts of the catalogue.
    """

    model: Model
    x: Floats
    y: Floats
    parameters: Floats
    estimates: tuple[Estimate, ...]
    residuals: Floats
    r2: float
    residual_sd: float
    problem: str
    remarks: tuple[str, ...]

    def at(self, x: Floats) -> Floats:
        """The model's values at `x`."""
        return self.model.value(x, self.parameters)


def fit(model: Model, x: Floats, y: Floats, resolution: float = 0.0) -> Fit:
    """`model` fitted to those rows of which both numbers are known. `resolution` is the step in which `y`
    comes, 0 if unknown. Raises TooFewRows."""
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if not (np.diff(x) >= 0).all():  # another channel than time
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    needed = model.size + SPARE_ROWS
    if (given := min(len(x), len(np.unique(x)))) < needed:
        raise TooFewRows(given, needed)
    best = _best(model, x, y, resolution)
    free = len(x) - model.size
    estimates = tuple(
        Estimate(one.name, one.symbol, one.value, one.error * student_t(free), one.unit)
        for one in model.report(best.parameters, best.covariance)
    )
    problem, remarks = _verdict(model, x, y, best, resolution)
    return Fit(
        model=model,
        x=x,
        y=y,
        parameters=best.parameters,
        estimates=estimates,
        residuals=best.residuals,
        r2=_r_squared(y, best.residuals),
        residual_sd=sqrt(_squares(best.residuals) / free),
        problem=problem,
        remarks=remarks,
    )


def _best(model: Model, x: Floats, y: Floats, resolution: float) -> Solution:
    """From the best guesses to the bottoms of their valleys, with some rows; the deepest one with all."""
    some = slice(None, None, 1 + len(x) // ROWS_FOR_A_CHOICE)
    few_x, few_y = x[some], y[some]
    guesses = sorted(model.guesses(x, y), key=lambda guess: _squares(few_y - model.value(few_x, guess)))
    ends = [
        least_squares(model.value, model.slopes, few_x, few_y, guess, resolution)
        for guess in guesses[:TRIED_GUESSES]
    ]
    best = min(ends, key=lambda end: _squares(end.residuals))
    if some.step == 1:
        return best
    return least_squares(model.value, model.slopes, x, y, best.parameters, resolution)


def _squares(residuals: Floats) -> float:
    total = float(residuals @ residuals)
    return total if isfinite(total) else inf


def _r_squared(y: Floats, residuals: Floats) -> float:
    total = _squares(y - y.mean())
    return 1 - _squares(residuals) / total if total > 0 else float("nan")


def _verdict(
    model: Model, x: Floats, y: Floats, found: Solution, resolution: float
) -> tuple[str, tuple[str, ...]]:
    """Why it does not fit, and what to keep in mind if it does."""
    r2 = _r_squared(y, found.residuals)
    if not isfinite(r2):
        return N_("All values are the same: there is nothing to fit."), ()
    free = len(x) - model.size
    noise = sqrt(_squares(found.residuals) / free)
    pattern = found.neighbours > PATTERN and noise > max(resolution, ROUNDING * float(np.abs(y).max()))
    if r2 < POOR_R2 and pattern:
        return N_("This model does not describe these values: look for another one."), ()
    evidence = free * r2 / max(1 - r2, np.finfo(float).eps)
    if evidence < EVIDENCE + (2 * log(len(x)) if model is SINUSOID else 0.0):
        return N_("What changes here cannot be told from noise: measure longer, or make it change more."), ()
    if problem := _own_problem(model, x, y, found):
        return problem, ()
    remarks = []
    if pattern:
        remarks.append(
            N_("What is left over follows a pattern: something else plays a part, or try another model.")
        )
    if r2 < POOR_R2:
        remarks.append(N_("The values scatter more than they follow the model."))
    return "", tuple(remarks)


def _own_problem(model: Model, x: Floats, y: Floats, found: Solution) -> str:
    """What only this model can have wrong."""
    span = float(np.ptp(x))
    if model is SINUSOID and abs(found.parameters[3]) * span < FEWEST_SWINGS:
        return N_("This is less than one swing: measure longer.")
    if model is EXPONENTIAL:
        rate = float(found.parameters[2])
        if rate <= 0:
            return N_("This does not come to rest: it changes faster and faster, or as a straight line.")
        if rate * span < SCARCELY_BENT:
            return N_("This is hardly bent yet: measure longer, or fit a straight line.")
    if model is PROPORTIONAL:
        line = least_squares(LINEAR.value, LINEAR.slopes, x, y, LINEAR.guesses(x, y)[0])
        start, error = float(line.parameters[0]), sqrt(float(line.covariance[0, 0]))
        # It misses the origin surely, and by something that can be seen.
        if abs(start) > 3 * error and abs(start) > 0.05 * float(np.ptp(y)):
            return N_("This does not begin at zero, so it is not proportional: try a straight line.")
    return ""
