from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.kernels.hashing import joined
from voc.reading.areas import signs_of, units
from voc.reading.labels import annotate, assemble
from voc.reading.taxonomy import Taxonomy, parse_taxonomy
from voc.text.clauses import clausal

DATA = Path(__file__).resolve().parents[3] / "voc" / "data"
TEXT = (DATA / "taxonomy.toml").read_text(encoding="utf-8")
TAXONOMY = parse_taxonomy(TEXT)
MODEL = assemble((DATA / "tone.npz").read_bytes(), (DATA / "topics.npz").read_bytes())
WORDS = st.text(alphabet="物流很快但是包装差客服好用ab1，。！ \n", max_size=60)
OWN = """
[[area]]
code = "library"
name = "图书馆"
[[area.issues]]
code = "library.seat"
name = "占座"
problem = "座位被占"
dimension = "environment"
cues = ["占座"]
"""


def heard(text: str, taxonomy: Taxonomy = TAXONOMY) -> dict[str, float]:
    return {one.area: one.sentiment for one in annotate([text], [None], taxonomy, MODEL).areas[0]}


def test_a_trouble_named_speaks_of_its_area() -> None:
    assert heard("这里有一堆垃圾没人清理")["site"] < 0


@pytest.mark.parametrize(
    ("text", "area", "sign"),
    [
        ("物流很快", "logistics", 1),
        ("快递太慢了，等了五天", "logistics", -1),
        ("客服态度很好，很有耐心", "service", 1),
        ("包装太差了，瓶子都漏了", "packaging", -1),
        ("价格实惠，性价比高", "price", 1),
        ("是正品，放心", "authenticity", 1),
        ("补水效果很好，味道也好闻", "product", 1),
        ("房间又小又旧，隔音很差", "site", -1),
        ("更新以后软件一直闪退", "app", -1),
    ],
)
def test_an_area_is_named_with_its_sentiment(text: str, area: str, sign: int) -> None:
    assert np.sign(heard(text)[area]) == sign


def test_one_sentence_can_praise_the_product_and_damn_the_courier() -> None:
    found = heard("面膜很好用，但是快递员态度恶劣")
    assert found["product"] > 0 > found["logistics"]


def test_a_trouble_named_is_told_beside_praise_of_its_area() -> None:
    areas = annotate(["大堂经理很热情，但是排队排了一上午"], [None], TAXONOMY, MODEL).areas[0]
    assert sorted(one.sentiment > 0 for one in areas if one.area == "site") == [False, True]


def test_weights_a_house_trained_before_turns_were_weighed_are_read_as_they_were() -> None:
    areas = MODEL.topics.areas
    assert areas is not None
    older = replace(MODEL, topics=replace(MODEL.topics, areas=replace(areas, mix=areas.mix[:4])))
    assert annotate(["物流很快"], [None], TAXONOMY, older).areas[0][0].sentiment > 0


def test_an_opinion_points_at_the_clause_that_shows_it() -> None:
    text = "面膜很好用，但是快递太慢了"
    spans = {
        one.area: text[one.start : one.end] for one in annotate([text], [None], TAXONOMY, MODEL).areas[0]
    }
    assert spans == {"product": "面膜很好用", "logistics": "但是快递太慢了"}


def test_an_area_of_the_users_own_is_named_by_its_cues_at_once() -> None:
    assert heard("总有人占座，气人", parse_taxonomy(TEXT + OWN))["library"] < 0


def test_an_area_that_is_no_more_is_not_named() -> None:
    rest = replace(TAXONOMY, issues=tuple(i for i in TAXONOMY.issues if i.area != "logistics"))
    assert "logistics" not in heard("物流很快", rest)


@pytest.mark.parametrize(
    ("text", "against"),
    [
        ("菜好吃，但是服务差，另外很贵", [False, True, False]),
        ("房间很新却很吵", [False, True]),
        ("位置好，可早餐太差", [False, True]),
        ("位置好，可以走路去", [False, False]),
        ("但是太贵", [False]),
    ],
)
def test_a_clause_knows_whether_it_turns_against_the_one_before(text: str, against: list[bool]) -> None:
    clauses = clausal([text])
    assert units(clauses, *joined(clauses)).against.tolist() == against


def test_what_turns_is_told_by_the_tone_before_it_as_well() -> None:
    clauses = clausal(["味道很好，但是太贵，也太慢"])
    parts = units(clauses, *joined(clauses))
    signs = signs_of(np.zeros(3), np.array([2.0, -1.0, -9.0]), np.array([0.5]), parts)
    assert signs[:, 2:].tolist() == [[2.0, 0.5, 0.0], [-1.0, 0.5, 2.0], [-6.0, 0.5, 0.0]]


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4))
def test_clauses_are_in_order_apart_and_inside_their_texts(texts: list[str]) -> None:
    codes, first, last = joined(clausal(texts))
    parts = units(clausal(texts), codes, first, last)
    assert (parts.starts < parts.ends).all()
    assert (parts.ends[:-1] <= parts.starts[1:]).all()
    assert (first[parts.rows] <= parts.starts).all()
    assert (parts.ends <= last[parts.rows]).all()


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4))
def test_an_opinion_is_the_same_alone_and_in_company_and_lies_in_its_text(texts: list[str]) -> None:
    together = annotate(texts, [None] * len(texts), TAXONOMY, MODEL).areas
    alone = [annotate([text], [None], TAXONOMY, MODEL).areas[0] for text in texts]
    said = [[(o.area, o.start, o.end, round(o.confidence, 6)) for o in found] for found in together]
    assert said == [[(o.area, o.start, o.end, round(o.confidence, 6)) for o in found] for found in alone]
    for text, found in zip(texts, together, strict=True):
        assert all(0 <= o.start < o.end <= len(text) and -1 <= o.sentiment <= 1 for o in found)
        assert all(0 <= o.confidence <= 1 for o in found)
