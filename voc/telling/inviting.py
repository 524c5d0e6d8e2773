"""Whom to ask how it was: not who wants to be left alone, not twice within an interval, not more than was set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from voc.zone import CHINA


@dataclass(frozen=True)
class Candidate:
    """A customer who could be asked about something, and when they were last asked about anything."""

    customer: int
    subject: str
    asked_at: datetime | None = None
    silent: bool = False


def choose(candidates: Iterable[Candidate], now: datetime, interval: timedelta, most: int) -> list[Candidate]:
    """Take candidates in their order, each customer once, at most `most` of them."""
    chosen: dict[int, Candidate] = {}
    for one in candidates:
        rested = one.asked_at is None or now - one.asked_at >= interval
        if len(chosen) < most and rested and not one.silent:
            chosen.setdefault(one.customer, one)
    return list(chosen.values())


def quarter_of(now: datetime) -> str:
    """Name the quarter of a moment in China: 2026Q2."""
    local = now.astimezone(CHINA)
    return f"{local.year}Q{(local.month + 2) // 3}"
