"""Contracts in words, and where a measure goes live as people type it."""

from datetime import date

import pytest

from cli.contract import said
from cli.where import rollout
from voc.effect.contract import Contract
from voc.errors import InputError

LIVE = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("typed", "kind", "days"),
    [
        (["region=成都,重庆"], "region", {"成都": LIVE, "重庆": LIVE}),
        (["region=成都@2026-03-09， 重庆"], "region", {"成都": date(2026, 3, 9), "重庆": LIVE}),
        (["product=A1", "product=B2@2026-04-01"], "product", {"A1": LIVE, "B2": date(2026, 4, 1)}),
    ],
)
def test_a_roll_out_is_read_as_people_type_it(typed, kind, days):
    found = rollout(typed, LIVE)
    assert (found.kind, found.days) == (kind, days)


def test_nothing_typed_means_everywhere():
    assert rollout(None, LIVE) is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [(["城市=成都"], "看不懂"), (["region=成都", "agent=7"], "每次一种"), (["region="], "没有一个名称"),
     (["region=成都@三月"], "日期")],
)  # fmt: skip
def test_a_roll_out_that_cannot_be_read_is_refused_with_an_example(typed, words):
    with pytest.raises(InputError, match=words):
        rollout(typed, LIVE)


def test_a_contract_is_said_whole():
    contract = Contract(
        "problem:1", design="cits", version=2, design_reason="1 个实施单位、2 个对照单位", weeks_needed=11,
        population={"region": ["成都"]}, control={"region": ["重庆", "西安"]}, season_swing=0.1,
        excluded=((date(2026, 1, 1), date(2026, 1, 28)),), steps=(date(2025, 11, 3),),
    )  # fmt: skip
    text = "\n".join(said(contract, LIVE))
    for words in ("投诉率，至少下降 20%", "带对照的中断时间序列（1 个实施单位、2 个对照单位）", "地区 重庆、西安",
                  "2026-01-01 至 2026-01-28", "2025-11-03", "上下 10%", "需观察 11 周", "2026-05-03"):  # fmt: skip
        assert words in text


def test_a_measure_that_time_will_not_decide_says_what_would():
    assert "分地区上线" in "\n".join(said(Contract("problem:1", version=2), LIVE))
