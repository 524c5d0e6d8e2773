"""Themes and needs: read what customers complain of and ask for, and let the core say what rises and what is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from models.analysis import themes as queries
from models.analysis.newest import last_moment
from models.engine import transaction
from tasks.assets import taxonomy
from voc.errors import InputError
from voc.themes.asking import asked
from voc.themes.emerging import POLICY, Said, Theme, emerging
from voc.themes.needs import Need, Voices, needs
from voc.zone import CHINA

FIRST = date(1970, 1, 1)


@dataclass(frozen=True)
class Looked:
    """Over which days something was looked for, and over how much feedback."""

    since: date
    until: date
    feedback: int


def day_asked(given: date | None) -> date:
    """Return the given day, else that of the newest feedback."""
    if given is not None:
        return given
    with transaction() as session:
        newest = last_moment(session)
    if newest is None:
        raise InputError("还没有反馈：请先采集并分析反馈（voc run）。")
    return newest.astimezone(CHINA).date()


def rising(day: date) -> tuple[Looked, list[Theme]]:
    """Find the themes that rise up to a day; later feedback is not looked at."""
    since = day - timedelta(days=POLICY.recent + POLICY.past - 1)
    with transaction() as session:
        rows = queries.complaints(session, *_between(since, day))
    said = Said(_days(rows), [row["text"] for row in rows], _whole(rows, "customer"),
                [[(a, b, issue) for a, b, issue in row["issues"]] for row in rows])  # fmt: skip
    return Looked(since, day, len(rows)), emerging(said, _number(day))


def wanted(since: date, day: date, fewest: int) -> tuple[Looked, list[Need]]:
    """Gather what is asked for between two days."""
    with transaction() as session:
        rows = queries.voices(session, *_between(since, day))
    ratings = np.array([np.nan if row["rating"] is None else row["rating"] for row in rows], dtype=np.float64)
    texts = [row["text"] for row in rows]
    voices = Voices(_whole(rows, "customer"), _days(rows), ratings, _whole(rows, "value"), texts)
    return Looked(since, day, len(rows)), needs(asked(texts), voices, fewest)


def issue_name(code: str | None) -> str:
    """Name an issue in Chinese; empty for none."""
    return "" if code is None else taxonomy().issue(code).name if code in taxonomy() else code


def day_of(number: int) -> date:
    """Return the day of a number of days since 1970."""
    return FIRST + timedelta(days=number)


def _number(day: date) -> int:
    return (day - FIRST).days


def _between(since: date, day: date) -> tuple[datetime, datetime]:
    begin, end = (datetime.combine(one, time(), CHINA) for one in (since, day + timedelta(days=1)))
    return begin.astimezone(UTC), end.astimezone(UTC)


def _days(rows: list[dict[str, Any]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return (_whole(rows, "at") + 8 * 3600) // 86400


def _whole(rows: list[dict[str, Any]], name: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([row[name] for row in rows], dtype=np.int64)
