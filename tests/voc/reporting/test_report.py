"""The report as values: order, words, numbering, lineage, and sections with nothing to show."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from voc.effect.contract import DESIGNS as CONTRACTED
from voc.effect.ladder import RUNGS
from voc.effect.names import NAMES
from voc.reporting.agenda import agenda
from voc.reporting.crediting import Credit, credited
from voc.reporting.facts import Facts, Number
from voc.reporting.impact import suspect
from voc.reporting.report import DESIGNS, SEVERITY, build
from voc.reporting.summary import summary

_SPEC = importlib.util.spec_from_file_location(
    "report_example", Path(__file__).parents[2] / "notifications" / "report_example.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
example = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(example)
FULL: Facts = example.FULL
EMPTY: Facts = example.EMPTY


def test_a_period_in_which_nothing_was_read_is_told_as_a_break() -> None:
    silent = replace(FULL, numbers=(Number("feedback", "有效反馈", 0, "count", "", previous=815),))
    assert "本期没有读到任何反馈（上期 815 条），请先看采集是否中断。" in summary(silent, None)


def test_failures_stand_worst_first_and_apart_from_successes() -> None:
    report = build(FULL)
    assert [row.fact.verdict for row in report.failures] == ["worse", "ineffective", "insufficient"]
    assert [row.fact.verdict for row in report.successes] == ["partly_effective", "effective"]


def test_of_two_harms_the_greater_stands_first() -> None:
    lesser, greater = (replace(FULL.effects[2], key=key, change=c) for key, c in (("E1", 0.5), ("E2", 0.9)))
    rows = build(replace(FULL, effects=(lesser, greater))).failures
    assert [row.fact.key for row in rows] == ["E2", "E1"]


def test_every_verdict_has_a_place_in_the_order_and_a_definition() -> None:
    assert sorted(SEVERITY) == sorted(NAMES)
    assert set(NAMES.values()) <= {d.name for d in build(EMPTY).definitions}


def test_the_change_is_said_with_its_interval() -> None:
    changes = [row.change for row in build(FULL).successes]
    assert changes == ["投诉率下降 24%（95% 区间 7%–38%）", "投诉率下降 58%（95% 区间 49%–66%）"]


def test_the_meaning_does_not_repeat_the_verdict_and_the_change() -> None:
    told = "有效：投诉率下降 58%（95% 区间 49%–66%），改善确定超过约定的最小幅度 20%"
    report = build(replace(FULL, effects=(replace(FULL.effects[0], sentence=told),)))
    assert report.successes[0].meaning == "改善确定超过约定的最小幅度 20%"


def test_a_claim_that_is_taken_back_stands_among_the_failures_and_says_why() -> None:
    weak = credited(FULL.effects[1], Credit("insufficient", "partly_effective", 0.08, 12))
    report = build(replace(FULL, effects=(weak,)))
    assert report.successes == ()
    (row,) = report.failures
    assert row.verdict == "证据不足"
    assert row.change == "投诉率下降 24%（95% 区间 7%–38%）"
    assert row.meaning.startswith("单独看为「部分有效」；但同一份报告里共比较了 12 项措施")
    assert report.summary[0] == "本期核实 1 项措施：证据不足 1 项。"
    assert "1 项措施单独看有改善，但本报告共比较了 12 项" in report.summary[1]
    assert "求确证" in agenda(report).parts[0].points[0].question


def test_a_harm_that_may_be_chance_stays_a_harm_with_a_caution() -> None:
    harm = credited(FULL.effects[2], Credit("worse", "", 0.2, 12))
    report = build(replace(FULL, effects=(harm,)))
    assert report.failures[0].verdict == "恶化"
    assert "仍列为恶化" in report.failures[0].caution
    assert build(FULL).failures[0].caution == ""


def test_every_design_has_a_name() -> None:
    assert {*RUNGS, *CONTRACTED} - {"before-after"} <= set(DESIGNS)  # contracts write it before_after


@pytest.mark.parametrize("verdict", ["invalid_contract", "not_identifiable"])
def test_a_comparison_that_does_not_count_shows_no_figure(verdict: str) -> None:
    row = build(replace(FULL, effects=(replace(FULL.effects[0], verdict=verdict),))).failures[0]
    assert row.change == "投诉率的变化不予采信"


def test_figures_lead_to_their_definitions() -> None:
    report = build(FULL)
    by_note = {d.note: d for d in report.definitions}
    assert [by_note[f.note].name for f in report.figures] == [n.name for n in FULL.numbers]
    assert [d.note for d in report.definitions] == list(range(1, len(report.definitions) + 1))


def test_a_figure_without_lineage_is_refused() -> None:
    stray = Number("N9", "来路不明", 1.0, "count", "无")
    with pytest.raises(ValueError, match="N9"):
        build(replace(FULL, numbers=(*FULL.numbers, stray)))


def test_good_and_bad_news_depend_on_the_direction_of_the_figure() -> None:
    moods = {f.number.name: f.mood for f in build(FULL).figures}
    assert (moods["满意度（CSAT）"], moods["投诉率"], moods["复发率"]) == ("good", "bad", "plain")


def test_a_change_that_prints_as_nought_is_neither_good_nor_bad() -> None:
    still = Number("N1", "个案重开率", 0.05601, "percent", "无", previous=0.05600, better="down")
    figure = build(replace(FULL, numbers=(still, *FULL.numbers[1:]))).figures[0]
    assert (figure.change, figure.mood) == (0.0, "plain")


def test_problems_run_from_many_to_few_with_their_cumulative_share() -> None:
    rows = build(FULL).problems
    assert [r.fact.count for r in rows] == sorted((r.fact.count for r in rows), reverse=True)
    assert rows[1].cumulative == pytest.approx(0.52)
    assert rows[1].change == pytest.approx(1204 / 1511 - 1)


def test_the_summary_counts_verdicts_and_accounts_for_rows() -> None:
    summary = "".join(build(FULL).summary)
    assert summary.startswith("本期核实 5 项措施：恶化 1 项，无效 1 项，证据不足 1 项")
    assert "每一行都有去向" in summary


def test_a_report_about_one_measure_counts_looks_and_not_measures() -> None:
    looks = tuple(
        replace(FULL.effects[4], key=f"E{n}", attempt=n, verdict=v)
        for n, v in ((1, "insufficient"), (2, "worse"))
    )
    told = build(replace(FULL, kind="action", effects=looks, lineage=FULL.lineage)).summary[0]
    assert told == "这项措施查看 2 次，最近一次的结论：恶化。"
    assert build(replace(FULL, kind="action", effects=looks[:1])).summary[0] == "这项措施的结论：证据不足。"


def test_what_is_late_is_counted_case_by_case() -> None:
    late = (
        replace(FULL.overdue[0], kind="改进措施"),
        replace(FULL.overdue[1], kind="个案", count=1_200),
        replace(FULL.overdue[1], kind="个案", owner="物流部", count=7),
    )
    assert (
        "截至 2026-11-23 09:00，已过期限：1 项措施、1,207 件个案。"
        in build(replace(FULL, overdue=late)).summary
    )
    assert "截至 2026-11-23 09:00，已过期限：1,207 件个案。" in build(replace(FULL, overdue=late[1:])).summary


def test_a_period_without_files_does_not_boast_of_its_accounting() -> None:
    nothing = dict.fromkeys(FULL.rows, 0)
    assert not [words for words in build(replace(FULL, rows=nothing)).summary if "读入" in words]


def test_a_small_part_is_not_rounded_to_nothing() -> None:
    assert suspect(3, 9_997).amount == "3 条，占不到 0.1%"
    assert suspect(30, 9_970).amount == "30 条，占 0.3%"
    assert suspect(0, 10_000).amount == "0 条，占 0.0%"


def test_rows_that_do_not_add_up_are_said_aloud() -> None:
    report = build(replace(FULL, rows={**FULL.rows, "stored": 21_000}))
    assert "834 行对不上账" in "".join(report.summary)


def test_a_report_without_verifications_says_so() -> None:
    report = build(EMPTY)
    assert report.summary == ("本期尚无完成效果验证的措施。",)
    assert "本期没有得出效果结论" in report.empty["failures"]
    assert "还没有做过" not in build(FULL).empty["failures"]


def test_trends_name_the_verdict_in_words() -> None:
    report = build(replace(FULL, trends=(replace(FULL.trends[0], verdict="worse"),)))
    assert report.trends[0].verdict == "恶化"


def test_a_stricter_level_is_named_as_such() -> None:
    row = build(replace(FULL, effects=(replace(FULL.effects[0], alpha=0.025),))).successes[0]
    assert row.change == "投诉率下降 58%（97.5% 区间 49%–66%）"


def test_what_is_longest_overdue_stands_first() -> None:
    hours = [item.hours_late for item in build(FULL).overdue]
    assert hours == sorted(hours, reverse=True)
