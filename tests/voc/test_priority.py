from __future__ import annotations

import re
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.priority import LEVELS, NO_CHANGE, Factors, Policy, lift, prioritise

TYPES = ("complaint", "suggestion", "enquiry", "praise")

Row = tuple[int, int, float, int, float, str]


def rows_of(
    severities: tuple[int, ...] = (0, 1, 2), types: tuple[str, ...] = TYPES
) -> st.SearchStrategy[Row]:
    return st.tuples(
        st.integers(0, 200),
        st.integers(0, 80),
        st.floats(0, 3),
        st.sampled_from(severities),
        st.floats(-1, 1),
        st.sampled_from(types),
    )


rows = rows_of()


def table(*given_rows: Row) -> Factors:
    columns = list(zip(*given_rows, strict=True)) or [()] * 6
    return Factors(
        frequency=np.array(columns[0], dtype=np.int64),
        scope=np.array(columns[1], dtype=np.int64),
        customer_value=np.array(columns[2], dtype=np.float64),
        severity=np.array(columns[3], dtype=np.int64),
        sentiment=np.array(columns[4], dtype=np.float64),
        type=list(columns[5]),
    )


def level(*row: *tuple[int, int, float, int, float, str]) -> str:
    return prioritise(table(row)).level[0]


def worse(one: Row, other: Row) -> Row:
    numbers = (max(one[0], other[0]), max(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))
    return (*numbers, min(one[4], other[4]), one[5])


@given(st.lists(st.tuples(rows, rows), min_size=1, max_size=40))
def test_raising_any_factor_never_lowers_a_level_or_a_score(pairs: list[tuple[Row, Row]]) -> None:
    below = prioritise(table(*(one for one, _ in pairs)))
    above = prioritise(table(*(worse(one, other) for one, other in pairs)))
    assert np.all(below.score <= above.score + 1e-12)
    assert all(LEVELS.index(b) <= LEVELS.index(a) for b, a in zip(below.level, above.level, strict=True))


@given(st.lists(rows, min_size=1, max_size=40))
def test_safety_and_outage_are_urgent_whatever_else_is_said(given_rows: list[Row]) -> None:
    factors = table(*given_rows)
    assert set(prioritise(replace(factors, severity=np.full(len(given_rows), 2))).level) == {"urgent"}


@given(st.lists(rows_of((0, 1), ("praise", "enquiry")), min_size=1, max_size=40))
def test_praise_and_enquiries_stay_at_or_below_medium(given_rows: list[Row]) -> None:
    assert set(prioritise(table(*given_rows)).level) <= {"low", "medium"}


@given(st.lists(rows, min_size=1, max_size=40))
def test_the_parts_add_up_to_the_score(given_rows: list[Row]) -> None:
    priorities = prioritise(table(*given_rows))
    sums = [sum(parts.values()) for parts in priorities.parts]
    assert sums == pytest.approx(priorities.score.tolist(), abs=1e-3)
    assert np.all((priorities.score >= 0) & (priorities.score <= 1))


@given(st.lists(rows, min_size=1, max_size=40))
def test_every_row_has_a_reason_and_only_rows_below_high_say_what_is_missing(given_rows: list[Row]) -> None:
    priorities = prioritise(table(*given_rows))
    assert all(priorities.reasons)
    shown = [way is not None for way in priorities.to_high]
    assert shown == [name in ("low", "medium") for name in priorities.level]


@given(rows_of((0,), ("complaint", "suggestion")))
def test_what_would_make_this_high_does_and_one_less_does_not(row: Row) -> None:
    factors = table(row)
    needed = lift(factors)
    steps = {"frequency": 1, "scope": 1, "customer_value": 0.11}
    before = dict(zip(steps, row, strict=False))
    lifted = {name: getattr(needed, name) for name in steps if getattr(needed, name)[0] > before[name]}
    reached = [level_with(factors, name, value) for name, value in lifted.items()]
    missed = [level_with(factors, name, value - steps[name]) for name, value in lifted.items()]
    already = level(*row) in ("high", "urgent")
    assert set(reached) <= {"high", "urgent"}
    assert already or set(missed) <= {"low", "medium"}


