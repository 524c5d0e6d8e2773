"""Where the rows of files went, as a table without the columns nothing went to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.output import as_table
from voc.kpi import PART_NAMES, pending


def as_accounting(title: str, rows: Sequence[Mapping[str, Any]], first: Mapping[str, str]) -> None:
    """Print rows that count `read` and its parts, behind the columns that tell them apart."""
    counted = [{**row, "pending": pending(row)} for row in rows]
    parts = {**PART_NAMES, "pending": "待处理", "error": "未能读取的原因"}
    shown = {name: parts[name] for name in parts if name == "stored" or any(row[name] for row in counted)}
    as_table(f"{title}（读入 = 其余各列之和，没有的不列）", counted, {**first, "read": "读入", **shown})
