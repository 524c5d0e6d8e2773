"""Queries of the figures of the business: orders, contacts, waiting times …, by day, region and product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.loading import copy_rows
from voc.operating import Figure

COLUMNS = ("day", "name", "region", "product", "value")


def store_figures(session: Session, figures: Sequence[Figure]) -> int:
    """Store figures; the same day, name, region and product again replaces what was said. Return how many were new."""
    table = "staged_figure (day date, name text, region text, product text, value float8)"
    session.execute(text(f"CREATE TEMP TABLE {table} ON COMMIT DROP"))
    rows = {(one.day, one.name, one.region, one.product): one.value for one in figures}
    copy_rows(session, "staged_figure", COLUMNS, [(*key, value) for key, value in rows.items()])
    query = text(
        """
        INSERT INTO operation_figure (day, name, region, product, value)
        SELECT day, name, region, product, value FROM staged_figure
        ON CONFLICT (day, name, region, product) DO UPDATE SET value = excluded.value
        RETURNING xmax = 0
        """
    )
    return sum(session.scalars(query))


def mixed(session: Session) -> list[str]:
    """List figures that are given both in all and by region or product: they would be added up twice."""
    query = text(
        """
        SELECT DISTINCT a.name FROM operation_figure a JOIN operation_figure b USING (day, name)
        WHERE a.region = '' AND a.product = '' AND (b.region <> '' OR b.product <> '') ORDER BY 1
        """
    )
    return list(session.scalars(query))


def summary(session: Session) -> list[dict[str, Any]]:
    """List the figures with their span, how many regions and products they have, and their sum."""
    query = text(
        """
        SELECT name, min(day) AS first, max(day) AS last, count(DISTINCT day) AS days,
               count(DISTINCT NULLIF(region, '')) AS regions, count(DISTINCT NULLIF(product, '')) AS products,
               sum(value) AS total FROM operation_figure GROUP BY name ORDER BY name
        """
    )
    return [dict(row) for row in session.execute(query).mappings()]
