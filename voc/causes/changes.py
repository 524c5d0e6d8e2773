"""What changed in the business: read from rows of a file, and set beside the beginning of a problem."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from voc.causes.onset import Onset
from voc.errors import InputError
from voc.intake.cells import parse_times
from voc.zone import CHINA

KINDS: Final = {
    "release": "版本发布", "campaign": "营销活动", "supplier": "供应商", "policy": "政策规则", "price": "价格",
    "staff": "人员", "process": "流程", "facility": "设备场地", "outage": "系统故障", "other": "其他",
}  # fmt: skip
SCOPES: Final = {"product": "产品", "region": "地区", "channel": "渠道", "version": "版本"}
_SYNONYMS: Final = {
    **{name: code for code, name in KINDS.items()}, **{code: code for code in KINDS},
    "发版": "release", "发布": "release", "上线": "release", "升级": "release", "活动": "campaign",
    "促销": "campaign", "大促": "campaign", "供应链": "supplier", "政策": "policy", "规则": "policy",
    "制度": "policy", "调价": "price", "涨价": "price", "降价": "price", "人事": "staff", "排班": "staff",
    "流程变更": "process", "设备": "facility", "场地": "facility", "故障": "outage", "宕机": "outage",
}  # fmt: skip
_COLUMNS: Final = {
    "kind": ("kind", "类型", "种类", "事件类型"),
    "at": ("at", "date", "开始", "开始时间", "开始日期", "时间", "日期", "生效时间", "生效日期"),
    "until": ("until", "end", "结束", "结束时间", "结束日期", "截止", "截止日期"),
    "title": ("title", "名称", "标题", "内容", "事件", "说明"),
    "product": ("product", "产品", "商品", "品类"),
    "region": ("region", "地区", "区域", "城市"),
    "channel": ("channel", "渠道"),
    "version": ("version", "版本", "版本号"),
    "source": ("source", "来源", "出处"),
}
_LONGEST_TITLE = 120


@dataclass(frozen=True)
class Change:
    """Something that changed in the business, for everybody or within a scope; empty scopes are not limited."""

    kind: str
    at: datetime
    title: str
    until: datetime | None = None
    product: str = ""
    region: str = ""
    channel: str = ""
    version: str = ""
    source: str = ""


@dataclass(frozen=True)
class Read:
    """The changes of a file, and a sentence for each row that could not be taken."""

    changes: tuple[Change, ...]
    errors: tuple[str, ...]


def columns_of(header: Sequence[str]) -> dict[str, str]:
    """Find which column of a file means what; raise InputError when kind, time or title is missing."""
    plain = {name.strip().lower(): name for name in header if name}
    found = {
        field: plain[name] for field, names in _COLUMNS.items() for name in reversed(names) if name in plain
    }
    missing = [_COLUMNS[field][1] for field in ("kind", "title") if field not in found]
    missing += ["开始时间"] if "at" not in found else []
    if missing:
        known = "类型、名称、开始时间、结束时间、产品、地区、渠道、版本、来源"
        raise InputError(
            f"变更文件缺少列：{'、'.join(missing)}。可用的列有 {known}；有的列：{'、'.join(header)}。"
        )
    return found


def read_changes(header: Sequence[str], rows: Sequence[Mapping[str, str]], numbers: Sequence[int]) -> Read:
    """Read rows of a file, whose numbers people see, as changes; wrong rows are told of and the others go on."""
    columns = columns_of(header)
    changes: list[Change] = []
    errors: list[str] = []
    for number, row in zip(numbers, rows, strict=True):
        cells = {field: (row.get(column) or "").strip() for field, column in columns.items()}
        if not any(cells.values()):
            continue
        found = _change(cells)
        if isinstance(found, str):
            errors.append(f"第 {number} 行：{found}")
        else:
            changes.append(found)
    return Read(tuple(dict.fromkeys(changes)), tuple(errors))


def _change(cells: Mapping[str, str]) -> Change | str:
    kind = _SYNONYMS.get(cells["kind"].lower())
    if kind is None:
        return f"不认识类型「{cells['kind']}」，可用的有 {'、'.join(KINDS.values())}"
    if not cells["title"]:
        return "名称是空的，请写明变了什么"
    if len(cells["title"]) > _LONGEST_TITLE:
        return f"名称超过 {_LONGEST_TITLE} 个字，请写短一些"
    at, until = parse_times([cells["at"] or None, cells.get("until") or None])
    if at is None:
        return f"看不懂开始时间「{cells['at']}」，请写成 2026-06-18 或 2026-06-18 09:00"
    if cells.get("until") and until is None:
        return f"看不懂结束时间「{cells['until']}」，请写成 2026-06-20"
    if until is not None and until < at:
        return f"结束时间 {cells['until']} 早于开始时间 {cells['at']}"
    scopes = {field: cells.get(field, "") for field in (*SCOPES, "source")}
    return Change(kind, at, cells["title"], until, **scopes)


@dataclass(frozen=True)
class Suspicion:
    """A change shortly before a problem began: how many days before, and how it fits the problem.

    `days` is counted to the likeliest first day; below zero the change lies after it, within the interval.
    `fit` is how its scope fits the places where the problem is concentrated, `alike` whether its title speaks of
    the same matter; `score` orders and means nothing else.
    """

    change: Change
    days: int
    fit: str
    alike: bool
    score: float


FITS: Final = {"范围吻合": 1.0, "范围不限": 0.5, "范围待查": 0.4, "范围不符": 0.1}
FIT, OPEN, UNSEEN, MISFIT = FITS
LIKELY, MOST_LIKELY = 0.4, 3
ALIKE = 1.5
AFTERWARDS = 0.5  # what lies after the likeliest day can be a cause only if the beginning was later than that
_PIECES = re.compile(r"[\u4e00-\u9fff]+")


def suspicions(
    changes: Sequence[Change],
    onset: Onset,
    places: Mapping[str, Sequence[str]],
    about: str = "",
    window: int = 28,
) -> list[Suspicion]:
    """Rank the changes of the `window` days before a beginning, and within its interval, by closeness, scope and topic.

    places: for those of product, region, channel and version that could be looked at, where the problem is
    over-represented, perhaps nowhere. about: names of the problem, its issue and its area. A change later than
    the interval cannot have caused it and is left out. Closeness halves in a third of the window.
    """
    found = []
    for change in changes:
        day = change.at.astimezone(CHINA).date()
        days = (onset.day - day).days
        if day > onset.latest or (onset.earliest - day).days > window:
            continue
        fit, alike = _fit(change, places), bool(_pairs(change.title) & _pairs(about))
        score = FITS[fit] * (ALIKE if alike else 1.0) * (AFTERWARDS if days < 0 else 1.0)
        found.append(Suspicion(change, days, fit, alike, score * math.pow(0.5, abs(days) / (window / 3))))
    return sorted(found, key=lambda s: (-s.score, abs(s.days), s.change.title))


def likely(found: Sequence[Suspicion]) -> list[Suspicion]:
    """Keep the few that rank near the first: those worth a line in a summary or a twig on a fishbone."""
    top = found[0].score if found else 0.0
    return [s for s in found if s.fit != MISFIT and s.score >= LIKELY * top][:MOST_LIKELY]


def _pairs(text: str) -> set[str]:
    """Pairs of neighbouring Chinese characters: enough to see that 退款改为两级审核 is about 退款迟迟不到账."""
    return {piece[i : i + 2] for piece in _PIECES.findall(text) for i in range(len(piece) - 1)}


def _fit(change: Change, places: Mapping[str, Sequence[str]]) -> str:
    given = {scope: getattr(change, scope) for scope in SCOPES if getattr(change, scope)}
    judged = {scope: value for scope, value in given.items() if scope in places}
    if not judged:
        return UNSEEN if given else OPEN
    return FIT if all(_same(value, places[scope]) for scope, value in judged.items()) else MISFIT


def _same(value: str, others: Sequence[str]) -> bool:
    parts = [part for part in re.split("[、,，;；/]", value) if part.strip()]
    return any(part.strip() in other or other in part for part in parts for other in others)


def begin_of(day: date) -> datetime:
    """Return the midnight in China that a day begins with, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA).astimezone(UTC)


def nearby(onset: Onset, window: int = 28) -> tuple[datetime, datetime]:
    """Return between which moments changes are worth reading."""
    return begin_of(onset.earliest - timedelta(days=window)), begin_of(onset.latest + timedelta(days=1))
