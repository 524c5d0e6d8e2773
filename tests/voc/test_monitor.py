"""The monitor after closing: bounded for ever, quick for what matters, and the same in any pieces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from voc import monitor
from voc.monitor import Course, Level, Watching, evidence, follow, level, ready_weeks, starts, weigh

PLAIN = Level(np.array(10.0), np.array(13.0), np.array(2.0))


def ways(mean, phi, most=400):
    """Counts and their chances when the weekly mean is `mean` at the size that goes with the highest level."""
    counts = np.arange(most)
    size = 13.0 / (phi - 1)
    return counts, stats.nbinom.pmf(counts, size, size / (size + mean))


@pytest.mark.parametrize("mean", [3.0, 8.0, 13.0])
@pytest.mark.parametrize("phi", [1.2, 2.0, 5.0])
def test_one_week_never_raises_the_evidence_on_average_where_nothing_relapsed(mean, phi):
    counts, chances = ways(mean, phi)
    is_ = Level(np.array(10.0), np.array(13.0), np.array(phi))
    logs = np.tile(np.array([-1.0, -2.0, 0.5, 0.0]), (counts.size, 1))
    after = evidence(weigh(logs, 5, counts, np.ones(counts.size), is_), 5)
    assert (after * chances).sum() <= float(evidence(logs[0], 4)) + 1e-9


def test_the_weights_of_all_beginnings_sum_to_one():
    assert sum(starts(week) for week in range(1, 100_000)) == pytest.approx(1, abs=3e-4)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=30), st.integers(0, 30))
def test_weeks_judged_in_pieces_come_to_the_same(counts, cut):
    exposure = np.ones(len(counts))
    whole, relapsed = follow(Course(), counts, exposure, PLAIN)
    first, early = follow(Course(), counts[:cut], exposure[:cut], PLAIN)
    rest, late = (first, True) if early else follow(first, counts[cut:], exposure[cut:], PLAIN)
    assert (rest, early or late) == (whole, relapsed)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=20), st.data())
def test_more_complaints_are_never_less_evidence(counts, data):
    place = data.draw(st.integers(0, len(counts) - 1))
    more = [c + (i == place) for i, c in enumerate(counts)]
    terms = Watching(1e-290)  # out of reach: watching would stop at the week that reaches it
    assert evidences(more, terms) >= evidences(counts, terms) * (1 - 1e-12)


def evidences(counts, terms):
    return follow(Course(), counts, np.ones(len(counts)), PLAIN, terms)[0].evidence


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=10), st.floats(1, 1e4), st.floats(0, 1e5))
def test_evidence_is_a_number_whatever_comes(counts, phi, highest):
    is_ = Level(np.array(highest), np.array(highest), np.array(phi))
    assert np.isfinite(follow(Course(), counts, np.ones(len(counts)), is_)[0].evidence)


def test_weeks_without_exposure_say_nothing():
    told, _ = follow(Course(), [5, 9], [1.0, 1.0], PLAIN)
    silent, relapsed = follow(told, [0, 0], [0.0, 0.0], PLAIN)
    assert (silent.weeks, relapsed) == (4, False)
    assert silent.evidence == pytest.approx(told.evidence, rel=0.1)


def test_doubled_counts_over_doubled_exposure_are_no_relapse():
    assert not follow(Course(), [20] * 52, [2.0] * 52, PLAIN)[1]


def test_a_doubled_rate_is_found_within_weeks_even_after_a_quiet_year():
    quiet, relapsed = follow(Course(), [9, 11, 10, 12] * 13, np.ones(52), PLAIN)
    assert not relapsed
    found, relapsed = follow(quiet, [26] * 12, np.ones(12), PLAIN)
    assert relapsed
    assert found.weeks <= 52 + 8


def test_a_level_known_from_few_complaints_has_a_wide_margin():
    ones = np.ones((2, 56))
    few, many = np.zeros((2, 56)), np.zeros((2, 56))
    few[:, ::7], many[:] = 1, 10
    scarce = level(few * 3, ones, few, ones)
    plenty = level(many * 3, ones, many, ones)
    assert (scarce.highest / scarce.reached > 1.6).all()
    assert plenty.highest / plenty.reached == pytest.approx([1.3, 1.3])


@pytest.mark.parametrize(("exposure", "weeks"), [([0, 3, 0, 0], 2), ([0, 0], 0), ([1, 1, 1], 3), ([], 0)])
def test_weeks_wait_for_their_exposure(exposure, weeks):
    assert ready_weeks(np.array(exposure, dtype=float)) == weeks


def test_solved_problems_that_stay_so_are_re_opened_less_often_than_promised():
    rng = np.random.default_rng(4)
    loops, weeks = 400, 104
    days = rng.poisson(rng.gamma(10, 3 / 7 * 0.5, (loops, 8, 1)) * np.ones(7)).reshape(loops, 56)
    is_ = level(days * 2, np.ones_like(days), days, np.ones_like(days))
    counts = rng.poisson(rng.gamma(10, 3 * 0.5, (loops, weeks)))
    logs, ever = monitor.begin((loops,)), np.zeros(loops, dtype=bool)
    for week in range(1, weeks + 1):
        logs = weigh(logs, week, counts[:, week - 1], np.full(loops, 7.0), is_)
        ever |= evidence(logs, week) >= Watching().needed
    assert ever.mean() <= 0.05
