from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import ConfigError
from voc.hashing import BITS, encode, grams, hashed
from voc.model import assemble, calibrated, score

DATA = Path(__file__).resolve().parents[2] / "voc" / "data"
MODEL = assemble((DATA / "tone.npz").read_bytes(), (DATA / "topics.npz").read_bytes())
TEXTS = st.lists(st.text(max_size=30), min_size=1, max_size=6)


def test_the_shipped_model_has_a_version() -> None:
    assert MODEL.version.startswith("linear-")


def test_praise_scores_above_complaint() -> None:
    good, bad = score(["非常好，很满意，推荐购买", "太差了，垃圾，退货"], MODEL.tone).rows()[:, 0]
    assert good > 1 > -1 > bad


@given(TEXTS)
def test_a_text_scores_the_same_alone_and_in_a_batch(texts: list[str]) -> None:
    together = score(texts, MODEL.tone).rows()
    alone = np.concatenate([score([text], MODEL.tone).rows() for text in texts])
    assert np.allclose(together, alone)


@given(TEXTS)
def test_a_span_scores_as_if_it_were_a_text(texts: list[str]) -> None:
    scores = score(texts, MODEL.tone)
    middle = scores.lengths // 2
    spans = scores.spans(scores.starts + middle, scores.starts + scores.lengths)
    cut = score([text[half:] for text, half in zip(texts, middle, strict=True)], MODEL.tone).rows()
    assert np.allclose(spans, cut)


def test_case_and_digits_do_not_matter() -> None:
    one, other = score(["WIFI连不上，等了3天", "wifi连不上，等了8天"], MODEL.tone).rows()
    assert np.allclose(one, other)


def test_slots_lie_in_the_table() -> None:
    codes, _, _ = encode(["空调不制冷", "😀"])
    assert all(0 <= slot < 2**BITS for order in (1, 2, 3) for slot in hashed(codes, order))


def test_the_number_of_grams_is_counted() -> None:
    assert grams(np.array([0, 1, 2, 5])).tolist() == [1, 1, 3, 12]


def test_calibration_is_monotone_and_stays_inside_its_bounds() -> None:
    shares = calibrated(np.linspace(-20, 20, 200), MODEL.tone.sentiment_knots)
    assert (np.diff(shares) >= 0).all()
    assert 0 < shares.min() < shares.max() < 1


@pytest.mark.parametrize("data", [b"", b"not a model", b"PK\x03\x04broken"])
def test_a_broken_file_is_refused_in_chinese(data: bytes) -> None:
    with pytest.raises(ConfigError, match="模型文件无法读取"):
        assemble(data, (DATA / "topics.npz").read_bytes())