def level_with(factors: Factors, name: str, value: np.ndarray) -> str:
    columns = {field.name: getattr(factors, field.name) for field in fields(factors)}
    return prioritise(Factors(**{**columns, name: value})).level[0]


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    weights = draw(st.lists(st.integers(0, 10), min_size=5, max_size=5).filter(any))
    names = ("frequency", "scope", "customer_value", "severity", "sentiment")
    shares = {name: weight / sum(weights) for name, weight in zip(names, weights, strict=True)}
    marks = sorted(draw(st.lists(st.integers(5, 95), min_size=3, max_size=3, unique=True)))
    levels = dict(zip(("medium", "high", "urgent"), (mark / 100 for mark in marks), strict=True))
    full = {"full_frequency": draw(st.integers(1, 60)), "full_scope": draw(st.integers(1, 60))}
    return Policy(**shares, **levels, **full)


@given(st.lists(st.tuples(rows, rows), min_size=1, max_size=20), policies())
def test_whatever_is_judged_to_weigh_raising_a_factor_never_lowers_a_level(
    pairs: list[tuple[Row, Row]], policy: Policy
) -> None:
    below = prioritise(table(*(one for one, _ in pairs)), policy)
    above = prioritise(table(*(worse(one, other) for one, other in pairs)), policy)
    assert all(LEVELS.index(b) <= LEVELS.index(a) for b, a in zip(below.level, above.level, strict=True))


PROMISES = {
    "frequency": re.compile(r"同类反馈达到 (\d+) 条"),
    "scope": re.compile(r"影响达到 (\d+) 位"),
    "customer_value": re.compile(r"客户价值达到 ([\d.]+)"),
}


@given(st.lists(rows, min_size=1, max_size=20), policies())
def test_every_way_to_high_that_is_told_to_people_really_leads_there(
    given_rows: list[Row], policy: Policy
) -> None:
    told = [
        (row, way)
        for row, way in zip(given_rows, prioritise(table(*given_rows), policy).to_high, strict=True)
        if way
    ]
    promised = [
        (row, name, float(found.group(1)))
        for row, way in told
        for name, pattern in PROMISES.items()
        for found in pattern.finditer(way)
    ]
    grave = [(row, "severity", 1.0) for row, way in told if "后果较重" in way]
    reached = [
        prioritise(changed(row, name, value), policy).level[0] for row, name, value in promised + grave
    ]
    assert set(reached) <= {"high", "urgent"}
    assert all(way.endswith("涉及安全或服务中断时升为「高」或以上") for _, way in told)
    assert all(prioritise(changed(row, "severity", 2), policy).level == ["urgent"] for row, _ in told)


def changed(row: Row, name: str, value: float) -> Factors:
    factors = table(row)
    column = getattr(factors, name)
    return replace(factors, **{name: np.array([value], dtype=column.dtype)})


def test_a_factor_that_cannot_reach_high_alone_is_not_promised() -> None:
    needed = lift(table((0, 0, 0.0, 0, 0.5, "complaint")))
    assert needed.frequency[0] == needed.scope[0] == needed.customer_value[0] == NO_CHANGE
    assert needed.severity[0] == 2


def test_severity_one_is_offered_where_it_suffices() -> None:
    row = (7, 2, 1.9, 0, -0.6, "complaint")
    assert lift(table(row)).severity[0] == 1
    assert level(*row) == "medium"
    assert level(7, 2, 1.9, 1, -0.6, "complaint") == "high"
    assert "后果较重" in str(prioritise(table(row)).to_high[0])


def test_a_frequent_angry_complaint_of_a_vip_is_urgent_and_a_lone_calm_one_low() -> None:
    assert level(40, 20, 3.0, 1, -0.9, "complaint") == "urgent"
    assert level(1, 1, 0.0, 0, 0.0, "complaint") == "low"


def test_reasons_name_the_figures_they_rest_on() -> None:
    reasons = prioritise(table((12, 8, 3.0, 2, -0.8, "complaint"))).reasons[0]
    assert reasons == [
        "涉及安全或服务中断，按规则定为紧急",
        "近 28 天同类反馈 12 条",
        "同类反馈来自 8 位客户",
        "高价值客户",
        "情绪强烈不满",
    ]


def test_unknown_figures_count_as_nothing() -> None:
    priorities = prioritise(table((3, 2, float("nan"), 0, float("nan"), "complaint")))
    assert priorities.score[0] == pytest.approx(prioritise(table((3, 2, 0.0, 0, 0.0, "complaint"))).score[0])


def test_an_empty_batch_gives_empty_columns() -> None:
    priorities = prioritise(table())
    assert (priorities.level, priorities.parts, priorities.reasons, priorities.to_high) == ([], [], [], [])


def test_the_default_weights_add_up_to_one() -> None:
    policy = Policy()
    weights = (policy.frequency, policy.scope, policy.customer_value, policy.severity, policy.sentiment)
    assert sum(weights) == pytest.approx(1.0)
