from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.errors import ConfigError
from voc.reading.model import OUTPUTS, Scores, assemble, calibrated, score

DATA = Path(__file__).resolve().parents[3] / "voc" / "data"
TONE, TOPICS = (DATA / "tone.npz").read_bytes(), (DATA / "topics.npz").read_bytes()
MODEL = assemble(TONE, TOPICS)
TEXTS = st.lists(st.text(max_size=30), min_size=1, max_size=6)


def feelings(texts: list[str]) -> list[float]:
    scores = score(texts, MODEL.tone)
    return [float(value) for value in scores.feelings(scores.rows())]


def spans(scores: Scores, cuts: np.ndarray) -> list[float]:
    return [float(v) for v in scores.spans(scores.starts + cuts, scores.starts + scores.lengths)[:, 0]]


def test_the_version_is_that_of_both_files() -> None:
    assert MODEL.version.startswith("linear-")
    assert MODEL.version not in {assemble(TONE + b" ", TOPICS).version, assemble(TONE, TOPICS + b" ").version}


def test_the_card_beside_the_file_is_the_one_inside() -> None:
    card = json.loads((DATA / "tone_card.json").read_text(encoding="utf-8"))
    with np.load(DATA / "tone.npz") as file:
        assert json.loads(bytes(file["card"])) == card
    assert card["outputs"] == list(OUTPUTS)


def test_praise_scores_above_complaint() -> None:
    good, bad = feelings(["非常好，很满意，推荐购买", "太差了，垃圾，退货"])
    assert good > 1 > -1 > bad


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("物流很快，但是用了两天就坏了，客服也不管", -1),
        ("虽然贵了点，但是质量真的很好，非常满意", 1),
        ("一点也不好用", -1),
        ("没有任何异味，很放心", 1),
    ],
)
def test_contrast_and_negation_are_heard(text: str, sign: int) -> None:
    assert np.sign(feelings([text])[0]) == sign


@settings(deadline=None)
@given(TEXTS)
def test_a_text_scores_the_same_alone_and_in_a_batch(texts: list[str]) -> None:
    assert feelings(texts) == [feelings([text])[0] for text in texts]


@settings(deadline=None)
@given(TEXTS)
def test_a_span_scores_as_if_it_were_a_text(texts: list[str]) -> None:
    scores = score(texts, MODEL.tone)
    middle = scores.lengths // 2
    cuts = [text[half:] for text, half in zip(texts, middle, strict=True)]
    assert spans(scores, middle) == spans(score(cuts, MODEL.tone), np.zeros_like(middle))


def test_case_and_digits_do_not_matter() -> None:
    assert len(set(feelings(["WIFI连不上，等了3天", "wifi连不上，等了8天"]))) == 1


def test_calibration_is_monotone_and_stays_inside_its_bounds() -> None:
    shares = calibrated(np.linspace(-20, 20, 200), MODEL.tone.sentiment_knots)
    assert (np.diff(shares) >= 0).all()
    assert 0 < shares.min() < shares.max() < 1


@pytest.mark.parametrize("data", [b"", b"not a model", b"PK\x03\x04broken", TOPICS])
def test_a_broken_file_is_refused_in_chinese(data: bytes) -> None:
    with pytest.raises(ConfigError, match="模型文件无法读取"):
        assemble(data, TOPICS)
