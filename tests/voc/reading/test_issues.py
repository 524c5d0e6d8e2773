from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.kernels.hashing import joined
from voc.reading.issues import CLAUSES, MOST, WHOLE, Guess, clauses_of, guess, shares, windows
from voc.reading.labels import annotate, assemble
from voc.reading.model import Model
from voc.reading.taxonomy import parse_taxonomy
from voc.reading.topics import IssueModel

DATA = Path(__file__).resolve().parents[3] / "voc" / "data"
TAXONOMY = parse_taxonomy((DATA / "taxonomy.toml").read_text(encoding="utf-8"))
MODEL = assemble((DATA / "tone.npz").read_bytes(), (DATA / "topics.npz").read_bytes())
CLAUSAL = st.text(alphabet="退款安装没来坏了客服 \n", max_size=200)


def issues(model: Model = MODEL) -> IssueModel:
    assert model.topics.issues is not None
    return model.topics.issues


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("我的钱到今天一分都没回到卡里，货你们早就收走了", "payment.refund"),
        ("白请假在家守了一天，装机的影子都没见着", "installation.late"),
        ("想找个真人说话，结果程序一直叫我重新描述", "service.robot"),
        ("手机上一直显示设备不在线，重新配网也没用", "app.connect"),
        ("拆开一看机身磕了个大坑，肯定路上摔的", "logistics.damaged"),
    ],
)
def test_indirect_complaints_are_read(text: str, issue: str) -> None:
    found = annotate([text], [1.0], TAXONOMY, MODEL).mentions[0]
    assert issue in {mention.issue for mention in found if mention.polarity < 0}


@pytest.mark.parametrize(
    "text", ["师傅很准时，装得漂亮，非常满意", "非常好，五星好评", "谢谢客服，问题解决得很快，太棒了"]
)
def test_praise_gets_no_trouble_from_the_model(text: str) -> None:
    assert all(mention.polarity >= 0 for mention in annotate([text], [5.0], TAXONOMY, MODEL).mentions[0])


def test_every_issue_of_the_model_is_in_the_taxonomy() -> None:
    assert set(issues().codes) <= {issue.code for issue in TAXONOMY.issues}


def guessed(texts: list[str], trouble: float = 1.0, spoken: frozenset[str] = frozenset()) -> list[Guess]:
    sure = np.full(len(texts), trouble)
    return guess(texts, np.arange(len(texts)), sure, [spoken for _ in texts], TAXONOMY, MODEL.topics)


def test_an_issue_a_cue_found_is_not_named_again() -> None:
    spoken = frozenset({"payment.refund"})
    assert all(found.code != "payment.refund" for found in guessed(["退款一直没到账"], 1.0, spoken))


def test_a_text_that_does_not_complain_is_not_read() -> None:
    assert guessed(["退款一直没到账"])
    assert guessed(["退款一直没到账"], 0.1) == []


@given(CLAUSAL)
def test_windows_lie_in_the_text(text: str) -> None:
    spans = list(windows(text))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert len(spans) <= 2 * CLAUSES
    assert len(text) > WHOLE or len(spans) <= 1


@given(st.lists(CLAUSAL, min_size=1, max_size=5))
def test_guesses_are_few_and_point_at_a_clause(texts: list[str]) -> None:
    found = guessed(texts)
    assert all(np.bincount([one.row for one in found], minlength=len(texts)) <= MOST)
    assert all((one.start, one.end) in clauses_of(texts[one.row]) for one in found)
    assert all(issues().thresholds.min() <= one.confidence <= 1 for one in found)


@given(st.lists(CLAUSAL, min_size=1, max_size=4))
def test_the_shares_of_a_text_are_the_same_whatever_company_it_keeps(texts: list[str]) -> None:
    codes, starts, ends = joined(texts)
    together = shares(codes, starts, ends, issues())
    alone = np.concatenate([shares(*joined([text]), issues()) for text in texts])
    assert np.allclose(together, alone)
    assert ((together > 0) & (together < 1)).all()
