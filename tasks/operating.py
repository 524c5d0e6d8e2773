"""Figures of the business: a file of orders, contacts, waiting times … becomes what complaints are set against."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.engine import transaction
from models.intake.operating import mixed, store_figures
from sources.registry import open_source
from voc.errors import InputError
from voc.operating import FIGURES, Figure, layout_of, read_figures

CHUNK = 50_000


@dataclass(frozen=True)
class Taken:
    """What became of a file of figures: how many are new, how many replaced others, what was wrong."""

    new: int
    replaced: int
    errors: tuple[str, ...]


def take_in_figures(path: Path) -> Taken:
    """Read a file of figures and store those that are right; the same file twice changes nothing."""
    figures: list[Figure] = []
    errors: list[str] = []
    for chunk in open_source(path).chunks(CHUNK):
        read, wrong = read_figures(
            layout_of(chunk.columns), [row.payload for row in chunk.rows], [row.row for row in chunk.rows]
        )
        figures += read
        errors += [*(f"第 {bad.row} 行：{bad.reason}" for bad in chunk.unreadable), *wrong]
    with transaction() as session:
        new = store_figures(session, figures)
        if twice := mixed(session):
            names = "、".join(FIGURES.get(name, name) for name in twice)
            raise InputError(f"「{names}」同一天既有合计、又有分地区或分产品的数，相加会重复；请只保留一种。")
    known = len({(one.day, one.name, one.region, one.product) for one in figures})
    return Taken(new, known - new, tuple(errors))
