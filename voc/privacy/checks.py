"""Checks that decide whether digits are personal: dates, check digits, how they are grouped, what stands before."""

from __future__ import annotations

import re

_CHINESE_DIGITS = str.maketrans(
    "０１２３４５６７８９零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "01234567890001234567891123456789"
)
SEPARATORS = re.compile(r"[\s\-_—–－.·•*()（）\ufe0f\u20e3]+")
_PROVINCES = (
    "11|12|13|14|15|21|22|23|31|32|33|34|35|36|37|41|42|43|44|45|46|50|51|52|53|54|61|62|63|64|65|71|81|82|83"
)
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_IDENTITY = re.compile(rf"(?:{_PROVINCES})\d{{4}}(?:19|20)\d\d{_DAY}\d{{3}}[\dX]")
_OLD_IDENTITY = re.compile(rf"(?:{_PROVINCES})\d{{6}}{_DAY}\d{{3}}")
_HOUR = r"(?:[01]\d|2[0-3])(?:[0-5]\d){0,2}"
_DATE = re.compile(rf"(?:19|20)\d\d-?{_DAY}(?:{_HOUR})?")
# How people group eleven digits; the pieces of prices and measures are grouped otherwise.
_GROUPED = frozenset(
    {(11,), (3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (3, 3, 5), (3, 5, 3), (4, 7), (1,) * 11, (3, 2, 2, 2, 2)}
)
_ARTICLE = 14  # digits of GTIN, the longest number an article has
_CALLED = re.compile(
    r"电话|手机|号码|联系|拨打|致电|打给|热线|微信|加我|call|tel|phone|mobile", re.IGNORECASE
)


def digits(value: str) -> str:
    """The plain digits of a number however it was written."""
    return SEPARATORS.sub("", value.translate(_CHINESE_DIGITS))


def identity_card(value: str) -> bool:
    """Whether an 18-character identity number has a possible date and the right check digit (GB 11643)."""
    number = digits(value).upper().replace("Ｘ", "X")
    if not _IDENTITY.fullmatch(number):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, number[:17], strict=True))
    return "10X98765432"[total % 11] == number[17]


def luhn(value: str) -> bool:
    """Whether a card number of 13 to 19 digits passes the Luhn check (ISO/IEC 7812)."""
    number = digits(value)
    if not (number.isdecimal() and 13 <= len(number) <= 19 and len(set(number)) > 2):
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def identity(value: str, text: str, start: int, end: int) -> bool:
    """Named as an identity number, or a possible province and birthday: a slip of one digit finds people too."""
    named = re.search(r"身份证|证件|身份号|ID", text[max(0, start - 12) : start])
    return bool(named) or bool(_IDENTITY.fullmatch(digits(value).upper().replace("Ｘ", "X")))


def old_identity(value: str, text: str, start: int, end: int) -> bool:
    """Fifteen digits, as until 1999: only where they are named."""
    named = re.search(r"身份证|证件", text[max(0, start - 12) : start])
    return bool(named) and bool(_OLD_IDENTITY.fullmatch(digits(value)))


def card(value: str, text: str, start: int, end: int) -> bool:
    """A card that passes the Luhn check, or any number named as one."""
    named = re.search(
        r"卡号|银行卡|信用卡|储蓄卡|借记卡|账号|帐号|账户|行卡|卡[:：]", text[max(0, start - 12) : start]
    )
    number = digits(value)
    # Unnamed, thirteen digits are an article or a book (EAN), whose check digit fits by chance.
    return bool(named) or (len(number) > _ARTICLE and number[0] in "34569" and luhn(value))


def mobile(value: str, text: str, start: int, end: int) -> bool:
    """Eleven digits that are no part of a code, grouped as numbers are or named as one."""
    number = digits(value)
    if len(set(number[-11:])) <= 2 or _in_code(text, start, end):
        return False
    if re.match(r" ?(?:元|块钱|万|件|平)", text[end : end + 3]):
        return False
    groups = tuple(len(group) for group in re.split(r"[^\d]+", _local(value)) if group)
    return (
        groups in _GROUPED or bool(_CALLED.search(text[max(0, start - 12) : start])) or _even(value, groups)
    )


def _local(value: str) -> str:
    """The number without its country code, Chinese numerals as digits."""
    plain = value.translate(_CHINESE_DIGITS)
    return re.sub(r"^\D*(?:0086|86)[^\d]*(?=1)", "", plain).strip("()（） ")


def _even(value: str, groups: tuple[int, ...]) -> bool:
    """Separated by one and the same sign other than a point, in pieces of at most six digits."""
    signs = {c for c in _local(value) if not c.isdecimal()}
    return (
        len(signs) == 1
        and not signs & set(".．")
        and (max(groups) <= 2 or (len(groups) <= 3 and signs == {"-"}))
    )


def _in_code(text: str, start: int, end: int) -> bool:
    """Part of a longer code such as a product model; what stands alone in a link may be a number to call."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return any(c.isascii() and (c.isalnum() or c == "_") for c in (before, after) if c)


def landline(value: str, text: str, start: int, end: int) -> bool:
    """A number of a town; 2020-08240000 and the like are dates or codes."""
    number = digits(value)
    return number.startswith(("0", "+86", "＋86")) or bool(
        re.search(r"电话|座机|固话|致电|号码|拨打", text[max(0, start - 8) : start])
    )


def numbered(value: str, text: str, start: int, end: int) -> bool:
    """A code with digits that is neither a day nor an amount nor a mobile."""
    plain = digits(value)
    counted = re.match(r" ?[元块万件个台单天年月%]", text[end : end + 2])
    return sum(c.isdecimal() for c in value) >= 4 and not _DATE.fullmatch(plain) and not counted


def long_number(value: str, text: str, start: int, end: int) -> bool:
    """Fifteen digits or more count nothing: an order, a parcel, a device; repeated digits are an exclamation."""
    return len(set(value)) >= 4


def account(value: str, text: str, start: int, end: int) -> bool:
    """An account name that no product is called: with a digit or underscore, or plainly named (：号 是)."""
    named = re.search(r"[:：号是为]\s?$", text[max(0, start - 3) : start])
    return bool(named) or any(c.isdecimal() or c == "_" for c in value)


def plate(value: str, text: str, start: int, end: int) -> bool:
    """A plate has three digits at least; 新A股2020 has other signs between."""
    return sum(c.isdecimal() for c in value) >= 3


def always(value: str, text: str, start: int, end: int) -> bool:
    """The pattern says enough."""
    return True
