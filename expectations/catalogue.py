"""What every row of feedback is held against, and the Chinese reason a clerk can act on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from voc.intake.rows import CHANNELS

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
MAX_TEXT = 20_000
MAX_GARBLED = 0.02  # one lost emoji in a long text is no reason to set the row aside
_SPAN = "时间在 2000 年到明天之间"
_TIMELIKE = re.compile(r"[\d\s\-/:.：年月日时点分秒上下午TZ+]{1,32}")
_RATINGLIKE = re.compile(r"[\d.,\-+/%分颗星级零一二三四五六七八九十百★☆⭐]{1,12}")
_LONG_NUMBER = re.compile(r"(?:\d[\s-]?){11,}")


@dataclass(frozen=True)
class Check:
    """One expectation; `shown` says what of a bad cell may be shown, a warning sets no row aside."""

    title: str
    named: str  # the canonical field people know
    column: str  # the column of the checked frame
    reason: str
    expectation: str
    limits: dict[str, Any] = field(default_factory=dict)
    shown: Callable[[str], str] | None = None
    warning: bool = False


def catalogue(now: datetime, time_required: bool) -> list[Check]:
    """All checks in the order people read them; without `time_required` a row may lack its time."""
    span = {"min_value": EARLIEST, "max_value": now.astimezone(UTC) + timedelta(days=1)}
    between, nothing = "ExpectColumnValuesToBeBetween", "ExpectColumnValuesToBeNull"
    given = Check(
        "有发生时间", "occurred_at", "occurred_raw", "缺少发生时间", "ExpectColumnValuesToNotBeNull"
    )
    checks = [
        Check("时间能识别", "occurred_at", "occurred_unread", "时间无法识别", nothing, {}, _time),
        Check(_SPAN, "occurred_at", "occurred_at", f"不满足「{_SPAN}」", between, span, _time),
        Check(f"正文不超过 {MAX_TEXT:,} 字", "text", "text", f"正文超过 {MAX_TEXT:,} 字",
               "ExpectColumnValueLengthsToBeBetween", {"max_value": MAX_TEXT}),
        Check("正文没有乱码", "text", "garbled", "正文有乱码，请核对文件编码后重新导出", between,
               {"max_value": MAX_GARBLED}),
        Check("渠道在渠道表里", "channel", "channel", "渠道不在渠道表里", "ExpectColumnValuesToBeInSet",
               {"value_set": list(CHANNELS)}, _short),
        Check("评分能识别", "rating", "rating_unread", "评分无法识别或超出量程", nothing, {}, _rating),
        Check("评分在 1 到 5 之间", "rating", "rating", "评分不在 1 到 5 之间", between,
               {"min_value": 1, "max_value": 5}, _rating),
        Check("外部编号不重复（只提醒）", "external_id", "external_id", "外部编号重复",
               "ExpectColumnValuesToBeUnique", warning=True),
    ]  # fmt: skip
    return [given, *checks] if time_required else checks


def _time(value: str) -> str:
    # A wrongly mapped column puts names, phones or whole texts here: show only what can be a time.
    return value if _TIMELIKE.fullmatch(value) and not _LONG_NUMBER.search(value) else ""


def _rating(value: str) -> str:
    # In a shifted row a name stands here.
    return _short(value) if _RATINGLIKE.fullmatch(value) else ""


def _short(value: str) -> str:
    return value if len(value) <= 12 and not re.search(r"\d{5}|@", value) else ""
