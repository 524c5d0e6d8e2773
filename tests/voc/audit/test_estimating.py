import numpy as np
import pytest

from voc.audit.drawing import draw, strata_of
from voc.audit.estimating import confusion, corrected


def test_the_corrected_share_is_the_models_share_plus_the_weighted_differences():
    sizes, strata = np.array([80, 20]), np.array([0, 0, 0, 0, 1, 1])
    said = np.array([1.0, 1, 1, 0, 0, 1])
    share = corrected(sizes, np.array([True, False]), strata, said)
    differences = 80 * (0.75 - 1) + 20 * (0.5 - 0)
    assert share.model == 0.8
    assert share.corrected == pytest.approx(0.8 + differences / 100)
    assert share.low < share.corrected < share.high


def test_a_sample_of_everything_leaves_no_doubt():
    share = corrected(np.array([6]), np.array([True]), np.zeros(6, dtype=int), np.array([1.0, 1, 1, 1, 0, 0]))
    assert share.low == pytest.approx(share.high)


def test_nothing_wrong_in_a_small_sample_is_not_taken_for_never():
    none = corrected(np.array([500]), np.array([False]), np.zeros(8, dtype=int), np.zeros(8))
    assert none.corrected == none.low == 0
    assert 0.01 < none.high < 0.5


def test_the_interval_holds_the_true_share_about_as_often_as_it_says():
    rng, held, times = np.random.default_rng(8), 0, 250
    for time in range(times):
        true = rng.random(1200) < 0.3
        said = np.where(rng.random(1200) < 0.12, ~true, true)
        sure = np.where(said == true, rng.beta(8, 1.5, 1200), rng.beta(4, 2.5, 1200))
        strata, names = strata_of(["yes" if one else "no" for one in said], sure)
        lots = draw(strata, [[""] * 1200], 80, time)
        mine = np.array([name.startswith("yes") for name in names])
        share = corrected(lots.sizes, mine, lots.strata, true[lots.rows].astype(float))
        held += share.low <= true.mean() <= share.high
    assert 0.91 <= held / times <= 0.99


def test_the_confusion_adds_up_to_everything():
    table = confusion(
        np.array([80, 20]), np.array([0, 0, 1]), np.array([0, 0, 1]), np.array([[1.0, 0], [0.5, 0.5], [0, 1]])
    )
    assert table.sum() == pytest.approx(1)
    assert table[0] == pytest.approx([0.6, 0.2])
