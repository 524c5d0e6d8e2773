"""How offices and statistical tables write the times of a series, brought to one spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_NUMBER = re.compile(r"\d{1,4}(?:\.0*)?")
_ORDINAL = re.compile(
    r"第\s*(\d{1,4})\s*(?:周|星期|期|天|日|月|季|批|批次|旬|年)|(\d{1,2})\s*月|(\d{4})\s*年度?"
    r"|(?:w|d|t|m|week|day|month|period|周|期|天)[\s_=.-]*(\d{1,4})",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?$")
_SPAN = re.compile(r"\s*(?:[~至到]|--|—+|\s-\s|(?<=\d[/.]\d\d)-(?=\d{4}))\s*")
_NUMERALS = str.maketrans("一二三四", "1234")
_QUARTER = re.compile(r"(\d{4})\s*[-/年]?\s*(?:[Qq第]\s*([1-4])\s*季?度?|([1-4])\s*季度?)")
_QUARTER_FIRST = re.compile(r"[Qq]([1-4])[\s_/-]*(\d{4})")
_MONTH_M = re.compile(r"(\d{4})[Mm](\d{1,2})")
_ENGLISH = {
    name: place
    for place, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905
}
_NAME = rf"({'|'.join(_ENGLISH)})[a-z]*\.?"
_DAY_NAME_YEAR = re.compile(rf"(\d{{1,2}})[\s./-]{_NAME}[\s./,-]+(\d{{4}}|\d{{2}})", re.IGNORECASE)
_NAME_DAY_YEAR = re.compile(rf"{_NAME}\s+(\d{{1,2}}),?\s+(\d{{4}})", re.IGNORECASE)
_NAME_YEAR = re.compile(rf"{_NAME}[\s./,-]*(\d{{4}}|\d{{2}})", re.IGNORECASE)
_DATE = re.compile(r"((?:19|20)\d\d)([01]\d)([0-3]\d)(?:\.0*)?")
_BARE = re.compile(r"((?:19|20)\d\d)(\d\d)(?:\.0*)?")  # 201752: a week where any is beyond 12, else a month
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(\s.*)?")
MONTHS = 12
CENTURY = 70  # of years written as two figures those from here on are of the last century


def counted(cell: str) -> float | None:
    """Return the number of a time that is only counted: 3, 第3周, W3, 1月, 2019年; None for any other."""
    text = _narrow(cell)
    if _NUMBER.fullmatch(text):
        return float(text)
    found = _ORDINAL.fullmatch(text)
    return float(next(part for part in found.groups() if part)) if found else None


def spelled(cells: Sequence[str]) -> list[str]:
    """Spell times so that all of them are dates, weeks or months; what is not known stays as it is."""
    found = [_spelled(cell) for cell in cells]
    return _turned(found) or _parted(found)


def _narrow(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip()


def _spelled(cell: str) -> str:
    """Spell one time: of a span its beginning, of a quarter its first month."""
    text = _WEEKDAY.sub("", _SPAN.split(_narrow(cell))[0])
    if found := _QUARTER.fullmatch(text.translate(_NUMERALS)):
        return f"{found[1]}-{int(found[2] or found[3]) * 3 - 2:02d}"
    if found := _QUARTER_FIRST.fullmatch(text):
        return f"{found[2]}-{int(found[1]) * 3 - 2:02d}"
    if found := _MONTH_M.fullmatch(text):
        return f"{found[1]}-{int(found[2]):02d}"
    if found := _DATE.fullmatch(text):
        return "-".join(found.groups())
    return _named(text) or text


def _named(text: str) -> str:
    """Spell a time that names its month in English; empty for any other."""
    if found := _DAY_NAME_YEAR.fullmatch(text):
        return f"{_year(found[3])}-{_ENGLISH[found[2].lower()]:02d}-{int(found[1]):02d}"
    if found := _NAME_DAY_YEAR.fullmatch(text):
        return f"{found[3]}-{_ENGLISH[found[1].lower()]:02d}-{int(found[2]):02d}"
    if found := _NAME_YEAR.fullmatch(text):
        return f"{_year(found[2])}-{_ENGLISH[found[1].lower()]:02d}"
    return ""


def _year(figures: str) -> int:
    short = int(figures)
    return short if len(figures) > 2 else short + (1900 if short >= CENTURY else 2000)


def _parted(texts: list[str]) -> list[str]:
    """Part years and weeks, or years and months, that are written as one number."""
    found = [_BARE.fullmatch(text) for text in texts]
    weeks = all(found) and any(int(one[2]) > MONTHS for one in found if one)
    mark = "-W" if weeks else "-"
    return [f"{one[1]}{mark}{one[2]}" if one else text for one, text in zip(found, texts, strict=True)]


def _turned(texts: list[str]) -> list[str]:
    """Put the year first where all times end with it and some day beyond the 12th tells day from month."""
    found = [_SLASHED.fullmatch(text) for text in texts]
    parts = [(int(one[1]), int(one[2])) for one in found if one]
    if not parts or len(parts) < len(texts):
        return []
    days_first, days_second = any(one > 12 for one, _ in parts), any(two > 12 for _, two in parts)
    if days_first == days_second:
        return []
    day, month = (1, 2) if days_first else (2, 1)
    return [f"{one[3]}-{int(one[month]):02d}-{int(one[day]):02d}{one[4] or ''}" for one in found if one]
