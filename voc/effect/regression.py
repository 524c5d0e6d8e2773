"""One regression of a series: quasi-Poisson, quasi-binomial or linear, with errors that remember.

Counts have a log link and an offset, shares a logit link and totals, numbers neither. Errors are over-dispersed
by φ and correlated as AR(1); φ and the correlation are freed of the bias that fitting the regression gives them.
Estimates are linear in the errors up to first order, so one quadratic form gives every standard error.
Sources: McCullagh & Nelder (1989) ch. 9; Cheang & Reinsel (2000) for the bias of the correlation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import lapack, matmul_toeplitz

from voc.effect.remembering import CACHED, GRID, MOST_SHARED, correlation_matrix, memories
from voc.effect.remembering import remembered as remembered

Floats = NDArray[np.float64]

STEPS = 50
MOST_WANDERING = 0.85  # memory of the rates beyond which it is not believed
LONGEST = 800  # points up to which the bias of the correlation is worked out; beyond, it is nothing
NEARLY = 1e-4  # columns nearer to each other than this are solved by their singular values
NOTHING = 1e-20
TOLD = 2.0  # standard errors of a lag-1 correlation from which on the lag-2 one is believed in full


@dataclass(frozen=True)
class Fit:
    """A fitted series of n points and k columns.

    `mean` fitted values, `sd` their standard deviations at φ = 1, `pearson` standardised residuals, `weighted` (n, k)
    the columns in units of `sd`.
    """

    family: str
    coefficients: Floats
    mean: Floats
    sd: Floats
    pearson: Floats
    weighted: Floats
    converged: bool

    @cached_property
    def _parts(self) -> tuple[Floats, Floats, Floats]:
        # Most fits are only compared with others: what a standard error needs is worked out when it is asked for.
        left, values, right = np.linalg.svd(self.weighted, full_matrices=False)
        return left, values, right

    @cached_property
    def basis(self) -> Floats:
        """Orthonormal columns (n, rank) that span the weighted ones."""
        left, values, _ = self._parts
        return np.asarray(left[:, values > values.max(initial=0) * 1e-10])

    @cached_property
    def influence(self) -> Floats:
        """Derivative (k, n) of the coefficients to the errors: the pseudo-inverse of the weighted columns over sd."""
        left, values, right = self._parts
        kept = values > values.max(initial=0) * 1e-15
        inverse = np.divide(1.0, values, where=kept, out=np.zeros_like(values))
        return np.asarray((right.T * inverse) @ left.T / self.sd)


def fit(
    y: ArrayLike, columns: ArrayLike, family: str = "counts", offset: ArrayLike = 0.0, totals: ArrayLike = 1.0
) -> Fit:
    """Fit by iterated weighted least squares; `offset` is on the scale of the link, `totals` for shares."""
    values, x = np.asarray(y, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    base = np.broadcast_to(np.asarray(offset, dtype=np.float64), values.shape)
    trials = np.broadcast_to(np.asarray(totals, dtype=np.float64), values.shape)
    beta, previous, done = np.zeros(x.shape[1]), np.inf, False
    mean = _start(values, trials, family)
    for _ in range(STEPS):
        link, slope, sd = _link(mean, trials, family)
        root = slope / sd  # square root of the working weight
        target = (link - base + (values - mean) / slope) * root
        beta = solve(x * root[:, None], target)
        mean = _mean(np.asarray(x @ beta + base), trials, family)
        deviance = float((((values - mean) / _link(mean, trials, family)[2]) ** 2).sum())
        done = abs(deviance - previous) <= 1e-10 * (abs(deviance) + 1e-10)
        if done or family == "numbers":
            break
        previous = deviance
    _, slope, sd = _link(mean, trials, family)
    weighted = x * (slope / sd)[:, None]
    return Fit(family, beta, mean, sd, (values - mean) / sd, weighted, done or family == "numbers")


def solve(columns: Floats, target: Floats) -> Floats:
    """Least squares by Cholesky of the scaled normal equations; by singular values where columns hang together."""
    size = np.sqrt((columns**2).sum(axis=0))
    if (size > 0).all():
        scaled = columns / size
        factor, failed = lapack.dpotrf(scaled.T @ scaled, lower=1)
        if not failed and np.diagonal(factor).min() > NEARLY:
            found, _ = lapack.dpotrs(factor, scaled.T @ target, lower=1)
            # One step of refinement takes the error back that squaring the columns brought in.
            more, _ = lapack.dpotrs(factor, scaled.T @ (target - scaled @ found), lower=1)
            return np.asarray((found + more) / size)
    return np.asarray(np.linalg.lstsq(columns, target, rcond=None)[0], dtype=np.float64)


def _start(values: Floats, trials: Floats, family: str) -> Floats:
    if family == "counts":
        return (values + max(float(values.mean()), 1e-3)) / 2
    return trials * (values + 0.5) / (trials + 1) if family == "shares" else values


def _link(mean: Floats, trials: Floats, family: str) -> tuple[Floats, Floats, Floats]:
    """Value of the link, derivative of the mean to it, standard deviation of an observation."""
    if family == "counts":
        return np.log(mean), mean, np.sqrt(mean)
    if family == "shares":
        share = mean / trials
        variance = mean * (1 - share)
        return np.log(share / (1 - share)), variance, np.sqrt(variance)
    return mean, np.ones_like(mean), np.ones_like(mean)


def _mean(link: Floats, trials: Floats, family: str) -> Floats:
    if family == "counts":
        return np.exp(np.clip(link, -30, 30))
    return trials / (1 + np.exp(-np.clip(link, -30, 30))) if family == "shares" else link


@dataclass(frozen=True)
class Noise:
    """φ (variance over what chance alone gives), lag-1 correlation and the degrees of freedom left.

    `unsure`: the correlation one standard error below and above, as far as the series tells it.
    """

    phi: float
    shared: float
    df: float
    unsure: tuple[float, float] | None = None


def noise(fitted: Fit, floor: bool = True) -> Noise:
    """φ and the correlation of the errors behind the residuals of a fit; `floor`: φ of counts is at least 1."""
    residuals, basis = fitted.pearson, fitted.basis
    n = residuals.size
    left = max(n - basis.shape[1], 1)
    power = float((residuals**2).sum())
    if power <= NOTHING * float(((fitted.mean / fitted.sd) ** 2).sum()):
        power = 0.0  # a perfect fit leaves rounding, which remembers
    raw = [
        float((residuals[lag:] * residuals[:-lag]).sum() / power) if power > 0 and n > 4 else 0.0
        for lag in (1, 2)
    ]
    short = n <= LONGEST and n - basis.shape[1] > 1
    wandering = 1.0 if fitted.family == "numbers" else max(1 - left / max(power, 1e-300), 0.0)
    shared, trace, df, unsure = (
        _unbiased(raw, basis, n, wandering) if short else (*_plain(raw, n, float(left), wandering), None)
    )
    phi = power / max(trace, 1e-9)
    least = 1.0 if floor and fitted.family != "numbers" else 0.0
    return Noise(max(phi, least), shared, max(df, 1.0), unsure)


def freedom(weights: Floats, errors: Noise) -> float:
    """Degrees of freedom of the standard error of a weighted sum of the errors, their correlation being estimated too.

    Satterthwaite's: 2 over the squared relative error of the variance, to which φ and the correlation both add.
    """
    if errors.unsure is None:
        return errors.df
    less, more = (remembered(weights, shared) for shared in errors.unsure)
    if min(less, more) <= 0:
        return errors.df
    return max(1 / (1 / errors.df + float(np.log(more / less) / 2) ** 2 / 2), 1.0)


def variance(weights: Floats, errors: Noise) -> float:
    """Variance of a weighted sum of the errors: the mean over what the correlation may be, which is not its middle."""
    ends = (errors.shared,) if errors.unsure is None else errors.unsure
    return errors.phi * sum(remembered(weights, shared) for shared in ends) / len(ends)


def weights_of(fitted: Fit, combination: Floats) -> Floats:
    """How a combination (k,) of the coefficients weighs the errors, in units of their standard deviation."""
    return np.asarray((combination @ fitted.influence) * fitted.sd)


def _plain(raw: list[float], n: int, left: float, wandering: float) -> tuple[float, float, float]:
    shared = _lasting(_clip(raw[0]), raw[1], n, wandering)
    return shared, left, left * (1 - shared**2) / (1 + shared**2)


def _clip(value: float) -> float:
    return float(np.clip(value, 0.0, MOST_SHARED))


def _lasting(first: float, second: float, n: int, wandering: float) -> float:
    """The correlation that fades as the series does, from those at lags 1 and 2 and from what can wander at all.

    Chance on top of a wandering rate lowers both alike, so that the second is more than the square of the first;
    its root then says how slowly the wandering fades. Of the variance of counts chance alone brings 1/φ, which does
    not remember: if only the rest (`wandering`) does, its memory is first/wandering, and the correlation returned is
    the one whose sums vary as much. Alone both are too noisy, so they count as far as the first, and φ, are sure.
    """
    memory = min(first / max(wandering, 1e-9), MOST_WANDERING)
    known = min(1.0, wandering / (1 - wandering) * np.sqrt(n / 2) / TOLD) if wandering < 1 else 1.0
    by_chance = (first / (1 - memory + first) - first) * known
    slower = max(float(np.sqrt(max(second, 0.0))) - first, by_chance)
    return _clip(first + max(slower, 0.0) * min(1.0, first * np.sqrt(n) / TOLD))


def _unbiased(
    raw: list[float], basis: Floats, n: int, wandering: float
) -> tuple[float, float, float, tuple[float, float]]:
    """The correlation whose residuals would show `raw` on average, tr(MR) and Satterthwaite's df under it, and the
    same correlation had `raw` been one standard error (Bartlett's) lower or higher."""
    lagged = _expected(basis, n)
    second = raw[1] - float(lagged[1, 0])
    # Long memory cannot be told from a trend: the expectation may turn, and the first crossing is taken.
    rising = np.maximum.accumulate(lagged[0])
    first = _crossing(raw[0], rising)
    # What traces leave out: a ratio of two noisy sums is low by 2ρ/n (Kendall 1954).
    first = _clip(first * (1 + 2 / n))
    shared = _lasting(first, second, n, wandering)
    off, sure = float(np.sqrt((1 - first**2) / n)), min(1.0, first * np.sqrt(n) / TOLD)
    ends = (_lasting(_crossing(raw[0] + by, rising), second, n, wandering) for by in (-off, off))
    # Cut at nought, the correlation of a calm series is already too large on average: no doubt is added there.
    less, more = (shared + float(sure) * (end - shared) for end in ends)
    memory = correlation_matrix(n, shared)
    # M = I − BB': tr(MR) and tr(MRMR) from what R makes of the few columns of B.
    carried = memory @ basis
    inner = basis.T @ carried
    trace = n - float(np.trace(inner))
    squared = float((memory**2).sum() - 2 * (carried**2).sum() + (inner**2).sum())
    return shared, trace, trace**2 / squared, (less, more)


def _crossing(seen: float, rising: Floats) -> float:
    return float(np.interp(seen, rising, GRID)) if seen > rising[0] else 0.0


def _expected(basis: Floats, n: int) -> Floats:
    """Lag-1 and lag-2 correlations (2, grid) that residuals show under AR(1) errors: traces of (I − BB')R(I − BB')."""
    carried = np.array([basis if not shared else memory @ basis for shared, memory in memories(n)])
    inner = basis.T @ carried
    whole = n - np.trace(inner, axis1=1, axis2=2)
    found = []
    for lag in (1, 2):
        ahead, behind = basis[lag:], basis[:-lag]
        cross = (
            (carried[:, :-lag] * ahead).sum(axis=(1, 2))
            + (behind * carried[:, lag:]).sum(axis=(1, 2))
            - ((behind @ inner) * ahead).sum(axis=(1, 2))
        )
        found.append(((n - lag) * GRID**lag - cross) / whole)
    return np.array(found)


def standard_error(fitted: Fit, combination: Floats, errors: Noise) -> float:
    """Standard error of a combination (k,) of the coefficients."""
    return float(np.sqrt(variance(weights_of(fitted, combination), errors)))


def _carried(columns: Floats, shared: float) -> Floats:
    """R times columns (n, k), for AR(1) correlations R; a long series goes through the frequencies."""
    n = len(columns)
    if not shared:
        return columns
    if n <= CACHED:
        return np.asarray(correlation_matrix(n, shared) @ columns)
    return np.asarray(matmul_toeplitz(shared ** np.arange(n), columns))


def standard_errors(fitted: Fit, combinations: Floats, errors: Noise) -> Floats:
    """Standard errors of each of many combinations (r, k) of the coefficients."""
    weights = (fitted.influence * fitted.sd).T
    within = weights.T @ _carried(weights, errors.shared)
    return np.asarray(
        np.sqrt(errors.phi * np.maximum(((combinations @ within) * combinations).sum(axis=1), 0.0))
    )


def newey_west(fitted: Fit, combination: Floats, lags: int | None = None) -> float:
    """Newey & West's (1987) standard error, Bartlett weights, lags ⌊4(n/100)^(2/9)⌋ if none, times n/(n − k)."""
    n, k = fitted.pearson.size, fitted.basis.shape[1]
    reach = int(4 * (n / 100) ** (2 / 9)) if lags is None else lags
    scores = weights_of(fitted, combination) * fitted.pearson
    total = float(scores @ scores)
    for lag in range(1, min(reach, n - 1) + 1):
        total += 2 * (1 - lag / (reach + 1)) * float(scores[lag:] @ scores[:-lag])
    return float(np.sqrt(max(total, 0.0) * n / max(n - k, 1)))
