"""What an alarm is: one happening in one series, dated in event time, with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "spike": "投诉突增",
        "safety": "安全或故障",
        "silence": "来源中断",
        "praise_burst": "好评突增存疑",
        "copy_wave": "雷同文本成批出现",
    }
)


@dataclass(frozen=True)
class Alarm:
    """Something that happened in one series from `start` to `end` (days of Asia/Shanghai, both included).

    `series` is a stable code ("all", "area:logistics", "issue:logistics.late|region:上海", "source:…"), `label` its
    Chinese name; `raised_at` is the end of the day on which it would have been seen, whenever it was computed.
    """

    kind: str
    series: str
    label: str
    start: date
    end: date
    observed: int
    expected: float
    raised_at: datetime
    department: str  # code of the department that reviews it
    words: tuple[str, ...] = ()
    quotations: tuple[str, ...] = ()
    cause: str = ""  # one Chinese sentence
    evidence: Mapping[str, Any] = field(default_factory=dict)  # plain JSON: slices, issues, feedback ids
    issue: str | None = None
    p_value: float | None = None
    urgent: bool = False
    late: bool = False  # found in a day that had been looked at before, in rows that came later

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of alarm: {self.kind}")
        if self.end < self.start:
            raise ValueError("an alarm ends before it starts")
        if self.raised_at.tzinfo is None:
            raise ValueError("raised_at has no time zone")
