"""Cells to values for a whole batch: times of any spelling to UTC, ratings of any scale to 1-5. No I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_SPELLED = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?[\s,]*(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?"
    r"(?:[T\s,]*(上午|下午|晚上|中午|凌晨|早上|AM|PM)?\s*"
    r"(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*分?\s*(?::?\s*(\d{1,2})(?:\.\d+)?\s*秒?)?)?\s*(AM|PM)?)?\s*"
    r"((?:UTC|GMT)?[+-]\d{2}:?\d{2}|Z|UTC|GMT|CST)?",
    re.IGNORECASE,
)
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
# As programs write them: Sat Oct 03 09:00:00 +0800 2026 · Sat, 03 Oct 2026 09:00 · Oct 3, 2026 · 3-Oct-26.
_YEAR_LAST = re.compile(rf"{_WEEKDAY}{_MONTH}\s+(\d{{1,2}})\s+([\d:]+(?:\s+\S+)?)\s+(\d{{4}})", re.IGNORECASE)
_MONTH_FIRST = re.compile(
    rf"{_WEEKDAY}{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b(.*)", re.IGNORECASE
)
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})[\s-]+{_MONTH}[\s,-]+(\d{{4}}|\d{{2}}(?=\s|$))(.*)", re.IGNORECASE
)
_NUMERAL = re.compile(
    "[〇零一二三四五六七八九]{4}(?=年)"
    "|(?<![一二三四五六七八九十])(?:[二三四五]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=[月日号时点分秒])"
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
    text = _figures(unicodedata.normalize("NFKC", value).strip())
    if not (match := _SPELLED.fullmatch(_named(text) or text)):
        return _numeric(text, zone) if text != value and text.isascii() and text[:5].isdecimal() else None
    year, month, day, before, hour, minute, second, after, offset = match.groups()
    half = (before or after or "").lower()
    clock = (_hour(int(hour or 0), half), int(minute or 0), int(second or 0))
    over = clock == (24, 0, 0)  # the end of a day is the beginning of the next
    moment = datetime(int(year), int(month), int(day), *((0, 0, 0) if over else clock))  # noqa: DTZ001 - see _utc
    moment += timedelta(days=over)
    # CST is what Java writes for China.
    if not offset or offset.upper() == "CST":
        return _utc(moment, zone)
    plain = re.sub("Z|UTC|GMT", "", offset.upper()) or "+00:00"
    return _utc(datetime.fromisoformat(moment.isoformat() + plain), zone)


def _figures(text: str) -> str:
    """Write Chinese numerals before a unit of time as figures: 二〇二六年十月三日."""
    return _NUMERAL.sub(lambda found: str(_number_of(found[0])), text)


def _number_of(numeral: str) -> int:
    if "十" not in numeral:
        return int("".join(str(_DIGITS[mark]) for mark in numeral))
    tens, _, ones = numeral.partition("十")
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


def _named(text: str) -> str:
    """Put the year first in a time that names its month in English; empty for any other."""
    text = re.sub(r"\s*\([^)]*\)$", "", text)  # (China Standard Time)
    if found := _YEAR_LAST.fullmatch(text):
        month, day, rest, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(text):
        month, day, year, rest = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year, rest = found.groups()
    else:
        return ""
    number = _MONTHS.index(month.lower()) + 1
    return f"{year if len(year) > 2 else '20' + year}-{number}-{day} {rest.strip()}".strip()


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
    "优秀": 5, "良好": 4, "非常好": 5, "很好": 5, "好": 5, "较好": 4, "较差": 2, "很差": 1, "非常差": 1, "极差": 1,
    "力荐": 5, "推荐": 4, "还行": 3,
}  # fmt: skip
_DIGITS = {mark: number for number, mark in enumerate("零一二三四五六七八九十")} | {"〇": 0, "两": 2}
_POINTS = re.compile(
    r"([+-]?\d{1,9}(?:\.\d{1,9})?|[零一二三四五六七八九十两])\s*"
    r"(?:(?:颗?星|分|stars?|points?)?级?(?:[好中差]评)?|/(?P<of>\d{1,3})分?|(?P<share>%))",
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
    of = 100 if match["share"] else float(match["of"] or max(scale))  # 4/5, 80%: they name their own end
    if of != max(scale) or not min(scale) <= number <= max(scale):
        return None
    return min(5.0, max(1.0, 1 + 4 * (number - worst) / (best - worst)))  # rounding must not leave the scale
