"""Aggregate: gather complaints about one issue, or one event, into problems that keep their identity."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from models.aggregating import daily, enrol, mark_gathered, new_issues, span_of, ungathered, widen
from models.analysing import feedback_times, issue_events
from models.change import begin, lock_out
from models.engine import transaction
from models.improving import store_departments
from settings import get_settings
from tasks.assets import organisation as organisation
from tasks.assets import taxonomy
from tasks.candidates import gather_events
from tasks.common import by, stage
from tasks.interpreter import at_work
from voc.problems import Policy, Window, first_recurrence, may_recur, seconds
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
    since, until = span[0] - policy().window, span[1]
    issues = _possible(session, issues, since, until)
    everything = feedback_times(session, since, until) if issues else seconds([])
    found: dict[str, Window] = {}
    for issue, events in issue_events(session, issues, since, until).items():
        times = seconds([at for at, _ in events])
        customers = np.array([customer for _, customer in events], dtype=np.int64)
        # Of the window before the new feedback only the end is known here.
        window = first_recurrence(times, customers, everything, policy(), now, span[0].timestamp())
        if window:
            found[issue] = window
    return begin(
        session,
        "problem",
        "detect",
        [_row(i, w) for i, w in sorted(found.items())],
        by("rule:recurrence", now),
    )


def _possible(session: Session, issues: list[str], since: datetime, until: datetime) -> list[str]:
    """Keep the issues that can have recurred by what is counted of each day: only of those every complaint is read."""
    first, last = since.astimezone(UTC).date() - timedelta(days=1), until.astimezone(UTC).date()
    counts = daily(session, issues, first, last)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    everything = np.array([counts.get("", {}).get(day, 0) for day in days], dtype=np.int64)
    return [
        issue
        for issue, own in counts.items()
        if issue and may_recur(np.array([own.get(day, 0) for day in days]), everything, policy())
    ]


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
