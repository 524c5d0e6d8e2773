"""Interrupted series: published figures, nothing found where nothing is, and what is there found again."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from voc.effect import foresight, its
from voc.effect.its import Series


def wandering(rng, n, mean, dispersion, shared, season=0.15):
    """Weekly counts whose rate wanders, with a yearly season."""
    shape, noise = mean / (dispersion - 1), rng.standard_normal(n)
    for week in range(1, n):
        noise[week] = shared * noise[week - 1] + np.sqrt(1 - shared**2) * noise[week]
    rate = np.exp(
        noise * np.sqrt(1 / shape) - 0.5 / shape + season * np.sin(2 * np.pi * np.arange(n) / 52.18)
    )
    return rng.poisson(mean * rate).astype(float)


@pytest.mark.real_data
def test_the_smoking_ban_of_sicily_reads_as_published(public_data):
    table = np.genfromtxt(
        public_data / "before_after_series" / "sicily_smoking_ban.csv", delimiter=",", names=True
    )
    series = Series(table["aces"], 36, "counts", table["stdpop"], 12)
    plain = its.interrupted(series, "level", True, 0, "poisson")
    assert_allclose(np.exp([plain.estimate, *plain.interval()]), [0.8944, 0.8647, 0.9251], atol=0.51e-4)
    # Bernal et al. (2017), table 2: with two pairs of harmonics and over-dispersion 0.885 (0.839–0.933).
    seasonal = its.interrupted(series, "level", True, 2, "quasi")
    assert_allclose(np.exp(seasonal.estimate), 0.885, atol=0.51e-3)
    assert_allclose(np.exp(seasonal.interval()), [0.839, 0.933], atol=2e-3)


@pytest.mark.parametrize(("mean", "dispersion", "shared"), [(10, 2, 0.0), (100, 2, 0.3), (1000, 11, 0.3)])
def test_intervals_cover_nothing_where_nothing_happened(mean, dispersion, shared):
    rng, covered = np.random.default_rng(7), []
    for _ in range(80):
        series = Series(wandering(rng, 104, mean, dispersion, shared), 78, "counts", None, 52.18)
        low, high = its.interrupted(series).interval()
        covered.append(low <= 0 <= high)
    assert np.mean(covered) > 0.87  # 0.95 less three standard errors of 80 tries


def test_a_fall_is_found_with_its_size():
    rng, found = np.random.default_rng(8), []
    for _ in range(30):
        values = wandering(rng, 104, 200, 2, 0.2)
        values[78:] = rng.binomial(values[78:].astype(int), 0.6)
        found.append(its.interrupted(Series(values, 78, "counts", None, 52.18)).estimate)
    assert abs(np.mean(found) - np.log(0.6)) < 0.05


def test_an_effect_that_grows_brings_its_slope():
    place = np.arange(60.0)
    values = np.random.default_rng(9).poisson(400 * np.exp(-0.03 * np.maximum(place - 30, 0))).astype(float)
    change = its.interrupted(Series(values, 30))
    assert change.facts["model"] == "level+slope"
    assert abs(change.estimate - np.log(values[30:].sum() / values[:30].sum())) < 0.1


def test_rates_that_wander_slowly_are_not_taken_for_further_waves():
    rng = np.random.default_rng(6)
    listed = [Series(wandering(rng, 116, 1000, 11, 0.6), 108, "counts", season=52.18) for _ in range(30)]
    assert sum(its.season_pairs(series) > 1 for series in listed) <= 5


def test_a_second_wave_that_is_there_is_taken_for_one_though_rates_wander():
    rng, places = np.random.default_rng(7), np.arange(116)
    values = wandering(rng, 116, 1000, 11, 0.6) * np.exp(0.25 * np.sin(4 * np.pi * places / 52.18))
    assert its.season_pairs(Series(values.round(), 108, "counts", season=52.18)) == 2


def test_a_season_that_is_there_is_taken_for_one():
    values = wandering(np.random.default_rng(10), 78, 400, 1.5, 0.0, season=0.3)
    ignored = its.interrupted(Series(values, 52, "counts", None, 0.0))
    known = its.interrupted(Series(values, 52, "counts", None, 52.18))
    assert abs(known.estimate) < 0.15 < abs(ignored.estimate)


def test_points_left_out_do_not_count():
    values = np.random.default_rng(11).poisson(50, 40).astype(float)
    spoiled = values.copy()
    spoiled[20:23] = 5000
    kept = (np.arange(40) < 20) | (np.arange(40) >= 23)
    clean, washed = (its.interrupted(Series(v, 20, kept=kept)) for v in (values, spoiled))
    assert clean.estimate == washed.estimate


def test_a_control_column_explains_what_both_share():
    rng = np.random.default_rng(12)
    control = 100 + np.cumsum(rng.standard_normal(80))
    values = 2 * control + rng.standard_normal(80) - 10 * (np.arange(80) >= 60)
    change = its.projected(Series(values, 60, "numbers", controls=control[:, None]))
    low, high = change.interval()
    assert low < -10 < high < 0


def test_a_control_that_stood_still_before_is_left_out():
    control = np.where(np.arange(40) < 30, 5.0, 9.0)
    values = np.random.default_rng(13).normal(50, 1, 40)
    alone = its.projected(Series(values, 30, "numbers"))
    beside = its.projected(Series(values, 30, "numbers", controls=control[:, None]))
    assert beside.estimate == pytest.approx(alone.estimate)


def test_more_points_shrink_the_error():
    values = np.random.default_rng(14).poisson(30, 30).astype(float)
    series = Series(values, 24)
    change = its.interrupted(series)
    assert foresight.error_ratio(series, change, 20) < foresight.error_ratio(series, change, 5) < 1
