"""Rehearsed loops: known habits come back out, nothing is credited too often, and true effects are seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.calibration.choosing import span_volumes
from voc.calibration.loops import Tally, Terms, play
from voc.calibration.summary import Row, kept, plain, sentence
from voc.calibration.world import World, habits, simulate, usual

FEW = Terms(history=56)
CALM = World(40, 1.0, 0.0, 0.0, "平静")


def weekly(world, weeks, seed=0):
    days = simulate(world, 1, weeks, np.random.default_rng(seed))
    return days.reshape(weeks, 7).sum(axis=1)


@pytest.mark.parametrize("world", [World(30, 2, 0.3, 0.15), World(100, 5, 0.5, 0.0), World(300, 1, 0, 0.3)])
def test_the_habits_of_a_simulated_series_are_read_back(world):
    found = [habits(weekly(world, 156, seed)) for seed in range(20)]
    middle = {
        name: np.median([getattr(one, name) for one in found]) for name in ("weekly", "dispersion", "season")
    }
    assert middle["weekly"] == pytest.approx(world.weekly, rel=0.1)
    assert middle["dispersion"] == pytest.approx(world.dispersion, rel=0.3)
    assert middle["season"] == pytest.approx(world.season, abs=0.06)


def test_memory_is_that_of_the_rates_and_not_of_the_counts():
    found = [habits(weekly(World(200, 6, 0.6, 0.0), 156, seed)).lag1 for seed in range(20)]
    assert np.median(found) == pytest.approx(0.6, abs=0.12)


def test_a_constant_share_of_a_growing_exposure_has_no_habits_but_chance():
    exposure = np.linspace(500, 2000, 156)
    counts = np.random.default_rng(3).poisson(exposure * 0.05)
    assert habits(counts, exposure).season < 0.05


def test_a_problem_that_set_in_and_was_solved_is_no_memory_of_its_issue():
    steps = [40, 70]
    level = np.repeat([1.0, 3.0, 1.2], [40, 30, 34])
    listed = [np.random.default_rng(seed).poisson(20 * level) for seed in range(20)]
    taken, left = ([habits(one, None, "", known) for one in listed] for known in ((), steps))
    assert np.median([one.lag1 for one in taken]) > 0.8
    assert np.median([one.lag1 for one in left]) < 0.3
    assert np.median([one.dispersion for one in left]) < 1.3 < np.median([one.dispersion for one in taken])


def test_steps_that_did_not_last_are_left_alone():
    counts = np.random.default_rng(1).poisson(20, 60)
    assert habits(counts, None, "", [0, 1, 59, 60, 90]) == habits(counts)


@given(st.lists(st.integers(0, 500), max_size=120))
def test_habits_of_any_counts_can_be_simulated(counts):
    world = habits(counts)
    assert np.isfinite(simulate(world, 2, 10, np.random.default_rng(1))).all()


def test_the_same_seed_plays_the_same_loops():
    assert play(CALM, FEW, 6, 5) == play(CALM, FEW, 6, 5)


def test_parts_add_up_to_the_whole():
    parts = play(CALM, FEW, 4, 1) + play(CALM, FEW, 3, 2)
    assert (parts.loops, sum(parts.verdicts.values()), sum(parts.designs.values())) == (7, 7, 7)
    assert parts.covered + parts.below + parts.above == 7


def test_a_measure_that_halves_the_complaints_is_seen_and_one_that_does_nothing_is_not():
    halved = play(usual(100), Terms(history=56, factor=0.5), 10, 3)
    nothing = play(usual(100), FEW, 16, 3)
    assert halved.share("credited") > 0.8
    assert nothing.share("credited") < 0.15


def test_a_measure_that_makes_it_worse_is_never_credited():
    assert play(usual(100), Terms(history=56, factor=1.5), 8, 3).credited == 0


def tally(credited, loops=1000):
    return Tally(loops=loops, credited=credited, covered=950, below=30, above=20, drop=200, poisson=150)


@pytest.mark.parametrize(("credited", "holds"), [(20, True), (30, True), (60, False)])
def test_a_promise_is_broken_only_when_chance_does_not_explain_it(credited, holds):
    row = Row(CALM, tally(credited), {})
    assert kept(row, FEW) is holds
    assert ("没有超出" in sentence([row], FEW)) is holds


def test_the_sentence_names_the_rates_of_all_rules():
    told = sentence([Row(CALM, tally(20), {})], FEW)
    assert "我们误判有效 2.0%，没有超出约定的 2.5%" in told
    assert "“下降 20% 就算有效”误判 20.0%，普通 Poisson 检验误判 15.0%。" in told


@pytest.mark.parametrize(
    ("covered", "words"), [(950, "盖住真值 95.0%。"), (880, "盖住真值 88.0%，平静偏低。")]
)
def test_the_sentence_says_where_intervals_hold_the_truth_too_seldom(covered, words):
    found = Tally(loops=1000, credited=20, covered=covered, below=0, above=1000 - covered)
    assert sentence([Row(CALM, found, {})], FEW).endswith(words)


def test_of_several_worlds_the_sentence_gives_the_range_of_coverage():
    rows = [Row(CALM, Tally(loops=1000, covered=n), {}) for n in (950, 940)]
    assert sentence(rows, FEW).endswith("盖住真值 94.0% 至 95.0%。")


def test_the_curve_begins_with_the_false_rate_and_json_holds_it():
    row = Row(CALM, tally(20), {0.5: tally(900)})
    assert [(c, round(b, 2)) for c, _, b in row.curve()] == [(0.0, 0.02), (-0.5, 0.9)]
    assert plain([row], FEW)["worlds"][0]["credited"]["share"] == 0.02


def test_few_series_span_the_volumes_and_tiny_ones_are_left_out():
    series = {f"第{n}类": np.full(60, float(n)) for n in (1, 4, 5, 6, 7, 50, 400)}
    chosen = span_volumes(series, most=3)
    assert [world.weekly for world in chosen] == [4, 6, 400]
    assert span_volumes({}) == []
