import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, f1_score

from voc.learning.compare import (
    LEAST,
    calibration_error,
    difference,
    kappa,
    macro_f1,
    micro_f1,
    overlap,
    per_class,
    rows_needed,
)

ONE = st.sampled_from("abc")
PAIRS = st.lists(st.tuples(ONE, ONE), min_size=2, max_size=80)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=200))
def test_turning_the_models_round_turns_the_difference_round(pairs):
    old, new = np.array(pairs, dtype=np.float64).T
    one, other = difference(old, new), difference(new, old)
    assert one.mean == pytest.approx(-other.mean)
    assert (one.better, one.worse, one.p) == (other.worse, other.better, other.p)
    assert one.low - 1e-9 <= one.mean <= one.high + 1e-9


def test_a_model_that_is_equal_is_called_better_in_about_one_case_of_twenty():
    rng = np.random.default_rng(20261122)
    better = sum(difference(*(rng.random((2, 300)) < 0.8).astype(float)).is_better for _ in range(400))
    assert better / 400 == pytest.approx(0.05, abs=0.025)


def test_too_few_rows_prove_nothing():
    few = difference(np.zeros(LEAST - 1), np.ones(LEAST - 1))
    assert not few.is_better
    assert difference(np.zeros(LEAST), np.ones(LEAST)).is_better


def test_the_exact_p_value_is_that_of_the_sign_test():
    old, new = np.array([0.0] * 8 + [1.0] * 2), np.array([1.0] * 8 + [0.0] * 2)
    assert difference(old, new).p == pytest.approx(0.109375)


def test_half_the_gain_needs_about_four_times_the_rows():
    rng = np.random.default_rng(3)
    old = np.zeros(4_000)
    needed = [rows_needed(old, np.where(rng.random(4_000) < 0.5 + g, 1.0, -1.0)) for g in (0.05, 0.025)]
    assert needed[1] / needed[0] == pytest.approx(4, rel=0.5)


def test_without_a_gain_no_number_of_rows_would_help():
    assert rows_needed(np.array([1.0, 1.0]), np.array([0.0, 1.0])) is None


def test_sets_are_scored_by_their_overlap_averaged_over_labellers():
    people = [[frozenset("ab"), frozenset("a")], [frozenset()]]
    assert overlap(people, [frozenset("a"), frozenset()]).tolist() == [0.75, 1.0]


@given(PAIRS)
def test_f1_is_that_of_scikit_learn(pairs):
    told, said = ([frozenset(pair[k]) for pair in pairs] for k in (0, 1))
    true, read = zip(*pairs, strict=True)
    seen = sorted(set(true))
    expected = f1_score(true, read, labels=seen, average="macro", zero_division=0)
    assert macro_f1(per_class(told, said, "abc")) == pytest.approx(expected)
    assert micro_f1(told, said) == pytest.approx(f1_score(true, read, average="micro"))


@given(PAIRS.filter(lambda pairs: len({x for pair in pairs for x in pair}) > 1))
def test_kappa_is_that_of_scikit_learn(pairs):
    one, other = zip(*pairs, strict=True)
    assert kappa(one, other) == pytest.approx(cohen_kappa_score(one, other))


def test_kappa_is_not_defined_when_everybody_says_the_same():
    assert kappa(["a", "a"], ["a", "a"]) is None


def test_calibration_is_the_gap_between_what_is_claimed_and_what_holds():
    claimed = np.array([0.9] * 50 + [0.5] * 50)
    right = np.array([1.0] * 45 + [0.0] * 5 + [1.0] * 40 + [0.0] * 10)
    assert calibration_error(claimed, right, bins=2) == pytest.approx(0.15)
