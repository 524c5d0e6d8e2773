"""Queries written as text, for what is shown and reported: one dict a row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session


def fetch(session: Session, query: str, **values: Any) -> list[dict[str, Any]]:
    """Run a query with `:named` values and return its rows."""
    return [dict(row) for row in session.execute(text(query), values).mappings()]
