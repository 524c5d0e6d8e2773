"""Report: gather what was known, let the core order and word it, write page, paper and workbook, and file them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from models.engine import transaction
from models.intake.rereading import fingerprints
from models.schema.proof import Report
from models.views import reports, showing
from notifications.pages import render_meeting, render_report
from notifications.paper import write_pdf
from notifications.workbook import write_workbook
from settings import get_settings
from tasks.common import by, run_id, stage
from tasks.reporting.facts import Scope, company, gather
from voc.errors import InputError
from voc.reporting.agenda import agenda
from voc.reporting.facts import Facts
from voc.reporting.ledger import VERSION, printed
from voc.reporting.report import build
from voc.zone import CHINA

PAPER = ("weekly", "monthly", "action", "department", "meeting")
FOR_LEADERSHIP = ("weekly", "monthly")
RAW = "raw"  # key of the fingerprints of what was received, beside the origins of the numbers


@dataclass(frozen=True)
class Wanted:
    """Which report is wanted; days not given follow from the kind."""

    kind: str = "run"
    since: date | None = None
    until: date | None = None
    department: str | None = None
    action: int | None = None
    paper: bool | None = None  # None: PDF and workbook for the kinds that leave the house


@stage("撰写报告")
def write_report(
    now: datetime, kind: str = "run", since: date | None = None, until: date | None = None,
    department: str | None = None, action: int | None = None, paper: bool | None = None,
) -> str:  # fmt: skip
    """Write the report of a period and return the path of the page.

    None given, it is last week for a weekly one, last month for a monthly one, else all there is.
    """
    wanted = Wanted(kind, since, until, department, action, paper)
    with transaction() as session:
        report = write(session, wanted, now)
        return str(get_settings().home.resolve() / report.path)


@stage("呈送报告")
def ask_for_release(path: str, now: datetime) -> int | None:
    """Ask for approval of a report that goes to leadership; None when it is of another kind."""
    with transaction() as session:
        report = reports.by_path(session, _relative(Path(path)))
        if report is None or report.kind not in FOR_LEADERSHIP:
            return None
        return reports.ask(session, report, by("system:report", now))


def write(session: Session, wanted: Wanted, now: datetime) -> Report:
    """Write a report and file it; one that waits for approval or was released is never written over."""
    scope = _scope(session, wanted, now)
    facts = gather(session, scope)
    page = page_of(facts)
    row = reports.file(session, _row(scope, facts, page, _stem(session, scope)))
    row.lineage = row.lineage | {RAW: {"batches": fingerprints(session, now), "version": VERSION}}
    path = get_settings().home.resolve() / row.path
    path.write_text(page, encoding="utf-8")
    if wanted.paper if wanted.paper is not None else wanted.kind in PAPER:
        row.pdf_path = _relative(write_pdf(page, path.with_suffix(".pdf")))
        row.xlsx_path = _relative(write_workbook(build(facts), path.with_suffix(".xlsx")))
    session.flush()
    return row


def page_of(facts: Facts) -> str:
    """Return the page of a report: the same facts give the same bytes."""
    if facts.kind == "meeting":
        return render_meeting(agenda(build(facts)))
    return render_report(build(facts))


def _row(scope: Scope, facts: Facts, page: str, stem: str) -> Report:
    return Report(
        kind=scope.kind,
        title=" · ".join(words for words in (facts.title, facts.about) if words),
        period_start=scope.first,
        period_end=scope.last,
        department=scope.department,
        action_id=scope.action,
        path=f"reports/{stem}.html",
        sha256=hashlib.sha256(page.encode()).hexdigest(),
        facts=printed(facts),
        lineage={entry.key: vars(entry) for entry in facts.lineage},
        scope=scope.stored(),
        created_at=scope.now,
        run=scope.run or None,
    )


def _stem(session: Session, scope: Scope) -> str:
    """Name the file; the next edition of one that somebody was already asked about gets a number."""
    about = [scope.department] if scope.department else [f"ACT-{scope.action}"] if scope.action else []
    stem = "-".join([scope.kind, *about, f"{scope.last:%Y%m%d}"])
    get_settings().folder("reports")
    edition, name = 1, stem
    while reports.is_settled(session, f"reports/{name}.html"):
        edition += 1
        name = f"{stem}-{edition}"
    return name


def _relative(path: Path) -> str:
    return str(path.resolve().relative_to(get_settings().home.resolve()))


def _scope(session: Session, wanted: Wanted, now: datetime) -> Scope:
    first, last = period(session, wanted, now)
    if first > last:
        raise InputError(f"起始日 {first} 晚于截止日 {last}，请检查。")
    if wanted.action is not None and not reports.action_exists(session, wanted.action):
        raise InputError(f"没有编号为 {wanted.action} 的改进措施，用 voc actions 查看。")
    if wanted.department is not None and not reports.department_exists(session, wanted.department):
        raise InputError(f"没有代码为「{wanted.department}」的部门。")
    return Scope(wanted.kind, first, last, now, wanted.department, wanted.action, run_id() or "", company())


def period(session: Session, wanted: Wanted, now: datetime) -> tuple[date, date]:
    """Return the first and last day of a report."""
    today = now.astimezone(CHINA).date()
    first, last = _before(wanted.kind, today) or _known(session) or (today, today)
    return wanted.since or first, wanted.until or last


def _before(kind: str, today: date) -> tuple[date, date] | None:
    if kind in ("weekly", "meeting"):
        monday = today - timedelta(days=today.weekday() + 7)
        return monday, monday + timedelta(days=6)
    if kind in ("monthly", "department"):
        last = today.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last
    return None


def _known(session: Session) -> tuple[date, date] | None:
    known = showing.span(session)
    return (known[0].astimezone(CHINA).date(), known[1].astimezone(CHINA).date()) if known else None


@stage("选定报告")
def reports_wanted(kind: str, department: str | None) -> list[str | None]:
    """Name the departments to report on: each that has measures for a report by department, else none."""
    if kind != "department" or department:
        return [department]
    with transaction() as session:
        return list(reports.departments(session))


@stage("发布已审批的报告")
def release_reports(now: datetime) -> list[int]:
    """Tell leadership of the reports that were approved since."""
    with transaction() as session:
        return reports.settle(session, by("rule:approved", now))
