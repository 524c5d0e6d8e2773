"""The rule library of improvement measures: which measure to try for an issue, round after round."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from voc.errors import InputError, misspelt

KINDS = ("corrective", "preventive")
DIMENSIONS = ("process", "people", "technology", "product", "environment")
# A measure of this issue suits any issue of its dimension; it comes after the measures made for the issue.
GENERAL = "*"
_FIELDS = ("code", "issue", "title", "detail", "kind", "dimension", "days")


@dataclass(frozen=True)
class Measure:
    """One concrete improvement measure; `days` is its lead time in working days."""

    code: str
    issue: str
    title: str
    detail: str
    kind: str
    dimension: str
    days: int


@dataclass(frozen=True)
class Library:
    """All measures in the order of the file: for one issue, the mildest first."""

    version: str
    measures: tuple[Measure, ...]


def parse_measures(text: str) -> Library:
    """Read measures.toml, or raise InputError saying which measure is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"措施库不是有效的 TOML：{misspelt(error)}") from error
    measures = tuple(_measure(entry) for entry in document.get("measures", ()))
    codes = [measure.code for measure in measures]
    twice = {code for code in codes if codes.count(code) > 1}
    if twice:
        raise InputError(f"措施库中编号重复：{'、'.join(sorted(twice))}。")
    return Library(str(document.get("version", "")), measures)


def suggest(
    issue: str | None,
    dimension: str | None,
    round: int,
    library: Library,
    *,
    tried: Collection[str] = (),
    limit: int = 1,
) -> list[Measure]:
    """Return up to `limit` measures for this round, the recommended one first.

    Round 1 starts with the first measure of the issue; each further round moves on, at last to general
    measures, those of the diagnosed dimension first. Codes in `tried` are not returned while
    another measure is left. One measure at a time is the default: two on one metric cannot be told apart.
    """
    candidates = _candidates(issue, dimension, library)
    fresh = [measure for measure in candidates if measure.code not in tried]
    passed = len(candidates) - len(fresh)
    ahead = fresh[max(0, round - 1 - passed) :]
    return (ahead or fresh[-1:] or candidates[-1:])[:limit]


def _candidates(issue: str | None, dimension: str | None, library: Library) -> list[Measure]:
    own = [measure for measure in library.measures if measure.issue == issue]
    general = [measure for measure in library.measures if measure.issue == GENERAL]
    return own + sorted(general, key=lambda measure: measure.dimension != dimension)


def _measure(entry: Mapping[str, Any]) -> Measure:
    code = entry.get("code", "未编号")
    missing = [name for name in _FIELDS if not entry.get(name)]
    if missing:
        raise InputError(f"措施「{code}」缺少：{'、'.join(missing)}。")
    if entry["kind"] not in KINDS:
        raise InputError(f"措施「{code}」的 kind 应为 {' 或 '.join(KINDS)}。")
    if entry["dimension"] not in DIMENSIONS:
        raise InputError(f"措施「{code}」的 dimension 应为 {'、'.join(DIMENSIONS)} 之一。")
    if not isinstance(entry["days"], int) or entry["days"] < 1:
        raise InputError(f"措施「{code}」的 days 应为正整数（工作日）。")
    return Measure(**{name: entry[name] for name in _FIELDS})
