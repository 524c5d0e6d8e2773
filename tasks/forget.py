"""Forget: carry out what customers asked to have erased, and overwrite what is older than it may be kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from models import trail
from models.customers import erasing
from models.engine import transaction
from settings import get_settings
from tasks.common import stage

WHO = "rule:upkeep"


@stage("执行删除申请")
def erase_asked(now: datetime) -> int:
    """Carry out the wishes that are old enough, each in a transaction of its own; return how much feedback that was."""
    until = now - timedelta(days=get_settings().erase_after_days)
    with transaction() as session:
        waiting = [row["id"] for row in erasing.asked(session) if row["asked_at"] <= until]
    return sum(_erased(id_, now) for id_ in waiting)


def _erased(id_: int, now: datetime) -> int:
    with transaction() as session:
        count = erasing.carry_out(session, id_, WHO, now)
        trail.note(session, now, WHO, "privacy.erased", f"erasure:{id_}", rows=count)
    return count


@stage("覆盖过期原话")
def overwrite_expired(now: datetime) -> dict[str, int]:
    """Overwrite the words that are older than their source may keep them; return how much, by source."""
    with transaction() as session:
        return erasing.retain(session, now)
