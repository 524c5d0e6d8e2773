import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.learning.choose import Candidate, active, audit, reserved, weights

NONE = np.array([], dtype=np.int64)
NUMBERS = st.lists(st.integers(1, 10**12), min_size=1, max_size=200, unique=True).map(
    lambda numbers: np.array(numbers, dtype=np.int64)
)


def candidate(number, text, confidence=0.9, channel="web", kind="complaint", contradicts=False):
    return Candidate(number, text, channel, kind, (confidence,), contradicts)


@given(NUMBERS, st.integers(0, 2**31))
def test_the_same_seed_draws_the_same_rows_in_any_order_of_arrival(ids, seed):
    first, second = audit(ids, NONE, 10, seed), audit(ids[::-1].copy(), NONE, 10, seed)
    assert first.tolist() == second.tolist()


@given(NUMBERS, st.integers(0, 5), st.integers(0, 5))
def test_drawing_twice_is_drawing_once_as_many(ids, one, other):
    first = audit(ids, NONE, one, 7)
    rest = audit(ids, first, other, 7)
    assert [*first, *rest] == audit(ids, NONE, one + other, 7).tolist()


@given(NUMBERS)
def test_audit_rows_come_only_from_what_is_kept_for_measuring(ids):
    assert reserved(audit(ids, NONE, 50, 3), 3).all()


def test_about_every_fifth_row_is_kept_for_measuring():
    assert reserved(np.arange(1, 20_001, dtype=np.int64), 1).mean() == pytest.approx(0.2, abs=0.01)


def test_another_seed_draws_other_rows():
    ids = np.arange(1, 1_001, dtype=np.int64)
    assert set(audit(ids, NONE, 20, 1)) != set(audit(ids, NONE, 20, 2))


@given(NUMBERS, st.integers(1, 30))
def test_rows_of_one_draw_stand_for_the_same(ids, count):
    drawn = audit(ids, NONE, count, 5)
    found = weights(ids, ids.max(keepdims=True), drawn)
    assert found == pytest.approx(np.full(len(drawn), 1 / max(1, len(drawn))))


def test_rows_of_each_draw_stand_for_what_had_arrived_by_then():
    ids = np.arange(1, 1_001, dtype=np.int64)
    found = weights(ids, np.array([100, 900]), np.array([5, 50, 300, 950]))
    assert found == pytest.approx(np.array([1 / 18, 1 / 18, 8 / 9, 0]))


def test_what_arrived_before_a_draw_without_labels_is_stood_for_by_those_before():
    ids = np.arange(1, 1_001, dtype=np.int64)
    found = weights(ids, np.array([100, 200, 900]), np.array([5, 300]))
    assert found == pytest.approx(np.array([2 / 9, 7 / 9]))


def test_weights_undo_a_class_that_was_rare_when_most_was_drawn():
    rng = np.random.default_rng(4)
    truth = rng.random(8_000) < np.where(np.arange(8_000) < 2_000, 0.1, 0.5)
    early, late = np.arange(1, 2_001, dtype=np.int64), np.arange(1, 8_001, dtype=np.int64)
    first = audit(early, NONE, 300, 9)
    drawn = np.concatenate([first, audit(late, first, 600, 9)])
    found = weights(late, np.array([2_000, 8_000]), drawn)
    assert found @ truth[drawn - 1] == pytest.approx(truth.mean(), abs=0.04)


def test_nearly_the_same_text_is_asked_only_once():
    pool = [candidate(n, f"安装师傅迟到了{n}个小时没有道歉") for n in range(20)]
    assert len(active(pool, [], 10, seed=1)) == 1


def test_unsure_rows_are_chosen_more_often_than_sure_ones():
    words = [f"{chr(0x4E00 + 7 * n)}{chr(0x5E00 + 11 * n)}{chr(0x6E00 + 13 * n)}" for n in range(400)]
    pool = [candidate(n, word, 0.5 if n % 2 else 0.99) for n, word in enumerate(words)]
    chosen = active(pool, [], 100, seed=1)
    assert sum(one.id % 2 for one in chosen) > 60


def test_what_is_chosen_is_spread_over_channels():
    words = [f"{chr(0x4E00 + 7 * n)}{chr(0x5E00 + 11 * n)}{chr(0x6E00 + 13 * n)}" for n in range(330)]
    pool = [candidate(n, word, 0.6, "app" if n % 11 == 0 else "web") for n, word in enumerate(words)]
    chosen = {one.id for one in active(pool, [], 30, seed=1)}
    assert sum(n % 11 == 0 for n in chosen) >= 6


def test_why_a_row_was_chosen_is_said_in_chinese():
    pool = [candidate(1, "甲乙丙丁", 0.5), candidate(2, "子丑寅卯", 0.99, contradicts=True)]
    assert {one.id: one.reason for one in active(pool, [], 2, seed=1)} == {
        1: "模型把握不足",
        2: "类型与线索不一致",
    }


def test_an_empty_pool_gives_nothing():
    assert active([], [], 5, seed=1) == []
