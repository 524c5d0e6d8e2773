"""Gather everything a report says, as it was known at its moment; the core orders and words it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.analysis.recoding import breaks
from models.views.reporting import QUERIES, STEPS, VERDICTS, Asked, ask, department_names
from settings import get_settings
from tasks.analyse import model, taxonomy
from tasks.reporting.data import audited, checks, delivered, impacts, quality_score
from tasks.reporting.effects import awaiting, claim_of, effects, verification
from tasks.reporting.figures import Counted, counted, headline_numbers
from tasks.reporting.gaming import Seen, look
from tasks.reporting.loop import channels, departments, funnel, overdue, problems, trends
from tasks.reporting.origins import Origins
from voc.lifecycle import ACTION
from voc.reporting.crediting import Credit, credits, marked
from voc.reporting.facts import Break, Facts, Overdue
from voc.wording import who
from voc.zone import CHINA

TITLES = {
    "run": "客户之声闭环报告", "weekly": "客户之声周报", "monthly": "客户之声月报", "action": "改进措施效果报告",
    "department": "部门客户之声报告", "meeting": "复盘会议程",
}  # fmt: skip
COMPARED = ("weekly", "monthly", "department", "meeting")
Row = dict[str, Any]
Judging = Callable[[Session, list[Row]], list[Row]]


@dataclass(frozen=True)
class Scope:
    """What it takes to write a report, and to write it again: kind, days, moment, whom it is about, and names."""

    kind: str
    first: date
    last: date
    now: datetime
    department: str | None = None
    action: int | None = None
    run: str = ""
    company: str = ""

    def asked(self) -> Asked:
        """Return the period as half-open moments, with the period of equal length before it."""
        since = datetime.combine(self.first, time(), CHINA)
        until = datetime.combine(self.last + timedelta(days=1), time(), CHINA)
        earlier = since - (until - since) if self.kind in COMPARED else since
        return Asked(since, until, earlier, self.now, self.department, self.kind in ("run", "action"))

    def stored(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        values = {**asdict(self), "first": self.first.isoformat(), "last": self.last.isoformat()}
        return {**values, "now": self.now.isoformat()}


def scope_of(stored: dict[str, Any]) -> Scope:
    """Read a stored scope back."""
    days = {name: date.fromisoformat(stored[name]) for name in ("first", "last")}
    return Scope(**{**stored, **days, "now": datetime.fromisoformat(stored["now"])})


def gather(session: Session, scope: Scope, judge: Judging = lambda _, stored: stored) -> Facts:
    """Gather everything a report says from the database; `judge` may put other verdicts in place of stored ones."""
    asked, origins = scope.asked(), Origins(scope.run)
    found = counted(session, asked)
    verdicts = judge(session, ask(session, VERDICTS, asked))
    # One correction over all measures that are told or counted; whatever follows uses what it left standing.
    last, told = _last(scope, verdicts), _told(scope, verdicts, asked)
    compared = last if scope.action else {row["id"]: row for row in (*last, *told)}.values()
    credit = credits([claim_of(row) for row in compared])
    rows = delivered(session, asked, found.said, origins)
    seen = look(session, asked)
    late = [] if scope.action else overdue(session, found.actions, asked)
    _note_lists(seen, late, origins)
    audit = audited(asked, origins)
    judged = effects(session, told, asked, origins, credit)
    listed = marked(
        problems(session, found.problems, asked, _only(scope, found), origins), _unsolved(last, credit)
    )
    return Facts(
        company=scope.company, period=(scope.first, scope.last), generated_at=scope.now, title=_title(scope),
        kind=scope.kind, about=_about(scope, found, session),
        previous=_previous(scope), taxonomy_version=taxonomy().version, model_version=model().version,
        run=scope.run, rows=rows, quality_score=quality_score(session, asked), quality=checks(rows),
        numbers=tuple(_numbers(session, scope, asked, found, seen, origins)),
        effects=judged, overdue=tuple(late), problems=listed,
        trends=tuple(trends(listed, judged, asked)),
        breaks=tuple(_break(row) for row in breaks(session) if _within(row, asked)),
        stages=() if scope.action else tuple(funnel(session, found, verdicts, asked, origins)),
        channels=() if scope.action or scope.department else tuple(channels(found.said, origins)),
        departments=() if scope.action else tuple(
            departments(session, found, {r["action_id"]: credit[verification(r)].verdict for r in last}, seen, asked,
                        origins)),
        awaiting=tuple(awaiting(session, _own(scope, found), asked)), flags=seen.flags, audit=audit,
        impacts=tuple(impacts(session, rows, found.said, judged, audit, asked, origins)),
        queries=dict(QUERIES), timeline=tuple(_timeline(session, scope, asked)), lineage=origins.listed(),
    )  # fmt: skip


def _note_lists(seen: Seen, late: Sequence[Overdue], origins: Origins) -> None:
    if late:
        rows = [(one.kind, one.name, one.due) for one in late]
        origins.note(
            "overdue", "逾期事项", "ACTIONS + LATE_CASES", rows, "到报告时已过期限、还没有完成的措施与个案。"
        )
    if seen.flags:
        origins.note(
            "flags",
            "异常迹象",
            "models.gaming",
            seen.signs,
            "期内的个案日志中，结案好看而未必解决问题的迹象。",
        )


def _numbers(
    session: Session, scope: Scope, asked: Asked, found: Counted, seen: Seen, origins: Origins
) -> list[Any]:
    return [] if scope.action else headline_numbers(session, asked, found, origins, seen.cases)


def _told(scope: Scope, verdicts: Sequence[Row], asked: Asked) -> list[Row]:
    """Choose the verdicts a report tells: all looks at its measure, else the last look at each within the period.

    What was judged between the end of a month and the morning its report is written belongs to the next one.
    """
    if scope.action:
        return [row for row in verdicts if row["action_id"] == scope.action]
    if scope.kind in ("run", "department"):
        return _last(scope, verdicts)
    return _last(scope, [row for row in verdicts if asked.since <= row["computed_at"] < asked.until])


def _last(scope: Scope, verdicts: Sequence[Row]) -> list[Row]:
    """The last look at each measure a report is about: what it tells, and what it counts by department."""
    last = {row["action_id"]: row for row in verdicts}.values()
    about = scope.action or None
    return [
        row for row in last if scope.department in (None, row["code"]) and about in (None, row["action_id"])
    ]


def _unsolved(last: Sequence[Row], credit: Mapping[str, Credit]) -> set[str]:
    return {f"PRB-{row['problem_id']}" for row in last if credit[verification(row)].alone}


def _only(scope: Scope, found: Counted) -> set[int] | None:
    if scope.action:
        return {row["problem_id"] for row in found.actions if row["id"] == scope.action}
    if scope.department:
        return {row["id"] for row in found.problems if row["code"] == scope.department}
    return None


def _own(scope: Scope, found: Counted) -> list[Row]:
    return [row for row in found.actions if scope.action in (None, row["id"])]


def _about(scope: Scope, found: Counted, session: Session) -> str:
    if scope.action:
        return next(
            (f"{r['problem']} · {r['measure']}" for r in found.actions if r["id"] == scope.action), ""
        )
    return department_names(session).get(scope.department, scope.department) if scope.department else ""


def _title(scope: Scope) -> str:
    return TITLES[scope.kind]


def _previous(scope: Scope) -> tuple[date, date] | None:
    if scope.kind not in COMPARED:
        return None
    span = scope.last - scope.first + timedelta(days=1)
    return scope.first - span, scope.first - timedelta(days=1)


def _within(row: dict[str, Any], asked: Asked) -> bool:
    return bool(row["rows_recoded"]) and row["started_at"] <= asked.now


def _break(row: dict[str, Any]) -> Break:
    since = row["since"]
    return Break(
        on=row["started_at"].astimezone(CHINA).date(),
        versions=f"{row['model_version']} / {row['taxonomy_version']}",
        rows=row["rows_recoded"],
        type_share=row["type_changed"] / row["rows_recoded"],
        issue_share=row["issue_changed"] / row["rows_recoded"],
        since=since.astimezone(CHINA).date() if since else None,
    )


def _timeline(session: Session, scope: Scope, asked: Asked) -> list[tuple[date, str, str]]:
    if not scope.action:
        return []
    return [
        (
            row["at"].astimezone(CHINA).date(),
            _said(ACTION.steps[row["step"]].title, row["reason"]),
            who(row["by"]),
        )
        for row in ask(session, STEPS, asked, action=scope.action)
    ]


def _said(words: str, reason: str | None) -> str:
    return f"{words}：{reason}" if reason else words


def company() -> str:
    """Return the name that stands on reports."""
    return get_settings().company
