"""The regression of a series against statsmodels and its own laws."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from voc.effect import regression, remembering

N = 80
PLACE = np.arange(N)
X = np.column_stack([np.ones(N), PLACE / N, PLACE >= 50, np.sin(PLACE / 2)]).astype(float)
EXPOSURE = 100.0 + 5 * PLACE


def counts(seed=1):
    return (
        np.random.default_rng(seed)
        .poisson(EXPOSURE * np.exp(-1 + 0.3 * PLACE / N - 0.2 * (PLACE >= 50)))
        .astype(float)
    )


def test_counts_are_fitted_as_statsmodels_fits_them():
    ours = regression.fit(counts(), X, "counts", np.log(EXPOSURE))
    theirs = sm.GLM(counts(), X, family=sm.families.Poisson(), offset=np.log(EXPOSURE)).fit()
    assert ours.converged
    assert_allclose(ours.coefficients, theirs.params, rtol=1e-6)
    plain = regression.Noise(1.0, 0.0, np.inf)
    errors = [regression.standard_error(ours, row, plain) for row in np.eye(4)]
    assert_allclose(errors, theirs.bse, rtol=1e-6)


def test_newey_west_is_that_of_statsmodels():
    ours = regression.fit(counts(), X, "counts", np.log(EXPOSURE))
    model = sm.GLM(counts(), X, family=sm.families.Poisson(), offset=np.log(EXPOSURE))
    theirs = model.fit(cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True})
    assert_allclose([regression.newey_west(ours, row, 3) for row in np.eye(4)], theirs.bse, rtol=1e-5)


def test_shares_and_numbers_are_fitted_as_statsmodels_fits_them():
    totals = np.full(N, 60.0)
    hits = np.random.default_rng(2).binomial(60, 0.3, N).astype(float)
    theirs = sm.GLM(np.column_stack([hits, totals - hits]), X, family=sm.families.Binomial()).fit()
    assert_allclose(regression.fit(hits, X, "shares", 0.0, totals).coefficients, theirs.params, atol=1e-6)
    assert_allclose(regression.fit(hits, X, "numbers").coefficients, sm.OLS(hits, X).fit().params, atol=1e-9)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=30), st.floats(0, 0.95))
def test_a_remembered_sum_is_the_quadratic_form(weights, shared):
    w = np.array(weights)
    matrix = remembering.correlation_matrix(len(w), shared)
    assert_allclose(regression.remembered(w, shared), w @ matrix @ w, atol=1e-8)


@pytest.mark.parametrize("shared", [0.0, 0.4])
@pytest.mark.parametrize("n", [60, 500])
def test_many_standard_errors_are_those_of_each(n, shared):
    rng = np.random.default_rng(2)
    x = np.column_stack([np.ones(n), np.linspace(0, 1, n), np.arange(n) > n / 2])
    fitted = regression.fit(rng.poisson(20, n), x)
    errors = regression.Noise(1.7, shared, 40.0)
    each = [regression.standard_error(fitted, row, errors) for row in x]
    assert_allclose(regression.standard_errors(fitted, x, errors), each, rtol=1e-9)


@pytest.mark.parametrize("shared", [0.0, 0.3, 0.6])
def test_the_memory_of_the_errors_is_found_again_without_the_bias_of_fitting(shared):
    rng, found = np.random.default_rng(3), []
    for _ in range(60):
        noise = rng.standard_normal(N)
        for n in range(1, N):
            noise[n] = shared * noise[n - 1] + np.sqrt(1 - shared**2) * noise[n]
        found.append(regression.noise(regression.fit(noise, X, "numbers")))
    assert abs(np.mean([one.shared for one in found]) - shared) < 0.1
    assert abs(np.mean([one.phi for one in found]) - 1) < 0.25


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.floats(0.1, 20))
def test_a_longer_exposure_lowers_the_rate_and_nothing_else(seed, times):
    short = regression.fit(counts(seed), X, "counts", np.log(EXPOSURE)).coefficients
    long = regression.fit(counts(seed), X, "counts", np.log(EXPOSURE * times)).coefficients
    assert_allclose(long[0], short[0] - np.log(times), atol=1e-6)
    assert_allclose(long[1:], short[1:], atol=1e-6)


def wandering(shared, n, seed):
    noise = np.random.default_rng(seed).standard_normal(n)
    for place in range(1, n):
        noise[place] = shared * noise[place - 1] + np.sqrt(1 - shared**2) * noise[place]
    return regression.fit(100 + noise, np.ones((n, 1)), "numbers")


def test_a_correlation_that_is_estimated_costs_degrees_of_freedom_and_the_fewer_the_longer_the_series():
    middle = np.array([1.0])
    lost = []
    for n in (100, 400):
        fitted = wandering(0.6, n, 5)
        errors = regression.noise(fitted)
        own = regression.freedom(regression.weights_of(fitted, middle), errors)
        assert own < errors.df
        lost.append(1 / own - 1 / errors.df)
    assert lost[1] < lost[0] / 2


def test_a_correlation_that_is_known_costs_nothing():
    weights = np.full(8, 1 / 8)
    known = regression.Noise(1.7, 0.5, 40.0)
    assert regression.freedom(weights, known) == 40.0
    assert regression.variance(weights, known) == pytest.approx(1.7 * regression.remembered(weights, 0.5))


@given(st.floats(0, 0.8), st.floats(0, 0.15))
def test_doubt_about_the_correlation_never_makes_a_mean_of_neighbours_surer(shared, off):
    weights = np.full(8, 1 / 8)
    known = regression.Noise(1.0, shared, 40.0)
    unsure = regression.Noise(1.0, shared, 40.0, (max(shared - off, 0.0), shared + max(off, 0.0)))
    assert regression.variance(weights, unsure) >= regression.variance(weights, known) * (1 - 1e-12)
    assert regression.freedom(weights, unsure) <= 40.0
