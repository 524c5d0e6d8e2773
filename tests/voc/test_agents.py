"""Staff are compared fairly: by channel, with few shrunk towards all, and few named wrongly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.agents import FALSE_NAMED, Served, standings

COUNTS = st.lists(st.tuples(st.integers(1, 400), st.floats(0, 1)), min_size=2, max_size=30)


def team(seed, rates, feedback=120):
    rng = np.random.default_rng(seed)
    return [
        Served(f"K{n:02d}", "hotline", feedback, int(rng.binomial(feedback, r))) for n, r in enumerate(rates)
    ]


@given(COUNTS)
def test_what_is_expected_adds_up_to_what_was_seen(counts):
    rows = [
        Served(f"K{n}", "hotline", given_, int(given_ * share)) for n, (given_, share) in enumerate(counts)
    ]
    found = standings(rows)
    assert sum(one.expected for one in found) == pytest.approx(sum(one.complaints for one in found))
    assert all(one.low <= one.ratio <= one.high for one in found)


@given(COUNTS)
def test_shrinking_moves_everybody_towards_one_and_nobody_past_it(counts):
    rows = [
        Served(f"K{n}", "hotline", given_, int(given_ * share)) for n, (given_, share) in enumerate(counts)
    ]
    raw = {one.agent: one.complaints / one.expected for one in standings(rows)}
    assert all(
        min(raw[one.agent], 1) - 1e-9 <= one.ratio <= max(raw[one.agent], 1) + 1e-9 for one in standings(rows)
    )


def test_a_channel_full_of_complaints_is_nobodys_fault():
    rows = [Served("A", "social", 100, 80), Served("B", "social", 100, 80), Served("C", "survey", 100, 5)]
    assert [round(one.ratio, 2) for one in standings(rows)] == [1.0, 1.0, 1.0]


def test_in_a_team_of_equals_hardly_anybody_is_named():
    named = [sum(one.named or one.praised for one in standings(team(seed, [0.3] * 40))) for seed in range(60)]
    assert np.mean(np.array(named) > 0) < 0.2


def test_who_is_twice_as_bad_is_named_and_who_is_half_as_bad_is_praised():
    teams = [
        {one.agent: one for one in standings(team(seed, [0.6, 0.12, *[0.3] * 30], 300))} for seed in range(40)
    ]
    assert np.mean([found["K00"].named for found in teams]) > 0.75
    assert np.mean([found["K01"].praised for found in teams]) > 0.75
    others = [one for found in teams for agent, one in found.items() if agent not in ("K00", "K01")]
    assert sum(one.named or one.praised for one in others) / (2 * len(teams)) <= FALSE_NAMED


def test_one_complaint_out_of_one_is_no_verdict():
    found = {one.agent: one for one in standings([*team(1, [0.3] * 20), Served("new", "hotline", 1, 1)])}
    assert found["new"].ratio < 1.3
    assert not found["new"].named


def test_without_complaints_there_is_nothing_to_compare():
    assert standings([Served("A", "hotline", 10, 0)]) == []
