from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from voc.privacy.masking import mask
from voc.privacy.names import fold, join, load_names
from voc.privacy.network import Network, _tanh, evidence, load_network, word_places

NAMES = load_names((Path(__file__).resolve().parents[3] / "voc" / "data" / "names.npz").read_bytes())
CHAIN = replace(NAMES, network=None)


def network() -> Network:
    assert NAMES.network is not None
    return NAMES.network


def read(texts: list[str]) -> list[list[list[int]]]:
    codes, starts, lengths = join(texts)
    found = evidence(texts, *fold(codes, NAMES.classes), starts, lengths, network())
    return [found[a : a + n].tolist() for a, n in zip(starts, lengths, strict=True)]


@limits(max_examples=50)
@given(st.lists(st.text(alphabet="王建国李晓燕记者报道，的·a1", max_size=20), max_size=5))
def test_evidence_is_the_same_alone_and_in_a_batch(texts: list[str]) -> None:
    assert read(texts) == [read([text])[0] for text in texts]


@given(st.text(max_size=40))
def test_every_character_stands_in_a_word(text: str) -> None:
    assert len(list(word_places(text))) == len(text)


def test_places_in_words_say_kind_and_position() -> None:
    places = list(word_places("北京天气很好"))
    assert [place % 4 for place in places] == [0, 2, 0, 2, 3, 3]
    assert len({place // 4 for place in places[:2]}) == 1
    assert places[0] // 4 != places[2] // 4


def test_the_quick_tangent_is_close() -> None:
    x = np.linspace(-8, 8, 400, dtype=np.float32)
    assert np.allclose([_tanh(value) for value in x], np.tanh(x), atol=2e-4)


def test_news_is_read_by_the_network_too() -> None:
    text = "记者昨日从市政府获悉，国务院副总理出席会议，代表团团长梁洛施发表讲话"
    assert "梁洛施" not in mask([text], NAMES).texts[0]


def test_a_first_character_speaks_for_a_name_where_one_begins() -> None:
    scores = read(["记者陈思敏昨日报道，会议在北京举行"])[0]
    assert max(range(len(scores)), key=lambda at: scores[at][0]) == 2


def test_parts_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(KeyError):
        load_network({})
