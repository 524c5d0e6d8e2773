"""Hours in which nobody wants to be disturbed: messages wait until they are over, none is dropped."""

from __future__ import annotations

from datetime import datetime, timedelta

from voc.zone import CHINA


def hours_of(written: str) -> tuple[int, int] | None:
    """Read quiet hours written like 22-8; an empty text means none."""
    starts, _, ends = written.partition("-")
    return (int(starts) % 24, int(ends) % 24) if ends else None


def quiet_until(now: datetime, starts: int, ends: int) -> datetime | None:
    """Return when the quiet hours that hold now are over, None when none do; 22 to 8 goes past midnight."""
    local = now.astimezone(CHINA)
    hours = (ends - starts) % 24
    begun = (local.hour - starts) % 24
    if begun >= hours:
        return None
    top = local.replace(minute=0, second=0, microsecond=0)
    return (top + timedelta(hours=hours - begun)).astimezone(now.tzinfo)
