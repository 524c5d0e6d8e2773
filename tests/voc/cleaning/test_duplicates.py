from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.cleaning.duplicates import (
    BANDS,
    NEAR,
    SAME_LETTERS,
    SAME_PAIRS,
    SHORTEST,
    _moved,
    _shared,
    bands,
    bare,
    content_hash,
    copied,
    similarity,
)

REVIEW = "安装师傅非常专业，空调制冷很快，就是外机的噪音稍微大了一些，总体满意"
CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=SHORTEST, max_size=80)


def test_punctuation_spaces_and_case_do_not_make_a_text_new() -> None:
    one, other = content_hash(["空调 不制冷！KFR", "空调不制冷。kfr"])
    assert one == other


def test_different_words_have_different_hashes() -> None:
    assert len(set(content_hash(["很好", "不好", "", "！", "？"]).tolist())) == 5


def test_keys_are_the_same_in_every_process() -> None:
    code = (
        "from voc.cleaning.duplicates import bands, content_hash\n"
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


def test_the_kind_of_a_key_is_part_of_it() -> None:
    keys = [key for row in bands([REVIEW, "啊" * 40]).tolist() for key in row if key]
    assert len(set(keys)) == len(keys)


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
    assert keys.any(axis=1).all()


@given(CHINESE.filter(lambda text: len(text) < 32), st.randoms(use_true_random=False))
def test_short_texts_of_the_same_letters_with_their_halves_exchanged_share_a_key(
    text: str, random: Random
) -> None:
    cut = random.randrange(len(text))
    assert set(bands([text])[0].tolist()) & set(bands([f"{text[cut:]}，{text[:cut]}"])[0].tolist()) - {0}


def test_a_text_whose_clauses_moved_is_copied() -> None:
    clauses = REVIEW.split("，")
    assert copied(bare(REVIEW), bare("。".join([*clauses[1:], clauses[0]])))


def test_a_text_that_only_says_not_is_no_copy() -> None:
    assert not copied(bare(REVIEW), bare(REVIEW.replace("满意", "不满意")))


def test_other_words_of_the_same_length_are_no_copy() -> None:
    assert not copied(bare(REVIEW), bare(REVIEW)[::-1])


@given(st.text(max_size=40), st.text(max_size=40))
def test_being_copied_is_mutual(a: str, b: str) -> None:
    assert copied(a, b) == copied(b, a)
    assert copied(a, a)


@given(st.text(max_size=30))
def test_punctuation_around_letters_does_not_change_their_hash(text: str) -> None:
    one, other = content_hash([f"好{text}", f"好！{text}…"])
    assert one == other


@given(st.text(max_size=50), st.text(max_size=50))
def test_similarity_is_a_symmetric_share(a: str, b: str) -> None:
    assert 0 <= similarity(a, b) <= 1
    assert np.isclose(similarity(a, b), similarity(b, a))


@given(
    st.text("空调坏了师傅没来a1", max_size=40).flatmap(
        lambda a: st.tuples(st.just(a), st.permutations(list(a)))
    )
)
def test_letters_that_stand_in_one_text_only_never_decide_what_their_shares_would_not(
    pair: tuple[str, list[str]],
) -> None:
    a, moved = pair
    b = "".join(moved[:-1]) + "换"
    by_shares = (
        min(len(a), len(b)) >= SAME_LETTERS * max(len(a), len(b))
        and _shared(a, b) >= SAME_LETTERS
        and _shared(list(pairwise(a)), list(pairwise(b))) >= SAME_PAIRS
    )
    assert _moved(a, b) == by_shares
