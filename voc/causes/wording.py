"""The findings of a root-cause view in plain Chinese."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from hashlib import blake2b
from typing import Final

from voc.causes.slices import SLICE_NAMES, Lift
from voc.intake.rows import CHANNELS
from voc.reading.taxonomy import DIMENSIONS
from voc.zone import day_words

SEGMENTS: Final = ("普通客户", "银卡客户", "金卡客户", "钻石客户")
WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
RETURNING: Final = {"new": "首次反馈的客户", "old": "以前反馈过的客户"}
LONGEST = 28
_STAFF_NUMBER = re.compile(r"[A-Za-z0-9#_\-/. ]*\d[A-Za-z0-9#_\-/. ]*")


def value_name(kind: str, value: str) -> str:
    """Write a slice's value as people read it; a person is a staff number and never a name."""
    match kind:
        case "channel":
            return CHANNELS.get(value, value)
        case "hour":
            return f"{int(value)}–{int(value) + 3} 时"
        case "weekday":
            return WEEKDAYS[int(value) - 1]
        case "segment":
            return SEGMENTS[int(value)]
        case "seen":
            return RETURNING[value]
        case "agent":
            return staff_number(value)
    return value


def staff_number(value: str) -> str:
    """Return a staff number as it is; anything else may be a name and becomes a number that stands for it."""
    if _STAFF_NUMBER.fullmatch(value):
        return value
    return f"代号 {blake2b(value.encode(), digest_size=2).hexdigest()}"


def shortened(name: str, most: int = LONGEST) -> str:
    """Cut the long names that shops give their goods."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def times(ratio: float) -> str:
    """Write a ratio: 0.02, 6.2 or 12."""
    if ratio < 0.095:
        return f"{ratio:.2f}"
    return f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:.0f}"


def lift_words(lift: Lift) -> str:
    """Say one over-represented slice with its interval and its part of the members that name one of its kind."""
    if lift.ratio is None or lift.low is None or lift.high is None:
        return (
            f"{SLICE_NAMES.get(lift.kind, lift.kind)}「{value_name(lift.kind, lift.value)}」：{lift.unsaid}"
        )
    named = f"{SLICE_NAMES.get(lift.kind, lift.kind)}「{shortened(value_name(lift.kind, lift.value))}」"
    part = f"占本问题 {lift.part:.0%}"
    if lift.only:
        return f"{named}：只在这里出现（至少是其他的 {times(lift.low)} 倍，{part}）"
    return f"{named}出现率是其他的 {times(lift.ratio)} 倍（95% 区间 {times(lift.low)}–{times(lift.high)}，{part}）"


def concentration(found: Sequence[Lift], most: int = 3) -> str:
    """Say in one sentence where a problem is concentrated, or that it is not, or that one cannot know."""
    over = [lift for lift in found if lift.over]
    if over:
        return f"集中在：{'；'.join(lift_words(lift) for lift in over[:most])}。"
    told = [name for kind, name in SLICE_NAMES.items() if any(x.kind == kind and not x.unsaid for x in found)]
    if not told:
        return "条数太少或缺少地区、产品等信息，还看不出集中在哪里。"
    return f"按{'、'.join(told)}比较，没有明显差别，未见集中。"


def draft_root_cause(name: str, dimension: str, found: Sequence[Lift], day: date) -> str:
    """Write the first draft of a root cause from the evidence of that day, for a department to confirm or correct."""
    kind = DIMENSIONS.get(dimension, dimension)
    return f"系统初判（{day_words(day)}，待部门复核）：{name}，属{kind}因素。{concentration(found)}"
