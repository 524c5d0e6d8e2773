"""Aggregate: gather complaints about one issue, or one event, into problems that keep their identity."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from models.analysis.analysing import feedback_times, issue_events
from models.change import begin, lock_out
from models.engine import transaction
from models.measures.improving import store_departments
from models.problems.aggregating import daily, enrol, mark_gathered, new_issues, span_of, ungathered, widen
from settings import get_settings
from tasks.assets import organisation as organisation
from tasks.assets import taxonomy
from tasks.candidates import gather_events
from tasks.common import by, stage
from tasks.interpreter import at_work
from voc.problems import Daily, Policy, Window, first_recurrence, may_recur, seconds
from voc.routing import route


def policy() -> Policy:
    """Return how much recurrence makes a problem."""
    settings = get_settings()
    return Policy(
        timedelta(days=settings.problem_window_days),
        settings.problem_min_customers,
        settings.problem_min_share,
    )


@stage("聚合问题")
def aggregate_problems(now: datetime) -> dict[str, int]:
    """Put the newly analysed feedback into the problems it belongs to, and begin problems that recur."""
    with at_work(), transaction() as session:
        lock_out(session, "aggregate")
        store_departments(session, organisation())
        batches = ungathered(session)
        if not batches:
            return {"members": 0, "problems": 0, "events": 0, "merged": 0}
        members = enrol(session, batches, None)
        detected = _detect(session, batches, now)
        if detected:
            members += enrol(session, None, detected)
        events = gather_events(session, batches, now)
        widen(session, batches, detected)
        mark_gathered(session, batches, now)
        return {"members": members, "problems": len(detected), **events}


def _detect(session: Session, batches: list[int], now: datetime) -> list[int]:
    span = span_of(session, batches)
    issues = new_issues(session, batches)
    if span is None or not issues:
        return []
    found = _found(session, issues, span, now)
    return begin(
        session,
        "problem",
        "detect",
        [_row(i, w) for i, w in sorted(found.items())],
        by("rule:recurrence", now),
    )


def _found(
    session: Session, issues: list[str], span: tuple[datetime, datetime], now: datetime
) -> dict[str, Window]:
    since, until = span[0] - policy().window, span[1]
    possible = _possible(session, issues, span[0] - policy().reach, until)
    everything = feedback_times(session, since, until) if possible else seconds([])
    found: dict[str, Window] = {}
    for issue, events in issue_events(session, list(possible), since, until).items():
        times = seconds([at for at, _ in events])
        customers = np.array([customer for _, customer in events], dtype=np.int64)
        # Of the window before the new feedback only the end is known here.
        known = possible[issue]
        window = first_recurrence(times, customers, everything, policy(), now, span[0].timestamp(), known)
        if window:
            found[issue] = window
    return found


def _possible(session: Session, issues: list[str], since: datetime, until: datetime) -> dict[str, Daily]:
    """Count the days of the issues that can have recurred by them: only of those every complaint is read."""
    first, last = since.astimezone(UTC).date() - timedelta(days=1), until.astimezone(UTC).date()
    counts = daily(session, issues, first, last)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    columns = {issue: np.array([own.get(day, 0) for day in days]) for issue, own in counts.items()}
    whole, beginning = columns.pop("", np.zeros(len(days), np.int64)), (first - date(1970, 1, 1)).days
    known = {issue: Daily(beginning, own, whole) for issue, own in columns.items()}
    return {issue: one for issue, one in known.items() if may_recur(one, policy())}


def _row(issue: str, window: Window) -> dict[str, object]:
    known = taxonomy().issue(issue)
    return {
        "key": f"issue:{issue}",
        "issue": issue,
        "area": known.area,
        "name": known.problem,
        "department": route(issue, 0, organisation())[0],
        "first_seen_at": window.end,
        "detected_at": window.end,
        "alarm_from": window.start,
        "alarm_until": window.end,
    }
