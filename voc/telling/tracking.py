"""What a customer sees of a feedback: five stages in order, the next promised time, one sentence on what changed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from voc.telling.messages import OBSERVING, effect_phrase

STAGES: Mapping[str, str] = {
    "received": "已收到",
    "working": "处理中",
    "improved": "已改进",
    "asking": "待您确认",
    "closed": "已关闭",
}
NUMBER = re.compile(r"VOC-[0-9A-HJKMNP-TV-Z]{10}")
# Crockford's alphabet has no I, L, O: whoever writes them down means what they look like.
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})
_DIGITS = re.compile(r"[0-9]{4}")


def read_number(typed: str) -> str | None:
    """Return a tracking number as it is stored, from how people type it; None when it cannot be one."""
    plain = re.sub(r"[\s\-—–_]", "", unicodedata.normalize("NFKC", typed[:40]).upper())
    body = plain.removeprefix("VOC").translate(_ALIKE)
    number = f"VOC-{body}"
    return number if NUMBER.fullmatch(number) else None


def read_digits(typed: str) -> str | None:
    """Return the last four digits of a telephone as they are stored; None when they cannot be some."""
    plain = unicodedata.normalize("NFKC", typed[:40]).strip()
    return plain if _DIGITS.fullmatch(plain) else None


@dataclass(frozen=True)
class Stage:
    """One stage of the timeline: done at a time, the present one, or still to come."""

    code: str
    title: str
    at: datetime | None
    state: str  # done, now, ahead, or skipped: passed without anything having happened


@dataclass(frozen=True)
class Change:
    """A measure on a problem the feedback belongs to, live, with its last verdict if there is one."""

    measure: str
    went_live: datetime
    verdict: str | None = None
    relative_change: float | None = None
    metric: str = "complaint_rate"
    verification: int | None = None


def timeline(
    received: datetime, state: str | None, log: Sequence[tuple[str, datetime]], changes: Sequence[Change]
) -> list[Stage]:
    """Put the stages of a feedback in order, from its case's state and log; a re-opened case is worked on again."""
    begun = [at for step, at in log if step in ("assign", "reopen")]
    solved = [at for step, at in log if step == "resolve"] if state in ("resolved", "confirmed") else []
    closed = [at for step, at in log if step == "confirm"] if state == "confirmed" else []
    live = min((change.went_live for change in changes), default=None)
    times = {
        "received": received,
        "working": begun[-1] if begun else None,
        "improved": live,
        "asking": solved[-1] if solved else None,
        "closed": closed[-1] if closed else None,
    }
    present = _present(state, live)
    return [Stage(code, title, times[code], _standing(code, present, live)) for code, title in STAGES.items()]


def _standing(code: str, present: str, live: datetime | None) -> str:
    order = list(STAGES)
    if code == present:
        return "now"
    if order.index(code) > order.index(present):
        # A measure may be live before the case itself is solved.
        return "done" if code == "improved" and live else "ahead"
    return "skipped" if code == "improved" and live is None else "done"


def _present(state: str | None, live: datetime | None) -> str:
    match state:
        case "confirmed":
            return "closed"
        case "resolved":
            return "asking"
        case None:
            return "improved" if live else "received"
        case "received" | "acknowledged":
            return "received"
        case _:
            return "working"


def may_answer(state: str | None) -> tuple[bool, bool]:
    """Tell whether the customer may now say (satisfied, not satisfied)."""
    return state == "resolved", state in ("responded", "resolved", "confirmed")


def what_changed(change: Change) -> str:
    """Say in one sentence what was changed; an effect that nobody verified is never a number."""
    effect = effect_phrase(change.verdict or "", change.relative_change, change.metric)
    if effect != OBSERVING and not change.verification:
        effect = OBSERVING
    return f"{change.measure}——{effect}。"
