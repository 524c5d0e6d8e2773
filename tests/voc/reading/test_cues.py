from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.reading.cues import Hit, finder
from voc.reading.taxonomy import WEAK, Taxonomy, parse_taxonomy
from voc.text.clauses import clausal
from voc.text.uniform import normalise

ROOT = Path(__file__).resolve().parents[3]
TAXONOMY = parse_taxonomy((ROOT / "voc" / "data" / "taxonomy.toml").read_text(encoding="utf-8"))
REVIEWS = (
    Path(os.environ.get("VOC_PUBLIC_DATA", ROOT.parent / "shared" / "data"))
    / "chinese_nlp_corpus_basic"
    / "waimai_10k.csv"
)
SMALL = """
version = "1"
[[area]]
code = "a"
name = "甲"
context = "软件"
[[area.issues]]
code = "a.x"
name = "卡"
problem = "软件卡顿"
dimension = "technology"
cues = ["闪退", "~太卡"]
praise = ["很流畅"]
"""


def clauses(text: str) -> list[tuple[int, int]]:
    return [(part.start(), part.end()) for part in re.finditer(r"[^\n]+", text)]


@cache
def compiled(cue: str) -> re.Pattern[str]:
    return re.compile(cue, re.MULTILINE)


def plainly(taxonomy: Taxonomy, texts: list[str]) -> set[Hit]:
    """What the finder must find, the slow way: every cue on every clause."""
    hits = set()
    for row, text in enumerate(texts):
        for place, issue in enumerate(taxonomy.issues):
            for cue, praise in [(c, False) for c in issue.cues] + [(c, True) for c in issue.praise]:
                usable = not cue.startswith(WEAK) or compiled(issue.context or "").search(text)
                pattern = compiled(cue.removeprefix(WEAK))
                for left, right in clauses(text) if usable else ():
                    for match in pattern.finditer(text, left, right):
                        hits.add(Hit(row, place, match.start(), match.end(), praise, left, right))
    return hits


def test_cues_and_praise_are_found_with_their_spans() -> None:
    hits = list(finder(parse_taxonomy(SMALL)).find(["软件闪退", "以前很流畅"]))
    assert hits == [Hit(0, 0, 2, 4, False, 0, 4), Hit(1, 0, 2, 5, True, 0, 5)]


def test_a_weak_cue_needs_its_context() -> None:
    found = list(finder(parse_taxonomy(SMALL)).find(["头发太卡了", "软件太卡了"]))
    assert [hit.row for hit in found] == [1]


def test_the_ends_of_a_clause_are_the_ends_a_cue_may_name() -> None:
    ends = parse_taxonomy(SMALL.replace("闪退", "^闪退$"))
    hits = finder(ends).find(clausal(["很好，闪退。差", "总闪退"]))
    assert [(hit.row, hit.start, hit.end) for hit in hits] == [(0, 3, 5)]


@settings(max_examples=40)  # the slow way tries every cue on every text
@given(st.lists(st.text(alphabet="不漏水了闪退安装师傅没来的，。 慢", max_size=40), max_size=4))
def test_whatever_the_texts_the_quick_way_finds_the_same(texts: list[str]) -> None:
    assert set(finder(TAXONOMY).find(clausal(texts))) == plainly(TAXONOMY, clausal(texts))


def test_the_quick_way_finds_what_the_slow_way_finds() -> None:
    texts = clausal(
        [
            "约好21号安装，到现在还没人来装，客服电话打不通",
            "更新之后打不开，一直闪退，登录不了",
            "等了两个小时才送到，饭都凉了，还少了一双筷子",
            "噪音大，漏水，师傅态度差，乱收费，安装费太贵",
        ]
    )
    assert set(finder(TAXONOMY).find(texts)) == plainly(TAXONOMY, texts)


@pytest.mark.real_data
@pytest.mark.skipif(not REVIEWS.exists(), reason="public reviews are not on this machine (VOC_PUBLIC_DATA)")
def test_the_quick_way_misses_nothing_in_real_reviews() -> None:
    lines = REVIEWS.read_text(encoding="utf-8").splitlines()[1:]
    texts = clausal(normalise(lines[:60] + lines[-140:]))
    assert set(finder(TAXONOMY).find(texts)) == plainly(TAXONOMY, texts)
