"""Negative binomial ITS: statsmodels is the oracle, and interrupted series are found in it."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.effect import its, negative_binomial
from voc.effect.its import Series


def growing(seed, n=130, alpha=0.1, step=0.0, after=90):
    """Counts whose mean grows eightfold, and the place of a step in them."""
    rng = np.random.default_rng(seed)
    place = np.arange(n)
    mean = 10 * np.exp(2.1 * place / n + step * (place >= after))
    return rng.poisson(rng.gamma(1 / alpha, alpha * mean)).astype(float)


@pytest.mark.parametrize("seed", range(4))
def test_coefficients_and_alpha_are_those_of_statsmodels(seed):
    y, exposure = growing(seed), np.linspace(100, 400, 130)
    x = np.column_stack([np.ones(130), np.arange(130) / 130, np.arange(130) >= 90])
    fitted, alpha = negative_binomial.fit(y, x, np.log(exposure))
    oracle = sm.NegativeBinomial(y, x, offset=np.log(exposure)).fit(disp=0, maxiter=500, gtol=1e-9)
    assert fitted.coefficients == pytest.approx(oracle.params[:3], abs=2e-4)
    assert alpha == pytest.approx(oracle.params[3], rel=2e-3)
    assert negative_binomial.log_likelihood(y, fitted.mean, alpha) == pytest.approx(oracle.llf, abs=1e-4)


def test_counts_that_vary_by_chance_alone_are_a_poisson_regression():
    y = np.array([9.0, 10, 11, 10] * 10)
    fitted, alpha = negative_binomial.fit(y, np.ones((40, 1)))
    assert alpha == 0
    assert fitted.mean == pytest.approx(np.full(40, 10.0))


@settings(max_examples=30)
@given(st.lists(st.integers(0, 300), min_size=6, max_size=40))
def test_any_counts_give_finite_answers(counts):
    x = np.column_stack([np.ones(len(counts)), np.arange(len(counts))])
    fitted, alpha = negative_binomial.fit(np.array(counts) + 0.0, x)
    assert np.isfinite(fitted.coefficients).all()
    assert alpha >= 0


def test_a_step_is_found_where_the_variance_grows_with_the_square():
    found = negative_binomial.interrupted(Series(growing(2, step=-0.7), 90), "level")
    low, high = found.interval()
    assert low < -0.7 < high < 0
    assert found.facts["alpha"] == pytest.approx(0.1, rel=0.5)


def test_where_the_mean_moves_several_fold_its_errors_are_honest():
    errors = {"ours": [], "quasi": []}
    for seed in range(30):
        series = Series(growing(seed), 110)
        for name, rung in (("ours", negative_binomial), ("quasi", its)):
            found = rung.interrupted(series, "level", pairs=0)
            errors[name].append(found.estimate / found.error)
    assert np.std(errors["ours"]) == pytest.approx(1.0, abs=0.35)
    assert np.std(errors["quasi"]) > np.std(errors["ours"])
