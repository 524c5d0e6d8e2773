from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.issues import (
    CLAUSES,
    MOST,
    SLOT_BITS,
    WHOLE,
    IssueModel,
    clauses_of,
    features,
    guess,
    shares,
    windows,
)
from voc.labels import annotate, assemble
from voc.model import Model
from voc.taxonomy import parse_taxonomy

DATA = Path(__file__).resolve().parents[2] / "voc" / "data"
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


def test_an_issue_a_cue_found_is_not_named_again() -> None:
    text, rows, trouble = ["退款一直没到账"], np.array([0]), np.array([1.0])
    spoken: set[str] = {"payment.refund"}
    assert all(found.code != "payment.refund" for found in guess(text, rows, trouble, [spoken], issues()))


def test_a_text_that_does_not_complain_is_not_read() -> None:
    text = ["退款一直没到账"]
    assert guess(text, np.array([0]), np.array([1.0]), [set()], issues())
    assert guess(text, np.array([0]), np.array([0.1]), [set()], issues()) == []


@given(CLAUSAL)
def test_windows_lie_in_the_text(text: str) -> None:
    spans = list(windows(text))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert len(spans) <= 2 * CLAUSES
    assert len(text) > WHOLE or len(spans) <= 1


@given(st.lists(CLAUSAL, min_size=1, max_size=5))
def test_guesses_are_few_and_point_at_a_clause(texts: list[str]) -> None:
    rows = np.arange(len(texts))
    found = guess(texts, rows, np.ones(len(texts)), [set() for _ in texts], issues())
    assert all(np.bincount([one.row for one in found], minlength=len(texts)) <= MOST)
    assert all((one.start, one.end) in clauses_of(texts[one.row]) for one in found)
    assert all(issues().threshold <= one.confidence <= 1 for one in found)


@given(st.lists(CLAUSAL, min_size=1, max_size=4))
def test_shares_of_a_text_add_up_whatever_company_it_keeps(texts: list[str]) -> None:
    together = shares(texts, issues())
    alone = np.concatenate([shares([text], issues()) for text in texts])
    assert np.allclose(together.sum(axis=1), 1)
    assert np.allclose(together, alone, atol=1e-5)


def test_features_have_length_one() -> None:
    x = features(["空调不制冷", "退款没到账，急"], np.ones(2**SLOT_BITS, dtype=np.float32))
    assert x.shape == (2, 2**SLOT_BITS)
    assert np.allclose(x.multiply(x).sum(axis=1), 1, atol=1e-4)
