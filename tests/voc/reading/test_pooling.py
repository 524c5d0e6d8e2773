from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.kernels.hashing import joined
from voc.reading.pooling import POOLED, cut, pooled

TEXT = st.text(alphabet="好坏但可是不过就说只 a1.,，。！?\n", max_size=40)
# What is meant, as one expression: the compiled cutter must find the same.
BREAK = re.compile(
    r"[，。！？；!?;…~～\t\u3000\n]+|[.,](?!\d)|(?<!\d)[.,]|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])"
    r"|(?=但|可是|不过|然而|就是(?!说))"
)


def clauses(texts: list[str]) -> list[list[str]]:
    codes, starts, ends = joined(texts)
    parts = cut(codes, starts, ends)
    found: list[list[str]] = [[] for _ in texts]
    for row, first, last in zip(parts.rows, parts.starts - starts[parts.rows], parts.ends, strict=True):
        found[row].append(texts[row][first : last - starts[row]])
    return found


def described(text: str, whole: float, said: list[float]) -> list[float]:
    codes, starts, ends = joined([text])
    parts = cut(codes, starts, ends)
    scores = np.array(said, dtype=np.float32)
    return pooled(np.array([whole], dtype=np.float32), scores, parts, ends - starts)[0].tolist()


@settings(deadline=None)
@given(st.lists(TEXT, max_size=4))
def test_clauses_are_cut_where_the_expression_says(texts: list[str]) -> None:
    assert clauses(texts) == [[part for part in BREAK.split(text) if part] for text in texts]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("物流很快，但是屏幕碎了", ["物流很快", "但是屏幕碎了"]),
        ("价格3.5元，不贵", ["价格3.5元", "不贵"]),
        ("就是说很好", ["就是说很好"]),
        ("好看就是贵", ["好看", "就是贵"]),
        ("很好 下次再来 ok", ["很好", "下次再来 ok"]),
    ],
)
def test_points_in_numbers_stay_and_turns_begin_a_clause(text: str, parts: list[str]) -> None:
    assert clauses([text]) == [parts]


def test_what_follows_the_turn_is_told_apart_from_what_goes_before() -> None:
    told = described("物流很快，但是屏幕碎了", 0.0, [2.0, -2.0])
    assert told[13] == pytest.approx(np.tanh(-1))
    assert told[14] == pytest.approx(np.tanh(1))
    assert told[15] == 1


def test_highest_lowest_last_and_first_clause_are_told() -> None:
    told = described("甲，乙，丙", 0.5, [1.0, 3.0, -2.0])
    assert told[2:5] == pytest.approx([3, -2, 2 / 3])
    assert (told[7], told[8], told[15]) == (-2, 1, 0)


@given(st.floats(-5, 5))
def test_a_text_of_one_clause_is_described_by_its_score_alone(said: float) -> None:
    told = described("很好", said, [said])
    assert told[0] == told[2] == told[3] == told[4] == told[7] == told[8]


def test_an_empty_text_has_no_clauses_and_is_described_all_the_same() -> None:
    assert clauses(["", "，。"]) == [[], []]
    assert described("", 0.0, []) == [0] * POOLED
