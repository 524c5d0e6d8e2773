from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.text.folding import LONGEST_RUN, ODD, SEPARATOR, fold, folding

TEXTS = st.lists(st.text(max_size=30).map(lambda text: text.replace(SEPARATOR, "")), min_size=1, max_size=5)


def test_what_stands_for_a_character_stands_for_itself() -> None:
    table = folding().table
    assert (table[table] == table)[table != 0].all()


@given(TEXTS)
def test_folded_text_is_folded_already(texts: list[str]) -> None:
    once, _ = fold(texts)
    assert fold(once)[0] == once


@given(TEXTS)
def test_a_text_is_folded_alone_as_in_a_batch(texts: list[str]) -> None:
    together, odd = fold(texts)
    alone = [fold([text]) for text in texts]
    assert together == [folded[0] for folded, _ in alone]
    assert odd.tolist() == [bool(marked[0]) for _, marked in alone]


@given(st.text(st.sampled_from("好!😀a"), min_size=1, max_size=40))
def test_runs_are_capped_and_nothing_else_is_lost(text: str) -> None:
    (folded,), _ = fold([text])
    assert all(letter * (LONGEST_RUN + 1) not in folded for letter in set(text))
    squeezed = "".join(letter for at, letter in enumerate(text) if text[at - 1 : at] != letter)
    assert "".join(letter for at, letter in enumerate(folded) if folded[at - 1 : at] != letter) == squeezed


def test_texts_with_characters_that_ask_for_a_second_look_are_told() -> None:
    _, odd = fold(["很好", "&amp;", "裝", "wеi", "⑩"])
    assert odd.tolist() == [False, True, True, True, True]
    assert np.count_nonzero(folding().marks & ODD) > 3000
