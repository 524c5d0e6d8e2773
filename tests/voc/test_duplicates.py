from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.duplicates import BANDS, NEAR, SHORTEST, bands, content_hash, similarity

REVIEW = "安装师傅非常专业，空调制冷很快，就是外机的噪音稍微大了一些，总体满意"
CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=SHORTEST, max_size=80)


def test_punctuation_spaces_and_case_do_not_make_a_text_new() -> None:
    one, other = content_hash(["空调 不制冷！KFR", "空调不制冷。kfr"])
    assert one == other


def test_different_words_have_different_hashes() -> None:
    assert len(set(content_hash(["很好", "不好", "", "！", "？"]).tolist())) == 5


def test_keys_are_the_same_in_every_process() -> None:
    code = (
        "from voc.duplicates import bands, content_hash\n"
        f"t = [{REVIEW!r}]; print(bands(t).tolist(), content_hash(t).tolist())"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "1"}
    )
    assert fresh.stdout.strip() == f"{bands([REVIEW]).tolist()} {content_hash([REVIEW]).tolist()}"


def test_a_text_has_the_same_keys_alone_and_in_a_batch() -> None:
    other = "快递员态度恶劣，把货丢在楼下就走了，打电话也不接"
    assert (bands([other, REVIEW, "短"])[1] == bands([REVIEW])[0]).all()


def test_texts_too_short_to_judge_have_no_keys() -> None:
    assert not bands(["很好用", ""]).any()


def test_shapes_hold_for_empty_batches() -> None:
    assert bands([]).shape == (0, BANDS)
    assert content_hash([]).shape == (0,)


def test_the_band_is_part_of_its_key() -> None:
    keys = bands([REVIEW, "啊" * 40])
    assert all(len(set(row.tolist())) == BANDS for row in keys)


def test_a_copy_with_a_word_changed_shares_a_key_and_is_near() -> None:
    copy = REVIEW.replace("稍微", "有点") + "！！"
    assert (bands([REVIEW]) == bands([copy])).any()
    assert similarity(REVIEW, copy) >= NEAR


def test_customers_on_one_topic_are_not_copies_of_each_other() -> None:
    other = "师傅安装很专业，制冷也快，不过外机噪音有些大，总的来说还算满意"
    assert similarity(REVIEW, other) < NEAR


@given(st.lists(CHINESE, min_size=1, max_size=6))
def test_equal_texts_share_all_keys(texts: list[str]) -> None:
    keys = bands(texts + texts)
    assert (keys[: len(texts)] == keys[len(texts) :]).all()
    assert keys.all()


@given(st.text(max_size=50), st.text(max_size=50))
def test_similarity_is_a_symmetric_share(a: str, b: str) -> None:
    assert 0 <= similarity(a, b) <= 1
    assert np.isclose(similarity(a, b), similarity(b, a))
