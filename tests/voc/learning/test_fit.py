import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import check_grad

from voc.learning import fit as fitting
from voc.learning.features import SLOTS, presence, rarity, vectors
from voc.learning.fit import calibration, choose_fit, fit, losses
from voc.learning.residual import Residual, shares


def rows(n, seed=0):
    rng = np.random.default_rng(seed)
    x = sparse.csr_matrix((rng.random((n, 12)) < 0.3).astype(float))
    offset = rng.normal(size=(n, 3))
    return rng, x, offset


def one_hot(classes, k=3):
    return np.eye(k)[classes]


@pytest.mark.parametrize("link", ["one", "many"])
def test_the_slope_is_that_of_the_cost(link, monkeypatch):
    rng, x, offset = rows(20)
    truth = one_hot(rng.integers(0, 3, 20))
    seen = {}
    monkeypatch.setattr(
        fitting, "minimize", lambda value, start, **_: seen.update(value=value) or Found(start)
    )
    fit(x, offset, truth, 0.5, link)
    at = rng.normal(size=14 * 3)
    error = check_grad(lambda p: seen["value"](p)[0], lambda p: seen["value"](p)[1], at)
    assert error < 1e-5


class Found:
    def __init__(self, x):
        self.x = x


def test_labels_that_agree_with_the_shipped_model_move_next_to_nothing():
    _, x, offset = rows(300)
    learnt = fit(x, 8 * offset, shares(8 * offset, "one"), 1.0, "one")
    assert np.abs(learnt.logits(x, 8 * offset) - 8 * offset).max() < 0.05


def test_a_heavy_penalty_leaves_the_shipped_model_as_it_is():
    rng, x, offset = rows(200)
    truth = one_hot(rng.integers(0, 3, 200))
    assert np.abs(fit(x, offset, truth, 1e9, "one").weights).max() < 1e-6


def test_what_the_shipped_model_cannot_know_is_learnt():
    _, x, offset = rows(400)
    seen = np.asarray(x[:, 3].todense()).ravel() > 0
    truth = one_hot(np.where(seen, 2, offset.argmax(axis=1)))
    found = choose_fit(x, offset, truth, "one")
    learnt = found.residual.logits(x, offset).argmax(axis=1)
    assert (learnt == truth.argmax(axis=1)).mean() > (
        offset.argmax(axis=1) == truth.argmax(axis=1)
    ).mean() + 0.1
    assert losses(found.held_out, truth[found.rows], "one").mean() < losses(offset, truth, "one").mean()


def test_labels_that_come_as_often_as_the_shipped_model_says_teach_nothing():
    rng, x, offset = rows(400)
    drawn = [rng.choice(3, p=share) for share in shares(offset, "one")]
    assert choose_fit(x, offset, one_hot(drawn), "one") is None


def test_too_few_rows_to_leave_any_out_teach_nothing():
    _, x, offset = rows(5)
    assert choose_fit(x, offset, one_hot([0, 1, 2, 0, 1]), "one") is None


@given(st.lists(st.lists(st.floats(-20, 20), min_size=3, max_size=3), min_size=1, max_size=20))
def test_shares_sum_to_one(logits):
    assert shares(np.array(logits), "one").sum(axis=1) == pytest.approx(1)


def test_confidence_is_drawn_down_where_it_claimed_too_much():
    rng = np.random.default_rng(5)
    logits = np.zeros((400, 2))
    logits[:, 0] = 4.0
    truth = np.eye(2)[(rng.random(400) < 0.3).astype(int)]
    slope, shift = calibration(logits, truth)
    assert 1 / (1 + np.exp(-(slope * 4 + shift))) == pytest.approx(truth[:, 0].mean(), abs=0.03)


def test_a_residual_of_nothing_changes_nothing():
    _, x, offset = rows(4)
    nothing = Residual(np.zeros((12, 3)), np.zeros(3), np.zeros(3))
    assert nothing.logits(x, offset) == pytest.approx(offset)


TEXTS = st.lists(st.text(max_size=12), min_size=1, max_size=6)


@given(TEXTS)
def test_a_text_is_described_the_same_alone_and_among_others(texts):
    together = presence(texts)
    alone = sparse.vstack([presence([text]) for text in texts])
    assert (together != alone).nnz == 0


@given(TEXTS)
def test_every_text_with_characters_has_length_one(texts):
    x = vectors(texts, rarity(texts))
    assert x.shape == (len(texts), SLOTS)
    length = np.sqrt(np.asarray(x.multiply(x).sum(axis=1)).ravel())
    assert length == pytest.approx([float(bool(text.replace("\x00", ""))) for text in texts])
