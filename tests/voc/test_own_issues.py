"""A taxonomy is the user's to change: what the shipped model does not know works, what is gone is not named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from voc.reading.labels import annotate, assemble
from voc.reading.taxonomy import Taxonomy, parse_taxonomy

DATA = Path(__file__).resolve().parents[2] / "voc" / "data"
TEXT = (DATA / "taxonomy.toml").read_text(encoding="utf-8")
SHIPPED = parse_taxonomy(TEXT)
MODEL = assemble((DATA / "tone.npz").read_bytes(), (DATA / "topics.npz").read_bytes())
OWN = """
[[area]]
code = "charging"
name = "充电服务"
[[area.issues]]
code = "charging.pile"
name = "充电桩被占"
problem = "充电桩被油车占用"
dimension = "environment"
cues = ["充电桩.{0,4}(?:被占|占用)", "油车占位"]
"""


def named(text: str, taxonomy: Taxonomy) -> set[str]:
    found = annotate([text], [1.0], taxonomy, MODEL)
    return {mention.issue for mention in found.mentions[0] if mention.polarity < 0}


def test_an_issue_of_the_users_own_is_found_by_its_cues_at_once() -> None:
    own = parse_taxonomy(TEXT + OWN)
    found = annotate(["充电桩老被占，气死了"], [1.0], own, MODEL)
    assert named("充电桩又被占了，等了半天", own) == {"charging.pile"}
    assert found.dimension == ["environment"]


def test_a_taxonomy_of_nothing_the_model_knows_can_be_read() -> None:
    alone = parse_taxonomy('version = "1"' + OWN)
    assert named("充电桩又被占用", alone) == {"charging.pile"}
    assert named("退款一个月了还没到账", alone) == set()


@pytest.mark.parametrize("text", ["退款一直没到账，钱呢", "我的钱到今天一分都没回到卡里，货你们早就收走了"])
def test_an_issue_taken_out_is_not_named_any_more(text: str) -> None:
    rest = replace(SHIPPED, issues=tuple(i for i in SHIPPED.issues if i.code != "payment.refund"))
    assert "payment.refund" in named(text, SHIPPED)
    assert "payment.refund" not in named(text, rest)
