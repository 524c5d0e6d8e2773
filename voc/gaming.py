"""Closures that look better than they are: what a target tempts people to do, seen in the logs alone.

A flag is a question to a person, not a verdict; but a closure that is flagged does not raise a figure.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.sla import COURSES, OPEN, Entry, Term, clocks

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "template_reply": "套话答复",
        "clock_stopped": "临期停钟",
        "bulk_closing": "批量关闭",
        "closed_then_reopened": "赶点关闭又重开",
        "own_confirmation": "自行确认",
        "instant_confirmation": "秒级确认",
    }
)


@dataclass(frozen=True)
class Limits:
    """From where on something is worth a question."""

    same_reply: int = 5  # cases answered by one person with the same words …
    same_reply_issues: int = 2  # … about at least so many different issues
    reply_length: int = 8  # shorter words say too little to be called a template
    stop_share: float = (
        0.15  # of the time left when a clock was stopped, or a case closed, at the last moment
    )
    bulk_cases: int = 20
    bulk_within: timedelta = timedelta(minutes=10)
    reopened_within: timedelta = timedelta(days=7)
    instant: timedelta = timedelta(minutes=2)


@dataclass(frozen=True)
class Line:
    """One entry of a case's log with who made it."""

    step: str
    at: datetime
    by: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class History:
    """A case with its log and what was promised to it."""

    case: int
    department: str
    issue: str
    terms: Mapping[str, Term]
    lines: Sequence[Line]


@dataclass(frozen=True)
class Flag:
    """Something to ask about: which case, when, by whom, in one Chinese sentence, with its numbers."""

    kind: str
    case: int
    department: str
    at: datetime
    by: str
    sentence: str
    numbers: Mapping[str, float]


def flags(histories: Sequence[History], limits: Limits = Limits()) -> list[Flag]:
    """List everything worth a question, by time."""
    found = [
        *_template_replies(histories, limits),
        *_bulk_closings(histories, limits),
        *(flag for one in histories for flag in _of_one(one, limits)),
    ]
    return sorted(found, key=lambda flag: (flag.at, flag.case, flag.kind))


def _of_one(one: History, limits: Limits) -> list[Flag]:
    return [*_stopped(one, limits), *_reopened(one, limits), *_confirmed(one, limits)]


def _stopped(one: History, limits: Limits) -> Iterable[Flag]:
    """A pause taken when hardly any of the promised time was left."""
    for line in one.lines:
        if (
            line.step == "pause"
            and (left := _least_left(one, line)) is not None
            and left[0] <= limits.stop_share
        ):
            yield _flag(
                one, "clock_stopped", line, f"距期限只剩 {left[1]:.0f} 分钟时暂停计时", minutes_left=left[1]
            )


def _reopened(one: History, limits: Limits) -> Iterable[Flag]:
    """Closed at the last moment, and the customer was not content."""
    for line in one.lines:
        again = next((o for o in one.lines if o.step == "reopen" and o.at >= line.at), None)
        if line.step != "resolve" or again is None or again.at - line.at > limits.reopened_within:
            continue
        left = _least_left(one, line)
        if left is not None and left[0] <= limits.stop_share:
            hours = (again.at - line.at) / timedelta(hours=1)
            sentence = f"距期限 {left[1]:.0f} 分钟时关闭，{hours:.0f} 小时后被重新打开"
            yield _flag(one, "closed_then_reopened", line, sentence, minutes_left=left[1], hours_closed=hours)


def _confirmed(one: History, limits: Limits) -> Iterable[Flag]:
    """A confirmation that is no second key: by the same person, or before anybody could have looked."""
    resolved: Line | None = None
    for line in one.lines:
        resolved = line if line.step == "resolve" else resolved
        if line.step != "confirm" or resolved is None or not line.by.startswith("person:"):
            continue
        seconds = (line.at - resolved.at) / timedelta(seconds=1)
        if line.by == resolved.by:
            yield _flag(one, "own_confirmation", line, "解决和确认是同一个人", seconds=seconds)
        elif line.at - resolved.at <= limits.instant:
            sentence = f"解决后 {seconds:.0f} 秒就由同事代为确认"
            yield _flag(one, "instant_confirmation", line, sentence, seconds=seconds)


