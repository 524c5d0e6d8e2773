from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voc.reading.mentions import Mention, find_mentions
from voc.reading.model import assemble, score
from voc.reading.taxonomy import parse_taxonomy
from voc.text.clauses import clausal

DATA = Path(__file__).resolve().parents[3] / "voc" / "data"
TAXONOMY = parse_taxonomy((DATA / "taxonomy.toml").read_text(encoding="utf-8"))
MODEL = assemble((DATA / "tone.npz").read_bytes(), (DATA / "topics.npz").read_bytes())


def mentions(text: str, stars: float = 0.0) -> list[Mention]:
    scores = score([text], MODEL.tone)
    return find_mentions(clausal([text]), scores, scores.rows()[:, 0], np.array([stars]), TAXONOMY)[0]


@pytest.mark.parametrize("text", ["不漏水", "没有漏水", "从来没有出现漏水", "不会再漏水", "师傅没有迟到"])
def test_a_denied_trouble_is_no_trouble(text: str) -> None:
    assert -1 not in {mention.polarity for mention in mentions(text)}


@pytest.mark.parametrize("text", ["酒店有没有停车场", "会不会漏水", "是不是漏水"])
def test_what_is_asked_is_no_trouble(text: str) -> None:
    assert -1 not in {mention.polarity for mention in mentions(text)}


@pytest.mark.parametrize(
    ("text", "polarity"), [("不过手续繁琐", -1), ("菜不错，不过房价太贵了", -1), ("不过物流很快", 1)]
)
def test_but_denies_nothing(text: str, polarity: int) -> None:
    assert {m.polarity for m in mentions(text)} == {polarity}


def test_a_denied_praise_within_a_trouble_does_not_speak_for_itself() -> None:
    assert [(m.issue, m.polarity) for m in mentions("快递不送上楼")] == [("logistics.doorstep", -1)]


def test_five_stars_and_warm_words_outweigh_a_stray_cue() -> None:
    assert -1 not in {m.polarity for m in mentions("性价比高，比别家贵得值，非常满意，很喜欢", 2.0)}


def test_praise_and_trouble_in_one_text_are_both_kept() -> None:
    found = {m.issue: m.polarity for m in mentions("物流很快，但是外机噪音太大了")}
    assert found == {"logistics.late": 1, "product.noise": -1}


def test_fewer_stars_never_make_a_trouble_less_sure() -> None:
    sure = [mentions("噪音有点大", stars)[0].confidence for stars in (0.0, -1.0, -2.0)]
    assert sure == sorted(sure)
