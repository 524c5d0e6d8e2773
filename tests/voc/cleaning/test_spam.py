from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.cleaning.spam import LONG, SHORT, SpamModel, divisor, encode, load_spam, slots, spam_scores
from voc.errors import ConfigError
from voc.text.disguise import CONTACT, LINK, PHONE, undisguised

DATA = Path(__file__).parents[3] / "voc" / "data" / "spam.npz"
MODEL: SpamModel = load_spam(DATA.read_bytes())
PLAIN = st.text("加微信贷款0123456789abc很好", max_size=40)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("加 V 信·a b c", "加v信abc"),
        ("①天③百 𝐕𝐗 🅥 ⓠⓠ", "1天3百vxvqq"),
        ("wеіхіn", "weixin"),
        ("看http://t.cn/a1和www.abc.com/x", f"看{LINK}和{LINK}"),
        ("电话13800138000或[手机号2]", f"电话{PHONE}或{PHONE}"),
        ("[微信号1][姓名1]", CONTACT),
        ("充DIGIT送DIGIT登录URLabc致电CELLPHONE", f"充0送0登录{LINK}致电{PHONE}"),
    ],
)
def test_disguise_is_seen_through(typed: str, meant: str) -> None:
    assert undisguised([typed]) == [meant]


@given(st.lists(st.text(max_size=40), max_size=5))
def test_texts_are_undisguised_alone_as_in_a_batch(texts: list[str]) -> None:
    assert undisguised(texts) == [undisguised([text])[0] for text in texts]


@given(st.lists(PLAIN, min_size=1, max_size=5))
def test_a_text_scores_the_same_alone_and_in_a_batch(texts: list[str]) -> None:
    together = spam_scores(texts, MODEL)
    np.testing.assert_allclose(together, np.vstack([spam_scores([text], MODEL) for text in texts]))


@given(PLAIN)
def test_the_kernel_adds_the_weights_of_distinct_n_grams(text: str) -> None:
    found, begins = slots(*encode([text]))
    assert len(set(found.tolist())) == len(found) == begins[-1]
    by_hand = (
        MODEL.weights[found].astype(np.int64).sum(axis=0) * MODEL.scale / divisor(len(found)) + MODEL.bias
    )
    np.testing.assert_allclose(spam_scores([text], MODEL)[0], by_hand)


@given(st.integers(0, 10**6))
def test_texts_are_divided_by_more_the_longer_they_are(size: int) -> None:
    assert divisor(size) <= divisor(size + 1)
    assert divisor(size) >= np.sqrt(SHORT)
    assert divisor(LONG * LONG) == LONG**1.5


def test_numbers_count_as_one_sign_each() -> None:
    codes, bounds = encode(["充100送20", "5"])
    assert (bytes(codes.astype("<u4")).decode("utf-32-le"), bounds.tolist()) == ("充0送00", [0, 4, 5])


def test_a_file_that_is_no_model_is_refused_in_one_sentence() -> None:
    with pytest.raises(ConfigError, match=r"spam\.npz"):
        load_spam(b"not a model")
