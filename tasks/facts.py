"""The sections of a report as plain facts: effects, problems, trends, the funnel, departments, what is late."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from models import showing
from models.improving import overdue
from models.loop import Action, Case, Department
from models.recoding import breaks
from settings import get_settings
from tasks.analyse import model, taxonomy
from tasks.causes import ground
from tasks.common import run_id
from tasks.figures import headline_numbers
from voc.causes.slices import SLICE_NAMES, over_represented
from voc.causes.wording import value_name
from voc.facts import (
    Break,
    ChannelFact,
    DepartmentFact,
    EffectFact,
    Facts,
    Lineage,
    Overdue,
    ProblemFact,
    QualityFact,
    Slice,
    Stage,
    Trend,
)
from voc.intake import CHANNELS
from voc.lifecycle import PROBLEM
from voc.zone import CHINA

MOST_PROBLEMS = 20
MOST_TRENDS = 8


def gather(session: Session, period: tuple[date, date], now: datetime) -> Facts:
    """Gather everything a report says from the database."""
    start = datetime.combine(period[0], time(), CHINA)
    end = datetime.combine(period[1] + timedelta(days=1), time(), CHINA)
    numbers, lineage = headline_numbers(session, start, end)
    effects = showing.verifications(session)
    # Feedback about one event is in the problem of its issue as well, and shares are added up.
    listed = [row for row in showing.problems(session) if row["kind"] != "incident"][:MOST_PROBLEMS]
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
        breaks=tuple(_break(row) for row in breaks(session) if row["rows_recoded"]),
        stages=tuple(_stages(session, rows)),
        channels=tuple(_channels(session, start, end)),
        departments=tuple(_departments(session, now)),
        lineage=(*lineage, *(_effect_lineage(row) for row in _last_attempts(effects))),
    )


def _break(row: Mapping[str, Any]) -> Break:
    since = row["since"]
    return Break(
        on=row["started_at"].astimezone(CHINA).date(),
        versions=f"{row['model_version']} / {row['taxonomy_version']}",
        rows=row["rows_recoded"],
        type_share=row["type_changed"] / row["rows_recoded"],
        issue_share=row["issue_changed"] / row["rows_recoded"],
        since=since.astimezone(CHINA).date() if since else None,
    )


def _last_attempts(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return list({row["action_id"]: row for row in rows}.values())


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
    known = ground(session, row["id"])
    lifts = over_represented(known.lifts)[:3] if known else []
    return ProblemFact(
        id=f"PRB-{row['id']}",
        name=row["name"],
        state=PROBLEM.states[row["state"]],
        count=row["count"],
        share=row["count"] / total if total else 0.0,
        weekly=tuple(float(value) for value in weekly.get(row["id"], {}).values()),
        areas=tuple(row["areas"]),
        slices=tuple(
            Slice(SLICE_NAMES[lift.kind], value_name(lift.kind, lift.value), lift.part) for lift in lifts
        ),
        quotations=tuple(row["quotations"]),
        department=row["department"],
        round=row["round"],
    )


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
