"""Reports on file: writing one down, asking for its approval, and telling leadership once it was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.change import By
from models.measures import approving
from models.schema.loop import Action, Department
from models.schema.outbox import OutboxMessage
from models.schema.proof import Report
from settings import get_settings

DECIDE_DAYS = 2


def file(session: Session, row: Report) -> Report:
    """Write a report down; a draft under the same path is written over and keeps its number."""
    known = by_path(session, row.path)
    if known is None:
        session.add(row)
        session.flush()
        return row
    for name in ("kind", "title", "period_start", "period_end", "sha256", "facts", "lineage", "scope",
                 "created_at", "run"):  # fmt: skip
        setattr(known, name, getattr(row, name))
    known.pdf_path = known.xlsx_path = None
    session.flush()
    return known


def by_path(session: Session, path: str) -> Report | None:
    """Find a report by its page."""
    return session.scalar(select(Report).where(Report.path == path).order_by(Report.id.desc()).limit(1))


def is_settled(session: Session, path: str) -> bool:
    """Whether somebody was already asked about the report under a path."""
    return bool(session.scalar(select(exists().where(Report.path == path, Report.asked_at.is_not(None)))))


def get(session: Session, id_: int) -> Report | None:
    """Find a report by its number."""
    return session.get(Report, id_)


def reports(session: Session, limit: int = 50) -> Sequence[Report]:
    """List the reports, newest first."""
    return session.scalars(select(Report).order_by(Report.id.desc()).limit(limit)).all()


def link(report_id: int) -> str:
    """Return the address of a report, or nothing when no address is configured."""
    base = get_settings().public_url
    return f"{base.rstrip('/')}/reports/{report_id}" if base else ""


def ask(session: Session, report: Report, who: By) -> int:
    """Ask leadership's approver whether a report may go out; a question that is open is not asked again."""
    body = f"统计期 {report.period_start} 至 {report.period_end}。批准后，领导会收到带链接的通知。"
    number = approving.request(
        session, "report", f"report:{report.id}", report.title, body, link(report.id) or None,
        get_settings().report_approver, who.at + timedelta(days=DECIDE_DAYS), who,
    )  # fmt: skip
    report.approval_id, report.asked_at = number, report.asked_at or who.at
    return number


def settle(session: Session, who: By) -> list[int]:
    """Release what was approved: leadership is told with a link, once; what was refused goes back to its author."""
    waiting = session.scalars(select(Report).where(Report.state == "waiting").with_for_update()).all()
    released = []
    for report in waiting:
        answer = approving.answer(session, "report", f"report:{report.id}")
        if answer == "approved":
            report.released_at = who.at
            session.add(_message(report, who))
            released.append(report.id)
        elif answer in ("refused", "withdrawn"):
            report.refused_at = who.at
    session.flush()
    return released


def _message(report: Report, who: By) -> OutboxMessage:
    data = {
        "template": "report_released", "title": report.title, "since": str(report.period_start),
        "until": str(report.period_end), "link": link(report.id), "report": report.id,
    }  # fmt: skip
    return OutboxMessage(
        subject=f"report:{report.id}", event="report_released", round=1, audience="leadership",
        recipient="leadership", channel=get_settings().department_channel, data=data, next_attempt_at=who.at,
        created_at=who.at,
    )  # fmt: skip


def action_exists(session: Session, id_: int) -> bool:
    """Whether there is an action of this number."""
    return session.get(Action, id_) is not None


def department_exists(session: Session, code: str) -> bool:
    """Whether there is a department of this code."""
    return session.get(Department, code) is not None


def departments(session: Session) -> list[str]:
    """List the departments that have actions."""
    return list(session.scalars(select(Action.department).distinct().order_by(Action.department)))
