"""Cells to values for a whole batch: times of any spelling to UTC, ratings of any scale to 1-5. No I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_SPELLED = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T\s,]*(?:(?:星期|周)[一二三四五六日天])?\s*(上午|下午|晚上|中午|凌晨|早上|AM|PM)?\s*"
    r"(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*分?\s*(?::?\s*(\d{1,2})(?:\.\d+)?\s*秒?)?)?\s*(AM|PM)?)?\s*"
    r"(Z|UTC|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?")
_COMPACT: Final = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial number is local time, its zone is added later
_EXCEL_RANGE = (20_000, 80_000)  # 1954 to 2119
_EPOCH_RANGE = (100_000_000, 10_000_000_000)  # 1973 to 2286, in seconds
_LATER = ("下午", "晚上", "pm")
_NO_BLANKS = re.compile(r"\s+")


def parse_times(values: Sequence[str | None], default_zone: str = "Asia/Shanghai") -> list[datetime | None]:
    """Aware UTC times to the second; None where a value is missing, unreadable or impossible.

    Values without a zone are read in `default_zone`. Numbers are YYYYMMDD[HHMM[SS]], seconds or milliseconds
    since 1970, or Excel serial days, told apart by their size.
    """
    zone = ZoneInfo(default_zone)
    return [_time(value, zone) if value else None for value in values]


def _time(value: str, zone: tzinfo) -> datetime | None:
    try:
        if value[4:5] == "-" and len(value) >= 8:
            try:
                return _utc(datetime.fromisoformat(value), zone)
            except ValueError:
                return _spelled(value, zone)
        return _numeric(value, zone) if value[:5].isdecimal() and value.isascii() else _spelled(value, zone)
    except (ValueError, OverflowError):
        return None


def _utc(moment: datetime, zone: tzinfo) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=0) if moment.microsecond else moment


def _numeric(value: str, zone: tzinfo) -> datetime | None:
    if not _NUMBER.fullmatch(value):
        return _spelled(value, zone)
    if (form := _COMPACT.get(len(value))) and value[:2] in ("19", "20") and value.isdecimal():
        return _utc(datetime.strptime(value, form), zone)  # noqa: DTZ007 - _utc adds the zone
    number = float(value)
    if _EXCEL_RANGE[0] <= number < _EXCEL_RANGE[1]:
        return _utc(_EXCEL_DAY_ZERO + timedelta(seconds=round(number * 86_400)), zone)
    for unit in (1, 1_000):
        if _EPOCH_RANGE[0] <= number / unit < _EPOCH_RANGE[1]:
            return datetime.fromtimestamp(number // unit, UTC)
    return None


def _spelled(value: str, zone: tzinfo) -> datetime | None:
    text = unicodedata.normalize("NFKC", value).strip()
    if not (match := _SPELLED.fullmatch(text)):
        return _numeric(text, zone) if text != value and text.isascii() and text[:5].isdecimal() else None
    year, month, day, before, hour, minute, second, after, offset = match.groups()
    half = (before or after or "").lower()
    moment = datetime(  # noqa: DTZ001 - _utc adds the zone
        int(year), int(month), int(day), _hour(int(hour or 0), half), int(minute or 0), int(second or 0)
    )
    if not offset:
        return _utc(moment, zone)
    plain = offset.upper().replace("Z", "+00:00").replace("UTC", "+00:00")
    return _utc(datetime.fromisoformat(moment.isoformat() + plain), zone)


def _hour(hour: int, half: str) -> int:
    if half in _LATER and hour < 12:
        return hour + 12
    if half == "中午" and hour < 3:
        return hour + 12
    return 0 if half in ("am", "凌晨", "上午") and hour == 12 else hour


_WORDS: Final[dict[str, float]] = {
    "非常满意": 5, "很满意": 5, "十分满意": 5, "满意": 4, "比较满意": 4, "基本满意": 4, "较满意": 4,
    "一般": 3, "中立": 3, "不满意": 2, "不太满意": 2, "较不满意": 2, "比较不满意": 2, "非常不满意": 1,
    "很不满意": 1, "十分不满意": 1, "好评": 5, "中评": 3, "差评": 1, "优": 5, "良": 4, "中": 3, "差": 1,
}  # fmt: skip
_DIGITS = {mark: number for number, mark in enumerate("零一二三四五六七八九十")} | {"两": 2}
_POINTS = re.compile(
    r"([+-]?\d{1,9}(?:\.\d{1,9})?|[零一二三四五六七八九十两])\s*(?:颗?星|分|stars?|points?)?级?",
    re.IGNORECASE,
)


def parse_ratings(values: Sequence[str | None], scale: tuple[float, float]) -> list[float | None]:
    """Ratings on 1-5, `scale` being the source's (worst, best); None where missing, unreadable or off scale.

    Words and drawn stars (★★★★☆) have their own scale of five; numbers are mapped linearly from `scale`.
    """
    known = {value: _rating(value, scale) for value in set(values) if value}
    return [known[value] if value else None for value in values]


def _rating(value: str, scale: tuple[float, float]) -> float | None:
    text = _NO_BLANKS.sub("", unicodedata.normalize("NFKC", value))
    if text in _WORDS:
        return float(_WORDS[text])
    if text and not text.strip("★☆⭐"):
        stars = len(text) - text.count("☆")
        return float(stars) if 1 <= stars <= 5 else None
    if not (match := _POINTS.fullmatch(text)):
        return None
    number = float(_DIGITS.get(match[1], -1)) if match[1] in _DIGITS else float(match[1])
    worst, best = scale
    if not min(scale) <= number <= max(scale):
        return None
    return min(5.0, max(1.0, 1 + 4 * (number - worst) / (best - worst)))  # rounding must not leave the scale
