"""Working days and deadlines on the Chinese calendar; the clocks of promised times are in voc.sla."""

from __future__ import annotations

from datetime import datetime

from voc.sla.calendar import OFFICE, Calendar, covered, due, is_working_day, worked

__all__ = ["OFFICE", "Calendar", "covered", "due", "is_working_day", "worked", "working_days_due"]


def working_days_due(start: datetime, days: float, calendar: Calendar = OFFICE) -> datetime:
    """Return when a number of working days has passed, for instance the lead time of a measure."""
    return due(start, days * calendar.day_hours, calendar)
