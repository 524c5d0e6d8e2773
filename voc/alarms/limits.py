"""How improbable a count is beside what was expected, and up to which count it is ordinary."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaln, pdtrc, xlogy
from scipy.stats import nbinom, poisson

Floats = NDArray[np.float64]

_POISSON = 1.0 + 1e-6  # variance over mean below which the negative binomial is numerically Poisson


def tail(observed: Floats, mean: Floats, variance: Floats) -> Floats:
    """Chance of more than `observed`, plus half the chance of exactly so many (mid-p), at this mean and variance.

    Negative binomial with both moments matched; Poisson where the variance is not larger than the mean. Any shape.
    """
    observed, mean, variance = np.broadcast_arrays(observed, mean, variance)
    mean = np.maximum(mean, 1e-9)
    ratio = np.maximum(variance / mean, 1.0)
    plain = ratio <= _POISSON
    size = mean / np.where(plain, 1.0, ratio - 1)
    above = np.where(plain, pdtrc(observed, mean), _nb_above(observed, size, 1 / ratio))
    at = np.where(plain, _poisson_at(observed, mean), _nb_at(observed, size, 1 / ratio))
    result: Floats = np.clip(above + at / 2, 0.0, 1.0)
    return result


def at_least(least: float, mean: Floats, variance: Floats) -> Floats:
    """Chance of `least` or more at this mean and variance, as `tail` takes them; any shape."""
    mean = np.maximum(mean, 1e-9)
    ratio = np.maximum(variance / mean, _POISSON)
    result: Floats = _nb_above(np.asarray(least - 1.0), mean / (ratio - 1), 1 / ratio)
    return result


def _nb_above(observed: Floats, size: Floats, chance: Floats) -> Floats:
    result: Floats = betainc(observed + 1, size, 1 - chance)
    return result


def _nb_at(observed: Floats, size: Floats, chance: Floats) -> Floats:
    ways = gammaln(observed + size) - gammaln(size) - gammaln(observed + 1)
    result: Floats = np.exp(ways + size * np.log(chance) + xlogy(observed, 1 - chance))
    return result


def _poisson_at(observed: Floats, mean: Floats) -> Floats:
    result: Floats = np.exp(xlogy(observed, mean) - mean - gammaln(observed + 1))
    return result


def upper(mean: Floats, variance: Floats, level: Floats) -> Floats:
    """Return the largest count that is still ordinary: its mid-p is not below `level`."""
    mean = np.maximum(mean, 1e-9)
    ratio = np.maximum(variance / mean, 1.0)
    size = mean / np.maximum(ratio - 1, 1e-6)
    guess = np.where(ratio <= _POISSON, poisson.isf(level, mean), nbinom.isf(level, size, 1 / ratio))
    # mid-p lies between the two tails, so the limit is one of three neighbours of the quantile.
    for _ in range(2):
        guess = np.where(tail(guess + 1, mean, variance) >= level, guess + 1, guess)
    for _ in range(2):
        guess = np.where((guess > 0) & (tail(guess, mean, variance) < level), guess - 1, guess)
    result: Floats = guess
    return result
