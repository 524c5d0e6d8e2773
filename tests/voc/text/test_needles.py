from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voc.errors import ConfigError
from voc.reading.taxonomy import WEAK, parse_taxonomy
from voc.text.needles import hastened, needles, required

ASSET = Path(__file__).resolve().parents[3] / "voc" / "data" / "taxonomy.toml"
TAXONOMY = parse_taxonomy(ASSET.read_text(encoding="utf-8"))
CUES = [cue.removeprefix(WEAK) for issue in TAXONOMY.issues for cue in issue.cues + issue.praise]


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("漏水", {"漏水"}),
        ("(?:不能|没法)开机", {"不能开机", "没法开机"}),
        ("等.{0,6}半天", {"半天"}),
        ("噪音(?:也|很)*(?:响得|大得)", {"噪音"}),
        ("闪退(?!了)", {"闪退"}),
        ("[坏破]了", {"坏了", "破了"}),
        ("(?:先等.{0,3}再|又)退", {"先等", "又"}),
        ("卡(?:顿)?住", {"卡住", "卡顿住"}),
        ("a\\.b", {"a.b"}),
    ],
)
def test_the_telling_literals_are_read_from_a_pattern(pattern: str, literals: set[str]) -> None:
    assert needles(pattern) <= literals | {"退"}
    assert needles(pattern)


def test_a_pattern_that_promises_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="没有必然出现的文字"):
        needles(".{2,4}")


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
@given(st.data())
def test_every_match_of_a_shipped_cue_holds_one_of_its_literals(data: st.DataObject) -> None:
    cue = data.draw(st.sampled_from(CUES))
    text = data.draw(st.from_regex(re.compile(cue)))
    found = re.search(cue, text)
    assert found is not None
    assert any(literal in found.group() for literal in needles(cue))
    assert any(all(any(text in found.group() for text in one) for one in branch) for branch in required(cue))


def test_every_alternative_of_a_pattern_says_what_it_needs() -> None:
    assert set(required("漏水|等.{0,6}半天")) == {
        (frozenset({"漏水"}),),
        (frozenset({"半天"}), frozenset({"等"})),
    }


@given(
    pattern=st.sampled_from(
        [
            "漏电|(?:充电器|插座)(?:都|会){0,3}炸",
            "(?<!不)(?:没|未)?收到",
            "[不没].{0,2}(?:好|行)",
            "好?[一-龥]坏",
            "坏*",
        ]
    ),
    text=st.text("漏电充器插座都会炸不没未收到好行坏\n", max_size=12),
)
def test_a_hastened_expression_finds_what_the_expression_finds(pattern: str, text: str) -> None:
    found, sooner = (re.finditer(one, text) for one in (pattern, hastened(pattern)))
    assert [match.span() for match in sooner] == [match.span() for match in found]


@pytest.mark.parametrize("pattern", [".坏", "[^好]坏", "坏*", r"\d坏"])
def test_what_can_begin_with_anything_or_be_empty_is_left_as_it_is(pattern: str) -> None:
    assert hastened(pattern) == pattern
