"""A series beside control columns as a Bayesian structural model: local level, static regression, and their priors.

Brodersen, Gallusser, Koehler, Remy & Scott (2015), Ann. Appl. Stat. 9:247, with the priors of their R package: steps
of the level of about 0.01 standard deviations, R² of about 0.8, a g-prior on the coefficients. Given both variances
everything is Gaussian; they are integrated over a grid, so that the answer is exact to the grid and always the same.
The priors make it narrow: where errors remember from step to step it covers less than it says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize, special

Floats = NDArray[np.float64]

STEP_GUESS, STEP_WEIGHT = (
    0.01,
    32.0,
)  # of the level's steps, in standard deviations of y, and its weight in points
R_SQUARED, R_WEIGHT = 0.8, 50.0
SLAB = 0.01  # weight of the g-prior in points; half of it on the diagonal
DIFFUSE = 1e4  # variance of the first level
STEPS = np.geomspace(0.004, 0.2, 14)  # standard deviations of the level's steps, in those of y
NOISES = np.geomspace(0.05, 1.5, 28)  # the same of the noise


@dataclass(frozen=True)
class Structural:
    """Posterior of the mean effect after; `expected` (n,) the course without it and `spread` its standard deviation.

    `step` and `noise` are posterior means of the standard deviations, on the scale of y.
    """

    estimate: float
    low: float
    high: float
    p_value: float
    expected: Floats
    spread: Floats
    step: float
    noise: float


@dataclass(frozen=True)
class _Given:
    """The posterior under one pair of variances: its log weight, course, variances, and the mean of what follows."""

    weight: float
    course: Floats
    variances: Floats
    mean: float
    variance: float


def structural(y: Floats, controls: Floats, after: int, alpha: float = 0.05) -> Structural:
    """Compare y (n,) from place `after` on with what controls (n, c) and its own level led one to expect."""
    centre, size = float(y[:after].mean()), float(y[:after].std(ddof=1)) or 1.0
    target, columns = (y - centre) / size, _standardised(controls, after)
    pairs = [(step, noise) for step in STEPS for noise in NOISES]
    found = [_given(target, columns, after, step, noise) for step, noise in pairs]
    logs = np.array([one.weight for one in found])
    weights = np.exp(logs - special.logsumexp(logs))
    course, variances = (np.array([getattr(one, part) for one in found]) for part in ("course", "variances"))
    middle = weights @ course
    spread = np.sqrt(weights @ (variances + (course - middle) ** 2))
    seen = float(target[after:].mean())
    means, sds = seen - np.array([one.mean for one in found]), np.sqrt([one.variance for one in found])

    def below(value: float) -> float:
        return float(weights @ special.ndtr((value - means) / sds))

    low, high = (_quantile(below, share, means, sds) for share in (alpha / 2, 1 - alpha / 2))
    steps, noises = weights @ np.array(pairs)
    return Structural(
        float(weights @ means) * size, low * size, high * size, 2 * min(below(0.0), 1 - below(0.0)),
        middle * size + centre, spread * size, steps * size, noises * size,
    )  # fmt: skip


def _standardised(controls: Floats, after: int) -> Floats:
    early = controls[:after]
    lively = early.std(axis=0) > 1e-9 * np.maximum(np.abs(controls).max(axis=0, initial=0.0), 1e-300)
    used, known = controls[:, lively], early[:, lively]
    return np.asarray((used - known.mean(axis=0)) / known.std(axis=0, ddof=1))


def _given(y: Floats, x: Floats, after: int, step: float, noise: float) -> _Given:
    signal = _covariance(x, after, step, noise)
    observed = signal[:after, :after] + noise**2 * np.eye(after)
    factor = linalg.cholesky(observed, lower=True)
    whitened = linalg.solve_triangular(factor, y[:after], lower=True)
    gain = linalg.solve_triangular(factor, signal[:after], lower=True)
    likelihood = -0.5 * float(whitened @ whitened) - float(np.log(np.diagonal(factor)).sum())
    course = gain.T @ whitened
    left = signal[after:, after:] - gain[:, after:].T @ gain[:, after:]
    later = len(y) - after
    weight = likelihood + _prior(step, STEP_GUESS**2, STEP_WEIGHT) + _prior(noise, 1 - R_SQUARED, R_WEIGHT)
    variances = np.maximum(np.diagonal(signal) - (gain**2).sum(axis=0), 0.0)
    mean_variance = float(left.sum()) / later**2 + noise**2 / later
    return _Given(weight, course, variances, float(course[after:].mean()), mean_variance)


def _covariance(x: Floats, after: int, step: float, noise: float) -> Floats:
    """Of level and regression at all times: a random walk, and coefficients under the g-prior."""
    place = np.arange(len(x), dtype=np.float64)
    level = DIFFUSE + step**2 * np.minimum.outer(place, place)
    if not x.shape[1]:
        return np.asarray(level)
    known = x[:after].T @ x[:after] / after
    information = SLAB * after * (known + np.diag(np.diagonal(known))) / 2
    return np.asarray(level + noise**2 * x @ np.linalg.solve(information, x.T))


def _prior(sd: float, guess: float, weight: float) -> float:
    """Log density of an inverse gamma variance, on the logarithmic grid of its root."""
    return float(-weight * np.log(sd) - weight / 2 * guess / sd**2)


def _quantile(below: Callable[[float], float], share: float, means: Floats, sds: Floats) -> float:
    reach = 12.0
    ends = float((means - reach * sds).min()), float((means + reach * sds).max())
    return float(optimize.brentq(lambda value: below(value) - share, *ends, xtol=1e-10))
