"""What satisfaction hangs on: the same numbers as a regression on single rows, and nothing where nothing is."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from voc.drivers import FEWEST, Cell, drivers

CHANNELS, CODES = ("app", "hotline"), ("logistics", "service")


def world(seed, effects, n=4000):
    """Simulate ratings that are lower by `effects` where something is complained of; channels differ by a point."""
    rng = np.random.default_rng(seed)
    channel = rng.integers(0, 2, n)
    against = rng.random((n, 2)) < np.array([0.10, 0.05]) * (1 + channel[:, None])
    rating = np.clip(np.round(4.2 - channel - against @ np.array(effects) + rng.normal(0, 0.8, n)), 1, 5)
    return channel, against, rating


def as_cells(channel, against, rating):
    rows, counts = np.unique(np.column_stack([channel, against, rating]), axis=0, return_counts=True)
    return [
        Cell(
            CHANNELS[int(c)],
            frozenset(code for code, said in zip(CODES, row, strict=True) if said),
            r,
            int(n),
        )
        for (c, *row, r), n in zip(rows, counts, strict=True)
    ]


@given(st.integers(0, 2**31))
def test_counted_cells_give_what_least_squares_gives_on_single_rows(seed):
    channel, against, rating = world(seed, (1.5, 0.5), 800)
    found = {one.code: one for one in drivers(as_cells(channel, against, rating))}
    x = np.column_stack([channel == 0, channel == 1, against]).astype(float)
    fit = sm.OLS(rating, x).fit(cov_type="HC1", use_t=True)
    for place, code in enumerate(CODES, 2):
        assert found[code].difference == pytest.approx(fit.params[place])
        assert (found[code].low, found[code].high) == pytest.approx(tuple(fit.conf_int()[place]))


def test_the_intervals_cover_what_is_true():
    hits = [one.low <= -truth <= one.high for seed in range(150) for one, truth in _pairs(seed)]
    assert 0.90 <= np.mean(hits) <= 0.99


def _pairs(seed):
    rng = np.random.default_rng(seed)
    n, truth = 1500, {"logistics": 0.8, "service": 0.0}
    against = rng.random((n, 2)) < 0.12
    rating = 3.5 - against @ np.array([0.8, 0.0]) + rng.normal(0, 0.7, n)
    return [(one, truth[one.code]) for one in drivers(as_cells(np.zeros(n, dtype=int), against, rating))]


def test_the_heaviest_pull_comes_first_and_is_share_times_difference():
    first, second = drivers(as_cells(*world(3, (2.0, 0.3))))
    assert (first.code, second.code) == ("logistics", "service")
    assert first.pull == pytest.approx(first.share * first.difference)


def test_what_few_complain_of_is_not_fitted():
    cells = [Cell("app", frozenset(), 5.0, 500), Cell("app", frozenset({"price"}), 1.0, FEWEST - 1)]
    assert drivers(cells) == []


def test_two_things_always_said_together_share_the_blame():
    both = frozenset(CODES)
    cells = [Cell("app", frozenset(), r, 200) for r in (4.0, 5.0)] + [
        Cell("app", both, r, 50) for r in (1.0, 2.0)
    ]
    assert [one.difference for one in drivers(cells)] == pytest.approx([-1.5, -1.5])
