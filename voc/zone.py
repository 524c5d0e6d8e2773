"""The zone people live in: instants are stored in UTC and shown in it; days are written one way."""

from datetime import date, datetime, timedelta, timezone

# China has had one zone and no summer time since 1991, so a fixed offset spares the look-ups of a zone file.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


def day_words(when: date) -> str:
    """Write a day, or of an instant its day in China: 2026年11月21日."""
    day = _local(when)
    return f"{day.year}年{day.month}月{day.day}日"


def day_of_year(when: date) -> str:
    """Write a day without its year: 11月21日."""
    day = _local(when)
    return f"{day.month}月{day.day}日"


def _local(when: date) -> date:
    return when.astimezone(CHINA) if isinstance(when, datetime) and when.tzinfo is not None else when
