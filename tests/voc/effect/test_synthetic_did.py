"""Synthetic difference-in-differences: published value, exact worlds, and the least squares it promises."""

import csv

import numpy as np
import pytest
from scipy import optimize

from voc.effect.synthetic_did import placebo_in_time, ridge_weights, synthetic_did


def world(seed=0, controls=12, times=20, effect=0.0, noise=0.3, after=14, treated=1):
    """Units with levels of their own and two shared courses, of which each takes its part."""
    rng = np.random.default_rng(seed)
    courses = np.cumsum(rng.normal(size=(2, times)), axis=1)
    loads = rng.uniform(0, 1, (controls + treated, 2))
    y = (
        rng.uniform(0, 20, (controls + treated, 1))
        + loads @ courses
        + noise * rng.normal(size=(controls + treated, times))
    )
    y[:treated, after:] += effect
    return y[:treated], y[treated:], after


def test_california_s_tobacco_tax_is_the_published_effect(public_data):
    with (public_data / "before_after_series" / "prop99_california.csv").open() as file:
        text = file.read()
    rows = list(csv.DictReader(text.splitlines(), delimiter=";" if ";" in text.splitlines()[0] else ","))
    states, years = sorted({r["State"] for r in rows}), sorted({int(r["Year"]) for r in rows})
    known = {(r["State"], int(r["Year"])): float(r["PacksPerCapita"]) for r in rows}
    y = np.array([[known[state, year] for year in years] for state in states])
    mask = np.array([state == "California" for state in states])
    found = synthetic_did(y[mask], y[~mask], years.index(1989))
    # The R package stops its search at −15.604; the exact weights give −15.605.
    assert found.estimate == pytest.approx(-15.604, abs=0.002)
    assert 7 < found.error < 11
    assert abs(found.estimate) < abs(-19.514)


def test_levels_need_not_match():
    treated, pool, after = world(noise=0.0, effect=-3.0)
    found = synthetic_did(treated, pool, after).estimate
    assert found == pytest.approx(-3.0, abs=0.4)
    assert synthetic_did(treated + 500, pool, after).estimate == pytest.approx(found, abs=1e-6)


def test_the_effect_moves_by_what_is_added_to_it():
    one, two = (synthetic_did(*world(seed=3, effect=e)).estimate for e in (0.0, -4.0))
    assert two - one == pytest.approx(-4.0, abs=1e-9)


def test_weights_are_the_least_squares_on_the_simplex():
    rng = np.random.default_rng(1)
    target, pool, ridge = rng.normal(size=15), rng.normal(size=(5, 15)), 0.7

    def loss(w):
        gap = w @ pool - target
        return ((gap - gap.mean()) ** 2).mean() + ridge**2 * (w**2).sum()

    limits = {"type": "eq", "fun": lambda w: w.sum() - 1}
    oracle = optimize.minimize(loss, np.full(5, 0.2), bounds=[(0, 1)] * 5, constraints=limits, tol=1e-12)
    found = ridge_weights(target, pool, ridge)
    assert loss(found) <= oracle.fun + 1e-8
    assert (found.sum(), found.min() >= 0) == (pytest.approx(1.0), True)


def test_where_nothing_happens_the_interval_holds_nothing_nearly_always():
    held = [low <= 0 <= high for seed in range(40)
            for low, high in [synthetic_did(*world(seed, treated=2)).interval()]]  # fmt: skip
    assert np.mean(held) > 0.88


def test_too_few_controls_have_no_interval():
    treated, pool, after = world(controls=2)
    found = synthetic_did(treated, pool, after)
    assert found.interval() == (-np.inf, np.inf)
    assert found.p_value == 1


def test_a_made_up_start_finds_little():
    treated, pool, after = world(seed=5)
    assert abs(placebo_in_time(treated, pool, after)) < 2
    assert placebo_in_time(treated[:, 9:], pool[:, 9:], 4) is None
