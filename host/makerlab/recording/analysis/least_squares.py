"""Least squares for models that are not straight lines: the method of Levenberg and Marquardt.

Standard errors are widened where residuals follow each other (a slow sensor, a model that leaves something
out): they then carry less information than their number says.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, sqrt
from typing import NamedTuple, TypeAlias

import numpy as np

from makerlab.recording.analysis.arrays import Floats

MAX_STEPS = 200
TOLERANCE = 1e-10
"""Relative change of the sum of squares that ends the search: of a million rows, what is left to be gained is
then a hundredth of a standard error."""

MOST_DAMPING = 1e12
"""Nothing smaller than a step damped so much makes the sum of squares less."""

PIECE_ROWS = 1 << 16
"""Rows whose derivatives are held at a time: a million rows must not take a hundred megabytes."""

STRONGEST_FOLLOWING = 0.99
"""Correlation beyond which neighbouring residuals are not counted as more alike."""

Function: TypeAlias = "Callable[[Floats, Floats], Floats]"
"""Of x and the parameters."""


class Solution(NamedTuple):
    """`neighbours` is the correlation of each residual with the next: 0 for noise, near 1 for a pattern."""

    parameters: Floats
    covariance: Floats
    residuals: Floats
    neighbours: float


def least_squares(
    value: Function, slopes: Function, x: Floats, y: Floats, guess: Floats, resolution: float = 0.0
) -> Solution:
    """The parameters near `guess` with which `value` comes closest to `y`.

    `slopes` gives the derivatives, a column for each parameter; `resolution` is the step in which `y` comes
    (0: unknown), and sets how sure parameters can be at best.
    """
    parameters, normal = _minimise(value, slopes, x, y, guess)
    residuals = y - value(x, parameters)
    neighbours = correlation(residuals)
    free = max(1, len(x) - len(parameters))
    variance = max(float(residuals @ residuals) / free, resolution**2 / 12)
    # n values that follow each other as in an AR(1) process tell as much as n (1 - r) / (1 + r) that do not.
    # The correlation of pure noise lies between +-2 / sqrt(n).
    following = min(neighbours, STRONGEST_FOLLOWING) if neighbours > 2 / sqrt(len(x)) else 0.0
    variance *= (1 + following) / (1 - following)
    return Solution(parameters, _inverse(normal) * variance, residuals, neighbours)


def correlation(residuals: Floats) -> float:
    """Of each residual with the next, -1 to 1."""
    centred = residuals - residuals.mean()
    total = float(centred @ centred)
    return float(centred[1:] @ centred[:-1]) / total if total > 0 else 0.0


def student_t(free: int) -> float:
    """The 97.5 % quantile of Student's distribution: half the width of a 95 % interval, in standard errors.

    Cornish-Fisher expansion, within 1 % for 3 or more degrees of freedom (Abramowitz and Stegun 26.7.5).
    """
    z = 1.959964
    return (
        z
        + (z**3 + z) / (4 * free)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * free**3)
    )


def _minimise(
    value: Function, slopes: Function, x: Floats, y: Floats, guess: Floats
) -> tuple[Floats, Floats]:
    """The parameters and the matrix of the normal equations there."""
    parameters = guess.astype(np.float64)
    residuals = y - value(x, parameters)
    squares = float(residuals @ residuals)
    normal, gradient = _normal_equations(slopes, x, residuals, parameters)
    damping = 1e-3
    for _step in range(MAX_STEPS):
        candidate = parameters + _solve(normal, gradient, damping)
        with np.errstate(all="ignore"):  # a step too far may overflow; it is not taken then
            residuals = y - value(x, candidate)
            new_squares = float(residuals @ residuals)
        if not isfinite(new_squares) or new_squares > squares:
            damping *= 10
            if damping > MOST_DAMPING:
                break
            continue
        gained = squares - new_squares
        parameters, squares = candidate, new_squares
        normal, gradient = _normal_equations(slopes, x, residuals, parameters)
        damping /= 10
        if gained <= TOLERANCE * squares:
            break
    return parameters, normal


def _normal_equations(
    slopes: Function, x: Floats, residuals: Floats, parameters: Floats
) -> tuple[Floats, Floats]:
    count = len(parameters)
    normal, gradient = np.zeros((count, count)), np.zeros(count)
    for start in range(0, len(x), PIECE_ROWS):
        piece = slopes(x[start : start + PIECE_ROWS], parameters)
        normal += piece.T @ piece
        gradient += piece.T @ residuals[start : start + PIECE_ROWS]
    return normal, gradient


def _solve(normal: Floats, gradient: Floats, damping: float) -> Floats:
    scale = _scale(normal)
    scaled = normal / np.outer(scale, scale) + damping * np.eye(len(scale))
    step: Floats = np.linalg.lstsq(scaled, gradient / scale, rcond=None)[0] / scale
    return step


def _inverse(normal: Floats) -> Floats:
    scale = _scale(normal)
    inverse: Floats = np.linalg.pinv(normal / np.outer(scale, scale), hermitian=True) / np.outer(scale, scale)
    return inverse


def _scale(normal: Floats) -> Floats:
    """By which parameters of any size become alike (Marquardt 1963)."""
    return np.sqrt(np.maximum(np.diag(normal), np.finfo(float).tiny))
