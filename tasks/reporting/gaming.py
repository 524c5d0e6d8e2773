"""Signs of gaming as the report shows them, and the cases whose closure does not count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from models.views import gaming
from models.views.reporting import Asked, department_names
from voc.reporting.facts import Flag


@dataclass(frozen=True)
class Seen:
    """What was seen in a period: signs summed up by kind and department, and the cases they are about."""

    flags: tuple[Flag, ...] = ()
    cases: frozenset[int] = frozenset()
    by_department: Mapping[str, int] = field(default_factory=dict)  # code → cases
    signs: tuple[tuple[str, str], ...] = ()  # kind and case of each, for the fingerprint


def look(session: Session, asked: Asked) -> Seen:
    """Look for signs of gaming in a period, as far as they could be known at the moment of the report."""
    until = min(asked.until, asked.now)
    seen = gaming.flags(session, asked.since, until)
    rows = [row for row in seen if asked.department in (None, row["department"])]
    owners = {row["case"]: row["department"] for row in rows}
    signs = tuple(sorted((str(row["kind"]), str(row["case"])) for row in rows))
    flags = tuple(_summed(rows, department_names(session)))
    return Seen(flags, frozenset(owners), Counter(owners.values()), signs)


def _summed(rows: list[dict[str, Any]], names: Mapping[str, str]) -> list[Flag]:
    """Sum signs up, most first: leadership needs the place and an example, not a thousand lines."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["name"], row["department"]), []).append(row)
    most = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        Flag(
            kind,
            names.get(code, code or "未派发"),
            f"{len(found)} 件",
            f"{len(found):,} 件。例如：{found[0]['sentence']}",
        )
        for (kind, code), found in most
    ]
