"""Causes: gather what is known of a problem, let the core find what stands out, write it down as a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from prefect.artifacts import create_markdown_artifact
from sqlalchemy.orm import Session

from models.engine import transaction
from models.intake.business import changes_between, count_changes
from models.problems.causes import (
    Days,
    Member,
    cells_of,
    counted_by,
    days_of,
    head_of,
    known_figure,
    members_of,
    pages_due,
    repeats_of,
    told_beside,
    traded_by,
)
from models.views import leading
from models.views.alarm_list import alarms_of
from models.views.problem_list import quotations
from notifications.cause_pages import render_causes
from settings import asset_text, get_settings
from tasks.assets import taxonomy
from tasks.common import stage
from voc.causes.changes import SCOPES, Suspicion, begin_of, nearby, suspicions
from voc.causes.costs import Costs, estimate, parse_costs
from voc.causes.fishbone import Bone, Told, circumstances, fishbone
from voc.causes.onset import Onset, find_onset, stretch, weekly
from voc.causes.pareto import Counted
from voc.causes.rates import SliceRate, WeekRate, slice_rates, weekly_rates
from voc.causes.slices import Lift, lifts
from voc.causes.view import Head, Spread, View, Week
from voc.causes.wording import value_name
from voc.errors import InputError
from voc.lifecycle import PROBLEM
from voc.quotations import Passage, choose, typical

RECENT_DAYS = 28
PAGE_AGE = timedelta(days=7)


@dataclass(frozen=True)
class Ground:
    """A problem's days, when it began, and where it is concentrated since."""

    days: Days
    figure: str
    onset: Onset | None
    spread: Spread
    lifts: list[Lift]


def ground(session: Session, problem_id: int) -> Ground | None:
    """Find when a problem began and where it is concentrated since; None when it has no member."""
    figure = known_figure(session)
    days = days_of(session, problem_id, figure)
    if days is None or not any(days.members):
        return None
    onset = find_onset(days.first, days.members, _exposure(days))
    since, until = stretch(days.first, days.members, onset)
    span = (begin_of(since), begin_of(until + timedelta(days=1)))
    cells, repeats = cells_of(session, problem_id, *span), repeats_of(session, problem_id, *span)
    part = slice((since - days.first).days, (until - days.first).days + 1)
    spread = Spread(since, until, sum(days.members[part]), sum(days.total[part]))
    return Ground(days, figure, onset, spread, lifts(cells, repeats=repeats))


def _exposure(days: Days) -> Sequence[float]:
    """Orders where every day with a member has them, otherwise all feedback."""
    known = all(orders > 0 for orders, members in zip(days.orders, days.members, strict=True) if members)
    return np.nan_to_num(days.orders).tolist() if known else [float(total) for total in days.total]


def costs() -> Costs:
    """Return the unit costs in force."""
    return parse_costs(asset_text("costs.toml"))


def view_of(session: Session, problem_id: int, now: datetime) -> View:
    """Gather everything a root-cause page says; InputError when there is no such problem or nothing to say."""
    row = head_of(session, problem_id)
    if row is None:
        raise InputError(f"没有编号为 {problem_id} 的问题；voc problems 列出所有问题。")
    found = ground(session, problem_id)
    if found is None:
        raise InputError(f"问题 {problem_id}「{row['name']}」现在没有成员反馈，没有可以分析的内容。")
    members, quoted = members_of(session, problem_id), quotations(session, [problem_id]).get(problem_id, [])
    over = [lift for lift in found.lifts if lift.over]
    before = _before(session, found, over, _about(row))
    unit, recent = costs(), sum(found.days.members[-RECENT_DAYS:])
    return View(
        head=_head(row, quoted),
        weeks=_weeks(found.days),
        onset=found.onset,
        spread=found.spread,
        lifts=tuple(found.lifts),
        changes=tuple(before),
        changes_known=count_changes(session),
        exposure=found.figure,
        rates=_rates(found),
        slice_rates=tuple(_slice_rates(session, problem_id, found.figure)),
        cost=estimate(row["count"], row["issue"], row["area"], unit),
        cost_recent=estimate(recent, row["issue"], row["area"], unit),
        bones=tuple(_bones(session, row, members, quoted, over, before)),
        company=get_settings().company,
        written_at=now,
        alarms=tuple(alarms_of(session, problem_id)),
    )


def _head(row: dict[str, Any], quoted: Sequence[str]) -> Head:
    return Head(**{**row, "state": PROBLEM.states[row["state"]], "dimension": row["dimension"] or "",
                   "root_cause": row["root_cause"] or "", "quotations": tuple(quoted)})  # fmt: skip


def _about(row: dict[str, Any]) -> str:
    known = taxonomy()
    issue = known.issue(row["issue"]).name if row["issue"] in known else ""
    return "，".join([row["name"], issue, known.areas.get(row["area"], "")])


def _weeks(days: Days) -> tuple[Week, ...]:
    mondays, members = weekly(days.first, days.members)
    _, total = weekly(days.first, days.total)
    return tuple(Week(m, int(x), int(n)) for m, x, n in zip(mondays, members, total, strict=True))


