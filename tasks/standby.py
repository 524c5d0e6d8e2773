"""Standby: urgent feedback that nothing has reacted to in time gets its case, whatever has become of the scheduler."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.engine import transaction
from models.events import urgent_feedback
from models.measures.improving import unanswered
from settings import get_settings
from tasks.improve import ANSWERED, open_cases

# The usual way takes two to seven seconds; with the look and the triage itself this stays below fifteen.
PATIENCE = timedelta(seconds=8)
BACK = timedelta(hours=1)  # what is older was left by more than a slow scheduler: the hourly rounds see to it


def triage_what_is_left(now: datetime) -> int:
    """Open the cases of urgent feedback that has waited too long; return how many were opened."""
    since = now - timedelta(days=get_settings().case_max_age_days)
    with transaction() as session:
        heard = urgent_feedback(session, now - BACK, now - PATIENCE)
        left = unanswered(session, ANSWERED, since, heard) if heard else []
    opened: int = open_cases.fn(now) if left else 0
    return opened