def _least_left(one: History, line: Line) -> tuple[float, float] | None:
    """Return share and minutes left of the running clock that was nearest to its end just before a step."""
    before = [Entry(o.step, o.at, o.facts) for o in one.lines if o is not line and o.at <= line.at]
    open_ = [
        clock
        for clock in clocks(COURSES["case"], one.terms, before, line.at)
        if clock.state in OPEN and clock.state != "overdue" and clock.granted
    ]
    shares = [(clock.left / clock.granted, clock.left / timedelta(minutes=1)) for clock in open_]
    return min(shares, default=None)


def _template_replies(histories: Sequence[History], limits: Limits) -> Iterable[Flag]:
    same: dict[tuple[str, str], list[tuple[History, Line]]] = defaultdict(list)
    for one in histories:
        for line in one.lines:
            words = _plain(str(line.facts.get("reply") or line.facts.get("reason") or ""))
            if line.step in ("respond", "reply", "resolve") and len(words) >= limits.reply_length:
                same[line.by, words].append((one, line))
    for (_, words), found in same.items():
        cases, issues = {one.case for one, _ in found}, {one.issue for one, _ in found}
        if len(cases) >= limits.same_reply and len(issues) >= limits.same_reply_issues:
            sentence = f"同样的答复用于 {len(cases)} 个个案、{len(issues)} 类问题：“{words[:20]}…”"
            first = {one.case: (one, line) for one, line in reversed(found)}
            for one, line in first.values():
                yield _flag(one, "template_reply", line, sentence, cases=len(cases), issues=len(issues))


def _plain(words: str) -> str:
    """Return the words without what differs from customer to customer: numbers, spaces and punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKC", words) if c.isalpha())


def _bulk_closings(histories: Sequence[History], limits: Limits) -> Iterable[Flag]:
    closed: dict[str, list[tuple[datetime, int, History, Line]]] = defaultdict(list)
    for one in histories:
        for line in one.lines:
            if line.step in ("resolve", "confirm") and line.by.startswith("person:"):
                closed[line.by].append((line.at, one.case, one, line))
    for entries in closed.values():
        yield from _bursts(sorted(entries, key=lambda entry: entry[:2]), limits)


def _bursts(entries: Sequence[tuple[datetime, int, History, Line]], limits: Limits) -> Iterable[Flag]:
    """Flag each case that is closed together with many others; a window slides over one person's closures."""
    size = _sizes(entries, limits)
    minutes = limits.bulk_within / timedelta(minutes=1)
    for (_, _, one, line), together in zip(entries, size.tolist(), strict=True):
        if together:
            sentence = f"{minutes:.0f} 分钟内由同一人关闭 {together} 个个案"
            yield _flag(one, "bulk_closing", line, sentence, cases=together)


def _sizes(entries: Sequence[tuple[datetime, int, History, Line]], limits: Limits) -> NDArray[np.int64]:
    """Count for each closure the cases of the largest window it lies in; 0 where none is large enough."""
    many, starts, together = Counter[int](), [], []
    first = 0
    for entry in entries:
        many[entry[1]] += 1
        while entry[0] - entries[first][0] > limits.bulk_within:
            gone = entries[first][1]
            many[gone] -= 1
            if not many[gone]:
                del many[gone]
            first += 1
        starts.append(first)
        together.append(len(many) if len(many) >= limits.bulk_cases else 0)
    # A closure lies in every window that ends after it and has not left it behind.
    places = np.arange(len(entries))
    ends = np.searchsorted(np.array(starts), places, side="right")
    largest = np.maximum.reduceat(np.array([*together, 0]), np.column_stack([places, ends]).ravel())
    return np.asarray(largest[::2], dtype=np.int64)


def _flag(one: History, kind: str, line: Line, sentence: str, **numbers: float) -> Flag:
    said = f"个案 {one.case}：{sentence}。"
    return Flag(kind, one.case, one.department, line.at, line.by, said, numbers)
