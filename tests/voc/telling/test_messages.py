from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import InputError
from voc.lifecycle import LIVES
from voc.telling.messages import (
    AFTER,
    AUDIENCES,
    FOR_CUSTOMERS,
    MOMENTS,
    OBSERVING,
    effect_phrase,
    neutralise,
    refuse_unverified_numbers,
)


@pytest.mark.parametrize(("life", "step"), AFTER)
def test_every_message_follows_from_a_step_or_a_moment_that_exists(life: str, step: str) -> None:
    assert step in MOMENTS or step in LIVES[life].steps


@pytest.mark.parametrize("notices", AFTER.values())
def test_one_step_tells_one_audience_only_once(notices: tuple[object, ...]) -> None:
    keys = [(notice.event, notice.audience) for notice in notices]  # type: ignore[attr-defined]
    assert len(set(keys)) == len(keys) >= 1
    assert {audience for _, audience in keys} <= set(AUDIENCES)


@pytest.mark.parametrize(
    ("moment", "audience"),
    [
        (("case", "open"), "customer"),
        (("case", "respond"), "customer"),
        (("case", "resolve"), "customer"),
        (("action", "approve"), "department"),
        (("action", "implement"), "reporters"),
        (("problem", "succeed"), "reporters"),
        (("problem", "fail"), "department"),
        (("problem", "fail"), "leadership"),
        (("problem", "relapse"), "leadership"),
        (("case", "overdue"), "owner"),
        (("action", "overdue"), "owner"),
    ],
)
def test_who_was_promised_a_message_gets_one(moment: tuple[str, str], audience: str) -> None:
    assert audience in {notice.audience for notice in AFTER[moment]}


def test_customers_are_never_told_about_a_failure_or_a_breach() -> None:
    assert FOR_CUSTOMERS.isdisjoint({"problem_ineffective", "problem_relapsed", "case_overdue"})


# --- neutralise

pieces = [*"ab.c:/w<>[]()*_`#!|@ \n\u200b\u202e你好，％＠＃", "http://", "www.", ".com"]
hostile = st.lists(st.sampled_from(pieces)).map("".join)


@given(st.text() | hostile | hostile.map(lambda text: text + "https://例子.com/" + text))
def test_neutral_text_carries_no_markup_mention_or_link(text: str) -> None:
    plain = neutralise(text)
    assert not set(plain) & set("<>[]()*_`#!|@＠＃")
    assert "://" not in plain
    assert not re.search(r"(?i)www\.|\b[a-z0-9-]+\.com\b(?![a-z0-9])", plain)
    assert all(unicodedata.category(character)[0] != "C" for character in plain)


@given(st.text() | hostile, st.integers(1, 100))
def test_neutral_text_is_short_and_stays_as_it_is(text: str, limit: int) -> None:
    plain = neutralise(text, limit)
    assert len(plain) <= limit
    assert neutralise(plain, limit) == plain


def test_ordinary_chinese_is_left_alone() -> None:
    text = "空调（型号 X3.5）制冷差，等了 3 天，师傅说「没货」：请尽快！"
    assert neutralise(text) == text


def test_links_and_mentions_in_markdown_lose_their_teeth() -> None:
    text = "# 注意\n[点这里](http://evil.example/a?b=1) @all **急** evil.com/联系"
    assert neutralise(text) == "注意 点这里 all 急 联系"


def test_a_long_remark_is_cut_with_an_ellipsis() -> None:
    assert neutralise("好" * 200) == "好" * 79 + "…"


def test_a_field_of_200_kilobytes_is_read_only_as_far_as_needed() -> None:
    assert len(neutralise("a" * 200_000 + "://x")) == 80


# --- effects


@pytest.mark.parametrize("verdict", ["effective", "partly_effective"])
def test_a_verified_effect_is_told_as_a_number(verdict: str) -> None:
    assert effect_phrase(verdict, -0.583) == "经核实，相关投诉率下降约 58%"
    assert effect_phrase(verdict, 0.12, "csat") == "经核实，满意度提升约 12%"


@pytest.mark.parametrize(
    "verdict", ["ineffective", "worse", "insufficient", "invalid_contract", "not_identifiable", "", "made_up"]
)
@given(change=st.floats() | st.none())
def test_nothing_else_is_ever_told_as_a_number(verdict: str, change: float | None) -> None:
    assert effect_phrase(verdict, change) == OBSERVING


@pytest.mark.parametrize("change", [None, float("nan"), float("inf"), 0.0, 0.004])
def test_an_effect_without_a_figure_is_still_being_observed(change: float | None) -> None:
    assert effect_phrase("effective", change) == OBSERVING


CLAIMS = [
    "投诉率下降 58%",
    "投诉下降５８％",
    "满意度提升了 3 个百分点",
    "投诉减少三成",
    "等待时间缩短 2 小时",
    "投诉量减半",
    "效率翻倍",
    "退款提速，平均减少 1.5 天",
    "百分之四十的客户不再投诉",
    "投诉下降一半",
    "投诉量降至 12 起",
    "满意度提高到 4.8 分，投诉下降 20 个点",
    "故障下降‰，仅 3‰",
]


@pytest.mark.parametrize("body", CLAIMS)
def test_a_hand_typed_effect_number_is_refused(body: str) -> None:
    with pytest.raises(InputError, match="未经验证的效果数字"):
        refuse_unverified_numbers(body, verified=False)


@pytest.mark.parametrize("body", CLAIMS)
def test_a_verified_number_passes(body: str) -> None:
    assert refuse_unverified_numbers(body, verified=True) == body


@pytest.mark.parametrize(
    "body",
    [
        OBSERVING,
        "受理编号 VOC-7K3M9Q2XTA，我们会在 11 月 25 日 18:00 前答复。",
        "已完成 3 项改进，效果仍在观察。",
        "请在 24 小时内处理，如需帮助请拨 400-000-0000。",
        "感谢您帮助我们改进。编号 5 已受理。",
        "一成不变的流程已经调整。",
        "退款节点可查，由专人跟进，成员 3 成立小组。",
    ],
)
def test_ordinary_numbers_are_no_claims(body: str) -> None:
    assert refuse_unverified_numbers(body, verified=False) == body


def test_no_name_in_the_taxonomy_looks_like_a_claim() -> None:
    path = Path(__file__).parents[3] / "voc" / "data" / "taxonomy.toml"
    areas = tomllib.loads(path.read_text(encoding="utf-8"))["area"]
    names = [issue[key] for area in areas for issue in area["issues"] for key in ("name", "problem")]
    assert [refuse_unverified_numbers(name, verified=False) for name in names] == names


@given(
    st.floats(-0.99, 3).filter(lambda change: abs(change) > 0.0051),
    st.sampled_from(["effective", "partly_effective"]),
)
def test_every_effect_sentence_would_be_refused_if_somebody_typed_it(change: float, verdict: str) -> None:
    with pytest.raises(InputError):
        refuse_unverified_numbers(effect_phrase(verdict, change), verified=False)
