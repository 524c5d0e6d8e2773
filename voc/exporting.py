"""Cells of files that go out: a spreadsheet must not take what a customer wrote for a formula."""

from __future__ import annotations

FORMULA = frozenset("=+-@＝＋－＠\t\r")


def defused(cell: object) -> object:
    """Put ' before a text that a spreadsheet would calculate; numbers stay (voc.intake.rows takes it off)."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA else cell
