from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voc.privacy.pieces import around, united

PIECES = st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(1, 12)).map(
    lambda drawn: (drawn[0], drawn[1], drawn[1] + drawn[2])
)


def test_clauses_reach_some_characters_to_either_side() -> None:
    text = "空调送来了，昨天下午两点半左右客服王小明打来电话，说下周才能派人来修理，我等着"
    start, end = around(text, text.index("王小明"), text.index("打来"))
    assert text[start:end] == "昨天下午两点半左右客服王小明打来电话，说下周才能派人来修理，"


def test_a_text_without_pauses_is_one_clause() -> None:
    assert around("客服王小明", 2, 5) == (0, 5)


@given(st.lists(PIECES))
def test_united_pieces_cover_the_same_and_stand_apart(pieces: list[tuple[int, int, int]]) -> None:
    joined = united(pieces)
    places = [(row, at) for row, start, end in joined for at in range(start, end)]
    assert len(places) == len(set(places))
    assert set(places) == {(row, at) for row, start, end in pieces for at in range(start, end)}
