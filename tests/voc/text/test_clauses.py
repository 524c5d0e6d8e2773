from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voc.text.clauses import clausal, clause_of


def test_punctuation_ends_clauses_and_positions_stay() -> None:
    assert clausal(["声音大，APP难用。Wifi 1.5米"]) == ["声音大\napp难用\nwifi 1.5米"]


def test_a_space_between_chinese_characters_ends_a_clause() -> None:
    assert clausal(["物流快 安装慢"]) == ["物流快\n安装慢"]


def test_amounts_are_not_torn_apart() -> None:
    assert clausal(["收了1,200元"]) == ["收了1,200元"]


def test_the_clause_around_a_span_is_found() -> None:
    text = "声音大\n难用\n很贵"
    assert clause_of(text, 4, 6) == (4, 6)
    assert clause_of(text, 8, 9) == (7, 9)


@given(st.lists(st.text(max_size=40), max_size=5))
def test_lengths_never_change(texts: list[str]) -> None:
    assert [len(text) for text in clausal(texts)] == [len(text) for text in texts]
