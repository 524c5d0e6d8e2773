"""Words for what pages show: the working time left, sizes, and codes by their Chinese names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from voc.lifecycle import LIVES
from voc.sla import Clock

SUBJECTS: Mapping[str, str] = {"digest": "摘要", "joint": "联动任务", "report": "报告", "channel": "渠道",
                               "batch": "批次", "invitation": "问卷邀请"}  # fmt: skip
SOON = 0.2  # of the granted time
DAYS_FROM = 2  # days, of work or of the calendar; shorter times are told in hours
WHOLE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Left:
    """How a clock stands: a tone (late, soon, calm, paused, none) for the colour, and words that need no colour."""

    tone: str
    words: str


def left(clock: Clock | None) -> Left:
    """Say how much working time is left."""
    if clock is None:
        return Left("none", "无时限")
    remaining = clock.left
    if remaining < timedelta(0):
        return Left("late", f"已超时 {_of_work(-remaining, clock.day)}")
    if clock.due_at is None:
        return Left("paused", f"计时已暂停，还剩 {_of_work(remaining, clock.day)}")
    if remaining <= clock.granted * SOON:
        return Left("soon", f"快到期，还剩 {_of_work(remaining, clock.day)}")
    return Left("calm", f"还剩 {_of_work(remaining, clock.day)}")


def left_until(due_at: datetime, granted: timedelta, now: datetime) -> Left:
    """Say how much time is left until a fixed moment: days of the calendar, not working time."""
    remaining = due_at - now
    if remaining < timedelta(0):
        return Left("late", f"已超时 {in_days(-remaining)}")
    tone = "soon" if remaining <= granted * SOON else "calm"
    return Left(tone, f"{'快到期，' if tone == 'soon' else ''}还剩 {in_days(remaining)}")


def left_in_words(left_s: float, day_s: float) -> str:
    """Say in a table how much working time is left, `day_s` of it being a day: 还剩 3 个工作日, 已超 1 小时 5 分."""
    words = _worked(timedelta(seconds=abs(left_s)), timedelta(seconds=day_s))
    return f"{'还剩' if left_s >= 0 else '已超'} {words}"


def _of_work(amount: timedelta, day: timedelta) -> str:
    # Beside a deadline by the calendar, hours of work have to say that they are.
    told = _worked(amount, day)
    return told if day == WHOLE_DAY or amount >= DAYS_FROM * day else f"{told}工作时间"


def _worked(amount: timedelta, day: timedelta) -> str:
    if day == WHOLE_DAY:
        return in_days(amount)
    # 112 working hours are two weeks and more: nobody counts them.
    return f"{amount // day} 个工作日" if amount >= DAYS_FROM * day else span(amount)


def in_days(amount: timedelta) -> str:
    """Write a length of time by the calendar: in days from a few on, below that in hours and minutes."""
    return f"{amount.days} 天" if amount >= timedelta(days=DAYS_FROM) else span(amount)


def span(amount: timedelta) -> str:
    """Write a length of working time in hours and minutes."""
    minutes = max(int(amount.total_seconds() // 60), 0)
    hours, rest = divmod(minutes, 60)
    if hours >= 24:
        return f"{hours} 小时"
    if hours:
        return f"{hours} 小时 {rest} 分" if rest else f"{hours} 小时"
    return f"{max(rest, 1)} 分钟"


def who(by: str) -> str:
    """Name who did something: people by name, customers as such, rules and the rest as the system."""
    kind, _, name = by.partition(":")
    return {"person": name, "customer": "客户"}.get(kind, "系统")


def receiver(code: str, departments: Mapping[str, str]) -> str:
    """Name who is told: a customer by number, departments by name."""
    kind, _, rest = code.partition(":")
    name = departments.get(rest, rest)
    told = {"customer": f"客户 {rest}", "department": name, "owner": f"{name}负责人", "leadership": "领导"}
    return told.get(kind, code)


def subject(code: str) -> str:
    """Name what a message is about: case:12 is 个案 12."""
    kind, _, number = code.partition(":")
    title = LIVES[kind].title if kind in LIVES else SUBJECTS.get(kind, kind)
    return f"{title} {number}".strip()


def size(count: int) -> str:
    """Write a number of bytes."""
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{max(count // 1024, 1)} KB"
