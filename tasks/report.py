"""Report: gather what happened, let the core order and word it, write one self-contained page."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from models import showing
from models.aggregating import spread_of
from models.engine import transaction
from models.improving import overdue
from models.loop import Action, Case, Department
from models.proof import Report
from notifications.pages import render_report
from settings import get_settings
from tasks.analyse import model, taxonomy
from tasks.common import run_id, stage
from voc import kpi
from voc.facts import (
    ChannelFact,
    DepartmentFact,
    EffectFact,
    Facts,
    Lineage,
    Number,
    Overdue,
    ProblemFact,
    QualityFact,
    Slice,
    Stage,
    Trend,
)
from voc.intake import CHANNELS
from voc.lifecycle import PROBLEM
from voc.problems import SLICE_NAMES, Lift, over_represented
from voc.report import build
from voc.zone import CHINA

MOST_PROBLEMS = 20
MOST_TRENDS = 8


@stage("撰写报告")
def write_report(
    now: datetime, kind: str = "run", since: date | None = None, until: date | None = None
) -> str:
    """Write the report of a period and return the path of the page.

    None given, it is last week for a weekly one, last month for a monthly one, else all there is.
    """
    with transaction() as session:
        period = _period(session, kind, since, until, now)
        facts = gather(session, period, now)
        page = render_report(build(facts))
        path = get_settings().folder("reports") / f"{kind}-{period[1]:%Y%m%d}.html"
        path.write_text(page, encoding="utf-8")
        session.add(_row(kind, period, path, page, facts, now))
    return str(path)


def _row(kind: str, period: tuple[date, date], path: Path, page: str, facts: Facts, now: datetime) -> Report:
    return Report(
        kind=kind,
        period_start=period[0],
        period_end=period[1],
        path=str(path.relative_to(get_settings().home.resolve())),
        sha256=hashlib.sha256(page.encode()).hexdigest(),
        facts={number.key: number.value for number in facts.numbers},
        lineage={entry.key: vars(entry) for entry in facts.lineage},
        created_at=now,
        run=run_id(),
    )


def _period(
    session: Session, kind: str, since: date | None, until: date | None, now: datetime
) -> tuple[date, date]:
    today = now.astimezone(CHINA).date()
    first, last = _before(kind, today) or _known(session) or (today, today)
    return since or first, until or last


def _before(kind: str, today: date) -> tuple[date, date] | None:
    if kind == "weekly":
        monday = today - timedelta(days=today.weekday() + 7)
        return monday, monday + timedelta(days=6)
    if kind == "monthly":
        last = today.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last
    return None


def _known(session: Session) -> tuple[date, date] | None:
    known = showing.span(session)
    return (known[0].astimezone(CHINA).date(), known[1].astimezone(CHINA).date()) if known else None


def gather(session: Session, period: tuple[date, date], now: datetime) -> Facts:
    """Gather everything a report says from the database."""
    start = datetime.combine(period[0], time(), CHINA)
    end = datetime.combine(period[1] + timedelta(days=1), time(), CHINA)
    numbers, lineage = _numbers(session, start, end)
    effects = showing.verifications(session)
    listed = showing.problems(session)[:MOST_PROBLEMS]
    weekly = showing.weekly(session, [row["id"] for row in listed])
    rows = showing.accounting(session)
    return Facts(
        company=get_settings().company,
        period=period,
        generated_at=now,
        taxonomy_version=taxonomy().version,
        model_version=model().version,
        run=run_id() or "",
        rows=rows,
        quality_score=_quality_score(session),
        quality=_quality(rows),
        numbers=tuple(numbers),
        effects=tuple(_effect(row) for row in _last_attempts(effects)),
        overdue=tuple(_overdue(session, now)),
        problems=tuple(_problem(session, row, listed, weekly) for row in listed),
        trends=tuple(_trends(listed, weekly, effects, period)),
        stages=tuple(_stages(session, rows)),
        channels=tuple(_channels(session, start, end)),
        departments=tuple(_departments(session, now)),
        lineage=(*lineage, *(_effect_lineage(row) for row in _last_attempts(effects))),
    )


def _last_attempts(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return list({row["action_id"]: row for row in rows}.values())


# --- headline numbers -------------------------------------------------------------------------------------


def _numbers(session: Session, start: datetime, end: datetime) -> tuple[list[Number], list[Lineage]]:
    counted = showing.headline(session, start, end)
    ratings = showing.ratings(session, start, end)
    ordered = showing.orders(session, start.date(), (end - timedelta(days=1)).date())
    cases = showing.case_times(session, start, end)
    numbers = [
        Number(
            "feedback", "有效反馈", counted["feedback"], "count", "期内入库、未被判为重复或无效的反馈条数。"
        ),
        _rate(counted, ordered),
        *_satisfaction(ratings),
        *_case_numbers(cases),
    ]
    sources = {
        "feedback": counted, "complaints": {**counted, "orders": ordered}, "csat": ratings, "satisfied": ratings,
        "answered": cases, "solved": cases, "cycle": cases,
    }  # fmt: skip
    return numbers, [_lineage(number.key, sources[number.key]) for number in numbers]


def _lineage(key: str, rows: object) -> Lineage:
    digest = hashlib.sha256(json.dumps(rows, default=str, sort_keys=True).encode()).hexdigest()
    return Lineage(
        key, f"models.showing（{key}）", digest, model().version, taxonomy().version, "", run_id() or ""
    )


def _rate(counted: Mapping[str, Any], ordered: float) -> Number:
    if ordered:
        rate = kpi.complaint_rate(counted["complaints"], ordered)
        meaning = "期内投诉条数 ÷ 期内订单数；区间为泊松精确区间。"
        return Number(
            "complaints", "投诉率", rate.value, "permille", meaning, rate.low, rate.high, better="down"
        )
    part = kpi.share(counted["complaints"], counted["feedback"])
    meaning = "期内投诉条数 ÷ 有效反馈条数（没有订单数据）；区间为 Wilson 区间。"
    return Number(
        "complaints", "投诉占比", part.value, "percent", meaning, part.low, part.high, better="down"
    )


def _satisfaction(ratings: Sequence[float]) -> list[Number]:
    found = kpi.csat(np.array(ratings, dtype=np.float64))
    happy = found.satisfied
    return [
        Number("csat", "CSAT 均分", found.mean, "score", "有评分反馈折算为 1–5 分后的平均值；区间为 t 区间。",
               found.mean_low, found.mean_high, better="up"),
        Number("satisfied", "满意率", happy.value, "percent", "评分不低于 4 分的占比；区间为 Wilson 区间。",
               happy.low, happy.high, better="up"),
    ]  # fmt: skip


def _case_numbers(cases: Sequence[Mapping[str, Any]]) -> list[Number]:
    answered = [bool(c["responded_at"] and c["responded_at"] <= c["respond_by"]) for c in cases]
    solved = [c["resolved_at"] is not None for c in cases]
    in_time, closed = kpi.share(sum(answered), len(answered)), kpi.closure_rate(np.array(solved, dtype=bool))
    cycle = kpi.cycle_times(_hours(cases, "opened_at"), _hours(cases, "resolved_at"))
    return [
        Number("answered", "首次答复及时率", in_time.value, "percent", "在承诺期限内得到首次答复的个案占比。",
               in_time.low, in_time.high, better="up"),
        Number("solved", "个案解决率", closed.value, "percent", "期内受理的个案中已解决的占比。",
               closed.low, closed.high, better="up"),
        Number("cycle", "解决用时（中位）", cycle.median, "hours", "已解决个案从受理到解决的自然小时数的中位数。",
               better="down", note=f"另有 {cycle.open} 件未解决" if cycle.open else ""),
    ]  # fmt: skip


def _hours(cases: Sequence[Mapping[str, Any]], column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([c[column].timestamp() / 3600 if c[column] else np.nan for c in cases], dtype=np.float64)


# --- sections ---------------------------------------------------------------------------------------------


def _effect(row: Mapping[str, Any]) -> EffectFact:
    result = row["result"]
    return EffectFact(
        key=f"verification:{row['id']}",
        problem=row["problem"],
        action=row["measure"],
        department=row["department"],
        metric=result["metric"],
        verdict=row["verdict"],
        sentence=row["sentence"],
        went_live=row["went_live"].astimezone(CHINA).date(),
        change=result["change"],
        low=result["change_low"],
        # JSON has no infinity: an effect with no upper end was stored without one.
        high=math.inf if result["change_high"] is None else result["change_high"],
        p_value=result["p_value"],
        before=result["before"],
        after=result["after"],
        smallest_effect=result["smallest_effect"],
        direction=result["direction"],
        alpha=result["alpha"],
        design=result["design"],
        dispersion=result["dispersion"],
        contract=row["lineage"]["contract"],
        weeks_more=result["weeks_more"],
    )


def _effect_lineage(row: Mapping[str, Any]) -> Lineage:
    known = row["lineage"]
    return Lineage(
        f"verification:{row['id']}",
        known["query"],
        known["rows_hash"],
        known["model"],
        known["taxonomy"],
        known["contract"] or "",
        known["run"] or "",
    )


def _problem(
    session: Session,
    row: Mapping[str, Any],
    listed: Sequence[Mapping[str, Any]],
    weekly: Mapping[int, Mapping[date, int]],
) -> ProblemFact:
    total = sum(other["count"] for other in listed)
    spread = spread_of(session, row["id"])
    lifts = over_represented(spread.slices, spread.members, spread.total)[:3]
    return ProblemFact(
        id=f"PRB-{row['id']}",
        name=row["name"],
        state=PROBLEM.states[row["state"]],
        count=row["count"],
        share=row["count"] / total if total else 0.0,
        weekly=tuple(float(value) for value in weekly.get(row["id"], {}).values()),
        areas=(_area_name(row["issue"]),),
        slices=tuple(
            Slice(SLICE_NAMES[lift.kind], _slice_name(lift), lift.members / spread.members) for lift in lifts
        ),
        quotations=tuple(row["quotations"]),
        department=row["department"],
        round=row["round"],
    )


def _area_name(issue: str) -> str:
    return taxonomy().issue(issue).area_name


def _slice_name(lift: Lift) -> str:
    return CHANNELS.get(lift.value, lift.value) if lift.kind == "channel" else lift.value


def _trends(
    listed: Sequence[Mapping[str, Any]],
    weekly: Mapping[int, Mapping[date, int]],
    effects: Sequence[Mapping[str, Any]],
    period: tuple[date, date],
) -> list[Trend]:
    judged = {row["problem_id"]: row for row in _last_attempts(effects)}
    # Problems that were judged come first: their trend is the picture of the verdict.
    order = sorted(listed, key=lambda row: (row["id"] not in judged, -row["count"]))[:MOST_TRENDS]
    weeks = _mondays(*period)
    return [_trend(row, judged.get(row["id"]), weeks, weekly.get(row["id"], {})) for row in order]


def _trend(
    row: Mapping[str, Any],
    judged: Mapping[str, Any] | None,
    weeks: Sequence[date],
    counts: Mapping[date, int],
) -> Trend:
    values = tuple(float(counts.get(week, 0)) for week in weeks)
    if judged is None:
        return Trend(row["name"], tuple(weeks), values)
    spans = {
        name: date.fromisoformat(day)
        for name, day in judged["result"]["windows"].items()
        if name != "excluded"
    }
    return Trend(
        row["name"],
        tuple(weeks),
        values,
        went_live=judged["went_live"].astimezone(CHINA).date(),
        baseline=(spans["baseline_start"], spans["baseline_end"]),
        followup=(spans["followup_start"], spans["followup_end"]),
        verdict=judged["verdict"],
    )


def _mondays(first: date, last: date) -> list[date]:
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(weeks=n) for n in range((last - monday).days // 7 + 1)]


def _stages(session: Session, rows: Mapping[str, int]) -> list[Stage]:
    reached = showing.linked(session)
    return [
        Stage("收到", rows["read"], "各来源读入的全部记录。"),
        Stage("有效反馈", rows["stored"], "去除重复、无效、隔离和空白后的反馈。"),
        Stage("投诉", reached["complaints"], "其中判为投诉的反馈。"),
        Stage("归入问题", reached["in_problem"], "已归入某个问题的投诉；其余为零散投诉，未达到立项条件。"),
        Stage("已有措施", reached["acted"], "所属问题已有获批的改进措施。"),
        Stage("已作结论", reached["judged"], "所属问题的措施已作出效果结论。"),
    ]


def _channels(session: Session, start: datetime, end: datetime) -> list[ChannelFact]:
    rows = showing.channels(session, start, end)
    return [ChannelFact(CHANNELS.get(r["channel"], r["channel"]), r["count"], r["complaints"]) for r in rows]


def _departments(session: Session, now: datetime) -> list[DepartmentFact]:
    late = set(overdue(session, now)[1])
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for row in showing.actions(session):
        by_name.setdefault(row["department"], []).append(row)
    return [
        DepartmentFact(
            name=name,
            actions=len(rows),
            implemented=sum(row["went_live"] is not None for row in rows),
            effective=sum(row["verdict"] == "effective" for row in rows),
            failed=sum(row["verdict"] in ("ineffective", "worse") for row in rows),
            overdue=sum(row["id"] in late for row in rows),
        )
        for name, rows in sorted(by_name.items())
    ]


def _overdue(session: Session, now: datetime) -> list[Overdue]:
    _, actions = overdue(session, now)
    names = {d.code: d.name for d in session.query(Department)}
    found = []
    for id_ in actions:
        action = session.get_one(Action, id_)
        late = (now - action.due_at).total_seconds() / 3600
        found.append(Overdue("改进措施", action.measure, names[action.department], action.due_at, late))
    return found + _late_cases(session, names, now)


def _late_cases(session: Session, names: Mapping[str, str], now: datetime) -> list[Overdue]:
    """Sum late cases up by department: leadership needs the place, not five hundred lines."""
    late: dict[str, list[Case]] = {}
    for case in session.query(Case).filter(Case.state == "assigned", Case.respond_by < now):
        late.setdefault(case.department or "", []).append(case)
    found = []
    for code, cases in sorted(late.items()):
        oldest = min(case.respond_by for case in cases)
        hours = (now - oldest).total_seconds() / 3600
        found.append(
            Overdue("个案", f"{len(cases)} 件个案首次答复超时", names.get(code, code), oldest, hours)
        )
    return found


def _quality_score(session: Session) -> float | None:
    scores = [row["quality_score"] for row in showing.deliveries(session) if row["quality_score"] is not None]
    return float(np.mean(scores)) if scores else None


def _quality(rows: Mapping[str, int]) -> tuple[QualityFact, ...]:
    fresh = rows["read"] - rows["duplicate"] - rows["blank"]
    return (
        QualityFact("可识别（时间、评分、编码正确）", fresh - rows["quarantined"], fresh),
        QualityFact(
            "内容有效（非广告、测试、占位）",
            fresh - rows["quarantined"] - rows["rejected"],
            fresh - rows["quarantined"],
        ),
    )
