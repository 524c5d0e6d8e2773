import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.learning.shares import corrected

SHARE = st.floats(0.0, 1.0)


@given(SHARE, st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60), st.integers(0, 10_000))
def test_the_corrected_share_lies_in_its_interval_and_the_interval_between_none_and_all(counted, pairs, rows):
    said, told = (np.array([pair[k] for pair in pairs], dtype=np.float64) for k in (0, 1))
    share = corrected(counted, rows, said, told)
    assert 0 <= share.low <= share.value <= share.high <= 1


@pytest.mark.parametrize(("true", "recall", "alarm"), [(0.3, 0.8, 0.1), (0.05, 0.6, 0.02), (0.5, 0.95, 0.3)])
def test_the_interval_holds_the_true_share_under_simulated_confusion(true, recall, alarm):
    rng = np.random.default_rng(20261122)
    held, rounds, rows, labelled = 0, 400, 5_000, 150
    for _ in range(rounds):
        truth = rng.random(rows) < true
        said = np.where(truth, rng.random(rows) < recall, rng.random(rows) < alarm)
        sample = rng.choice(rows, labelled, replace=False)
        share = corrected(float(said.mean()), rows, said[sample].astype(float), truth[sample].astype(float))
        held += share.low <= truth.mean() <= share.high
    assert held / rounds > 0.93


def test_counting_alone_would_be_wrong_where_the_correction_is_right():
    rng = np.random.default_rng(1)
    truth = rng.random(20_000) < 0.2
    said = np.where(truth, rng.random(20_000) < 0.9, rng.random(20_000) < 0.25)
    share = corrected(float(said.mean()), 20_000, said[:400].astype(float), truth[:400].astype(float))
    assert share.counted == pytest.approx(0.38, abs=0.02)
    assert share.low < 0.2 < share.high < share.counted


def test_a_good_model_makes_the_interval_shorter_than_the_labels_alone():
    rng = np.random.default_rng(2)
    truth = (rng.random(50_000) < 0.3).astype(float)
    said = np.where(rng.random(50_000) < 0.97, truth, 1 - truth)
    good = corrected(float(said.mean()), 50_000, said[:300], truth[:300])
    blind = corrected(0.5, 50_000, (rng.random(300) < 0.5).astype(float), truth[:300])
    assert good.high - good.low < 0.6 * (blind.high - blind.low)


def test_without_labels_nothing_is_known():
    share = corrected(0.4, 100, np.array([]), np.array([]))
    assert (share.low, share.value, share.high, share.labelled) == (0.0, 0.4, 1.0, 0)
