"""What a report works out: leaks of the funnel, what faulty data do, pictures from days, differences, the agenda."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.reporting import impact
from voc.reporting.agenda import agenda
from voc.reporting.facts import AuditFact, Corrected, Facts
from voc.reporting.funnel import Reached, Stuck, stages
from voc.reporting.ledger import compare, printed
from voc.reporting.picture import from_days
from voc.reporting.report import build
from voc.reporting.said import Said, is_complaint
from voc.reporting.spread import standing_out

_SPEC = importlib.util.spec_from_file_location(
    "report_example", Path(__file__).parents[2] / "notifications" / "report_example.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
example = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(example)
FULL: Facts = example.FULL
LIVE = date(2026, 6, 1)
DAYS = [LIVE + timedelta(days=n) for n in range(-56, 56)]


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans(), st.booleans(), st.integers(0, 50)), max_size=12))
def test_the_funnel_only_narrows_and_loses_nobody(rows: list[tuple[int, bool, bool, int]]) -> None:
    counts = [stage.count for stage in stages([Reached(*row) for row in rows], [])]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == sum(row[3] for row in rows)


def test_each_leak_names_the_problems_it_is_about_largest_first() -> None:
    reached = [
        Reached(1, False, True, 40),
        Reached(2, False, True, 9),
        Reached(5, True, True, 3),
        Reached(5, False, False, 2),
    ]
    stuck = [Stuck(2, 4, "甲", "还没有措施"), Stuck(2, 5, "乙", "措施待审批")]
    steps = {step.name: step for step in stages(reached, stuck)}
    assert steps["措施获批"].leaks == ("「乙」5 条：措施待审批", "「甲」4 条：还没有措施")
    assert (steps["归入问题"].leak, steps["已告知客户"].leak) == (40, 2)
    assert steps["已告知客户"].leaks == ("2 条没有留下联系方式，无法告知",)


def test_rows_in_quarantine_bound_the_complaint_share() -> None:
    told = impact.quarantined({"quarantined": 10, "read": 120}, 30, 90)
    assert "30.0%–40.0%" in told.effect
    assert told.grave


@pytest.mark.parametrize(("model", "grave"), [(0.35, False), (0.5, True)])
def test_an_audit_that_excludes_the_share_of_the_model_is_grave(model: float, grave: bool) -> None:
    audit = AuditFact(
        ("2026-W20",), 60, 0.8, 0.9, (Corrected("投诉", model, 0.36, 0.3, 0.42, "audit:complaint"),)
    )
    assert impact.misread(audit).grave is grave


def test_a_picture_is_cut_at_the_go_live_and_expects_what_was_before() -> None:
    events = np.where(np.array(DAYS) < LIVE, 10.0, 4.0)
    found = from_days(DAYS, events, np.full(112, 1000.0), LIVE, (DAYS[0], DAYS[55]), "complaint_rate", 1.0)
    assert found is not None
    assert found.went_live in found.start
    after = found.start.index(LIVE)
    assert found.observed[after - 1] == pytest.approx(10.0)
    assert found.observed[after] == pytest.approx(4.0)
    assert found.expected[after] == pytest.approx(10.0)
    assert math.isnan(found.expected[after - 1])
    assert found.low[after] < 10.0 < found.high[after]


def test_a_picture_without_exposure_is_none() -> None:
    assert (
        from_days(DAYS, np.ones(112), np.zeros(112), LIVE, (DAYS[0], DAYS[55]), "complaint_rate", 1.0) is None
    )


def test_the_caption_counts_what_lies_outside_the_band() -> None:
    row = build(FULL).successes[-1]
    assert row.caption == "上线后 6 周中，6 周低于预计的区间带。"
    assert row.checks == ("· 上线前没有趋势",)


def test_the_same_facts_show_no_difference() -> None:
    origins = {entry.key: vars(entry) for entry in FULL.lineage}
    assert compare(printed(FULL), origins, printed(FULL), FULL.lineage).same


def test_a_number_that_moved_is_named_and_nothing_else() -> None:
    origins = {entry.key: vars(entry) for entry in FULL.lineage}
    other = replace(FULL, numbers=(replace(FULL.numbers[0], value=0.5), *FULL.numbers[1:]))
    found = compare(printed(FULL), origins, printed(other), FULL.lineage)
    assert [(one.key, one.part, one.was, one.now, one.rows_changed) for one in found.moved] == [
        ("N1", "数值", 0.783, 0.5, False)
    ]


def test_rows_that_changed_without_moving_a_number_are_named() -> None:
    origins = {entry.key: vars(entry) for entry in FULL.lineage}
    fresh = (replace(FULL.lineage[0], rows_hash="other"), *FULL.lineage[1:])
    found = compare(printed(FULL), origins, printed(FULL), fresh)
    assert found.quiet == (FULL.lineage[0].name or FULL.lineage[0].key,)
    assert found.moved == ()


def test_the_agenda_begins_with_what_failed_and_asks_for_decisions() -> None:
    made = agenda(build(FULL))
    assert made.parts[0].title == "一、未见效的措施：继续、改做还是停止"
    assert "撤回" in made.parts[0].points[0].question
    assert made.minutes == sum(point.minutes for part in made.parts for point in part.points) > 0


def test_an_empty_period_has_an_empty_agenda() -> None:
    assert agenda(build(example.EMPTY)).parts == ()


def test_shares_stand_out_only_when_surely_above_those_of_all_feedback() -> None:
    def row(problem: int | None, value: str, count: int) -> dict[str, object]:
        return {"problem_id": problem, "kind": "region", "value": value, "count": count}

    rows = [row(None, "成都", 500), row(None, "武汉", 500), row(1, "成都", 90), row(1, "武汉", 10), row(2, "成都", 3),
            row(2, "武汉", 2)]  # fmt: skip
    assert standing_out(rows) == {1: [("region", "成都", 0.9)]}


def test_what_was_said_is_counted_from_its_cells() -> None:
    cell = {"channel": "web", "ids": "1:2", "rated": "1:2"}
    said = Said([
        {**cell, "type": "complaint", "rating": 1.0, "ten": True, "count": 2},
        {**cell, "type": "praise", "rating": 5.0, "ten": True, "count": 1},
        {**cell, "type": "praise", "rating": None, "ten": False, "count": 4},
    ])  # fmt: skip
    assert (said.count(), said.count(is_complaint)) == (7, 2)
    assert said.ratings().tolist() == [1.0, 1.0, 5.0]
    assert said.tens().tolist() == [0.0, 0.0, 10.0]
    assert said.channels() == {"web": (7, 2)}
