from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.text.scripts import simplified, traditional
from voc.text.uniform import normalise


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("頭髮和發展", "头发和发展"),
        ("乾隆年間的餅乾很乾淨", "乾隆年间的饼干很干净"),
        ("裡面裏面，衞生間的地板，看著就噁心", "里面里面，卫生间的地板，看着就恶心"),
        ("皇后在隊伍後面", "皇后在队伍后面"),
        ("軟體更新後網路斷線", "软体更新后网路断线"),
    ],
)
def test_words_decide_the_character_but_stay_words(typed: str, meant: str) -> None:
    assert normalise([typed]) == [meant]


def test_simplified_text_with_characters_of_both_uses_is_left_alone() -> None:
    texts = ["乾隆", "著名的象征", "宫商角徵羽", "藉此瞭望", "钟先生和于小姐"]
    assert normalise(texts) == texts


def test_characters_that_name_a_text_traditional_are_gone_afterwards() -> None:
    assert not set(normalise([traditional()])[0]) & set(traditional())


@given(st.text(traditional(), max_size=30))
def test_traditional_text_normalised_twice_is_normalised_once(text: str) -> None:
    once = normalise([text])
    assert normalise(once) == once


def test_an_empty_batch_stays_empty() -> None:
    assert simplified([]) == []


def test_half_a_character_does_not_keep_the_others_from_being_read() -> None:
    assert simplified(["軟體\udcc2", "\ud83d更新"]) == ["软体?", "?更新"]
