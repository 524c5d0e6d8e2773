"""Report: gather what happened, let the core order and word it, write one self-contained page."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from models import showing
from models.engine import transaction
from models.proof import Report
from notifications.pages import render_report
from settings import get_settings
from tasks.common import run_id, stage
from tasks.facts import gather
from voc.facts import (
    Facts,
)
from voc.report import build
from voc.zone import CHINA


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