def _rates(found: Ground) -> tuple[WeekRate, ...]:
    if not found.figure:
        return ()
    known = np.array([orders > 0 for orders in found.days.orders])
    members = np.where(known, found.days.members, 0)
    mondays, events = weekly(found.days.first, members.astype(np.float64))
    _, exposure = weekly(found.days.first, np.nan_to_num(found.days.orders))
    return tuple(weekly_rates(mondays, events, exposure))


def _slice_rates(session: Session, problem_id: int, figure: str) -> list[SliceRate]:
    rates: list[SliceRate] = []
    for column in ("product", "region") if figure else ():
        rows = traded_by(session, problem_id, column, figure)
        rates += slice_rates(column, [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])
    return rates


def _before(session: Session, found: Ground, over: Sequence[Lift], about: str) -> list[Suspicion]:
    if found.onset is None:
        return []
    told = {lift.kind for lift in found.lifts if not lift.unsaid}
    where = {
        scope: [value_name(lift.kind, lift.value) for lift in over if lift.kind == scope]
        for scope in SCOPES
        if scope in told
    }
    since, until = nearby(found.onset)
    return suspicions(changes_between(session, since, until), found.onset, where, about)


def _bones(
    session: Session,
    row: dict[str, Any],
    members: Sequence[Member],
    quoted: Sequence[str],
    over: Sequence[Lift],
    before: Sequence[Suspicion],
) -> list[Bone]:
    own = Told(row["issue"], row["count"], tuple(Passage(words, 0, len(words)) for words in quoted))
    beside = [Told(*one) for one in told_beside(session, row["id"])]
    said: dict[tuple[str, str], str] = {}
    for lift in over:
        said[lift.kind, lift.value] = _quotation(lift, members, said.values())
    around = circumstances([member.passage.text for member in members])
    return fishbone(own, beside, over, said, around, before, taxonomy())


def _quotation(lift: Lift, members: Sequence[Member], used: Iterable[str]) -> str:
    inside = [member.passage for member in members if member.slices.get(lift.kind) == lift.value]
    taken = set(used)
    return next((words for words in choose(typical(inside[:40]), len(taken) + 1) if words not in taken), "")


def page_path(problem_id: int) -> Path:
    """Return where the page of a problem is written."""
    return get_settings().folder("reports/problems") / f"{problem_id}.html"


@stage("撰写根因页")
def write_problem_pages(now: datetime) -> list[int]:
    """Write the root-cause page of every confirmed problem whose evidence changed; return the numbers of all.

    What a problem is compared with changes with each feedback: a page is written again after a week in any case.
    """
    with transaction() as session:
        due = pages_due(session)
    for problem_id, evidence in due.items():
        path = page_path(problem_id)
        if _is_fresh(path, evidence, now):
            continue
        with transaction() as session:
            page = render_causes(view_of(session, problem_id, now))
        path.write_text(f"{page}\n{_mark(evidence, now)}", encoding="utf-8")
    return list(due)


def _mark(evidence: str, at: datetime) -> str:
    return f"<!-- {evidence} {at.isoformat()} -->"


def _is_fresh(path: Path, evidence: str, now: datetime) -> bool:
    if not path.exists():
        return False
    found = re.search(r"<!-- (\w+) (\S+) -->\s*$", path.read_text(encoding="utf-8")[-200:])
    if found is None or found[1] != evidence:
        return False
    return abs(now - datetime.fromisoformat(found[2])) < PAGE_AGE


@stage("展示根因页")
def show_pages(pages: Sequence[int]) -> None:
    """Link the root-cause pages."""
    with transaction() as session:
        names = {row["id"]: row["name"] for row in leading.named_problems(session, pages)}
    address = get_settings().portal_address()
    lines = [f"- [{names.get(n, f'问题 {n}')}]({address}/problems/{n}/causes)" for n in pages]
    text = "# 根因页\n\n" + ("\n".join(lines) if lines else "还没有确认的问题。")
    create_markdown_artifact(text, key="problem-pages", description="每个已确认问题的根因分析页")


def counted(session: Session, by: str, since: datetime | None, until: datetime | None) -> list[Counted]:
    """Count complaints, customers and estimated cost by problem, issue, area or department."""
    unit = costs()
    return [_counted(row, by, unit) for row in counted_by(session, by, since, until)]


def _counted(row: dict[str, Any], by: str, unit: Costs) -> Counted:
    parts = [estimate(many, issue, area, unit) for issue, area, many in row["parts"]]
    return Counted(row["key"], _named(row, by), row["count"], row["customers"], sum(p.low for p in parts),
                   sum(p.high for p in parts))  # fmt: skip


def _named(row: dict[str, Any], by: str) -> str:
    known = taxonomy()
    if by == "issue":
        return known.issue(row["key"]).name if row["key"] in known else str(row["key"])
    return known.areas.get(row["key"], row["key"]) if by == "area" else str(row["name"])
