"""Every number a report prints under the key of its origin, and what differs when it is written again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voc.kpi import PART_NAMES as ROWS
from voc.reporting.facts import Facts, Lineage

Printed = dict[str, dict[str, Any]]
PART_NAMES = {
    "value": "数值", "low": "区间下限", "high": "区间上限", "previous": "上期", "count": "条数", "share": "占比",
    "weekly": "每周条数", "slices": "集中度",
    "leaks": "流失去向", "complaints": "投诉数", "actions": "措施数", "implemented": "已上线", "effective": "验证有效",
    "partly": "部分有效", "failed": "无效或恶化", "open": "未定", "overdue": "逾期", "cases": "个案数",
    "answered": "首答及时率", "solved": "解决率", "gamed": "异常结案", "leak": "流失", "passed": "通过行数",
    "total": "检查行数", "model": "模型占比", "corrected": "校正占比", "change": "变化", "change_low": "变化下限",
    "change_high": "变化上限", "before": "上线前", "after": "上线后", "p_value": "p 值", "verdict": "结论",
    "alone": "单独看的结论", "q_value": "q 值", "compared": "一并比较的措施",
    "late_rows": "结论后才到的行", "state": "状态", "amount": "数量", "effect": "影响", "score": "得分",
    "observed": "各期实际值", "expected": "各期预计值", "round": "轮次", "note": "附注", "basis": "基数",
    "read": "读入", "name": "名称", "unit": "单位", **ROWS,
}  # fmt: skip
NAMING = ("name", "unit")  # kept for whoever reads a stored report; no numbers
# These stand on all that a report compares, not on one's own rows.
CORRECTED = ("verdict", "alone", "q_value", "compared")
VERSION = 2  # of what is printed; reports of version 1 did not keep the parts and keys below
LATER_PARTS, LATER_KEYS = ("slices", "leaks"), ("flags", "overdue")
CHECKED = "检查·"
VERSIONS = {"query": "查询", "model": "模型", "taxonomy": "分类体系", "contract": "验证合同"}


@dataclass(frozen=True)
class Difference:
    """A printed number that is another one now; `rows_changed`: so is what it was counted from."""

    key: str
    name: str
    part: str
    was: Any
    now: Any
    rows_changed: bool


@dataclass(frozen=True)
class Comparison:
    """What writing a report again came to: numbers that moved, origins that changed without, and versions."""

    moved: tuple[Difference, ...]
    quiet: tuple[str, ...]  # names whose rows changed while every number stayed
    versions: tuple[tuple[str, str, str, str], ...]  # name, which, was, now
    compared: int

    @property
    def same(self) -> bool:
        """Whether every number is what it was, from the rows it was, by the same versions."""
        return not (self.moved or self.quiet or self.versions)


def printed(facts: Facts) -> Printed:
    """Return every number of a report by the key of its origin; infinities and nan as None, as JSON has none."""
    found: Printed = {}
    for key, part, value in _parts(facts):
        if key:
            found.setdefault(key, {})[part] = _plain(value)
    return found


def _parts(facts: Facts) -> Iterator[tuple[str, str, Any]]:
    sections: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (facts.numbers, (*NAMING, "value", "low", "high", "previous", "note", "basis")),
        (facts.problems, ("count", "share", "previous", "weekly", "state", "round")),
        (facts.stages, ("count", "leak", "leaks")),
        (facts.channels, ("count", "complaints")),
        (facts.departments, ("actions", "implemented", "effective", "partly", "failed", "open", "overdue", "cases",
                             "answered", "solved", "gamed", "complaints")),
        (facts.impacts, ("amount", "effect")),
        (facts.audit.shares if facts.audit else (), ("model", "corrected", "low", "high")),
    )  # fmt: skip
    for rows, names in sections:
        for row in rows:
            yield from ((row.key, name, getattr(row, name)) for name in names)
    for part, count in facts.rows.items():
        yield "rows", part, count
    if facts.rows:
        yield "rows", "score", facts.quality_score
        yield from (("rows", f"{CHECKED}{one.name}", [one.passed, one.total]) for one in facts.quality)
    for problem in facts.problems:
        yield problem.key, "slices", [one.share for one in problem.slices]
    yield from (("flags", f"{one.kind}·{one.department}", one.subject) for one in facts.flags)
    yield from (("overdue", f"{one.owner}：{one.name}", round(one.hours_late, 2)) for one in facts.overdue)
    for effect in facts.effects:
        yield from _effect(effect)


def _effect(effect: Any) -> Iterator[tuple[str, str, Any]]:
    for part in ("verdict", "q_value", "compared", "change", "before", "after", "p_value", "late_rows"):
        yield effect.key, part, getattr(effect, part)
    yield effect.key, "alone", effect.alone or None
    yield effect.key, "change_low", effect.low
    yield effect.key, "change_high", effect.high
    if effect.picture:
        yield effect.key, "observed", effect.picture.observed
        yield effect.key, "expected", effect.picture.expected


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def compare(
    was: Printed,
    origins: Mapping[str, Mapping[str, str]],
    now: Printed,
    lineage: tuple[Lineage, ...],
    version: int = VERSION,
) -> Comparison:
    """Set a report as it was stored beside what it would say now; `version`: of what was printed when it was."""
    now = now if version >= VERSION else _of_before(now)
    fresh = {entry.key: entry for entry in lineage}
    both = [(origins[key], entry) for key, entry in fresh.items() if key in origins]
    judged_on = any(_stands_on_others(old, new) for old, new in both if new.key.startswith("verification:"))
    moved = [
        difference
        for key in sorted({*was, *now})
        for difference in _moved(
            key, was.get(key, {}), now.get(key, {}), origins.get(key), fresh.get(key), judged_on
        )
    ]
    loud = {difference.key for difference in moved}
    return Comparison(
        tuple(moved),
        tuple(entry.name or entry.key for old, entry in both
              if entry.key not in loud and _other_rows(old, entry)),
        tuple(dict.fromkeys(row for old, entry in both for row in _versions(old, entry))),
        sum(len(parts) for parts in now.values()),
    )  # fmt: skip


def _of_before(now: Printed) -> Printed:
    """Leave out what reports of version 1 did not keep: it cannot have moved."""
    return {
        key: {part: value for part, value in parts.items() if part not in LATER_PARTS and CHECKED not in part}
        for key, parts in now.items() if key not in LATER_KEYS
    }  # fmt: skip


def _moved(
    key: str,
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    old: Mapping[str, str] | None,
    new: Lineage | None,
    judged_on: bool,
) -> Iterator[Difference]:
    """`judged_on`: whether the rows of any verdict changed, which moves the correction of all of them."""
    own = _stands_on_others(old or {}, new)
    name = (new.name if new else "") or (old or {}).get("name", "") or key
    for part in dict.fromkeys([*was, *now]):
        if was.get(part) != now.get(part):
            changed = own or (judged_on and part in CORRECTED)
            yield Difference(key, name, PART_NAMES.get(part, part), was.get(part), now.get(part), changed)


def _other_rows(old: Mapping[str, str], new: Lineage | None) -> bool:
    return old.get("rows_hash") != (new.rows_hash if new else None)


def _stands_on_others(old: Mapping[str, str], new: Lineage | None) -> bool:
    """Whether its rows changed, or what it is set against; reports of before do not know of the latter."""
    known = old.get("beside", "")
    return _other_rows(old, new) or bool(known and new and known != new.beside)


def _versions(old: Mapping[str, str], new: Lineage) -> Iterator[tuple[str, str, str, str]]:
    for field, name in VERSIONS.items():
        if field != "query" and old.get(field, "") != getattr(new, field):
            yield "", name, old.get(field, ""), getattr(new, field)
