"""Queries of themes and needs: what complaints, requests and questions say, and who says it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session


def complaints(session: Session, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Read complaints, suggestions and enquiries of a period, with the places already read as an issue."""
    query = text(
        """
        SELECT f.id, f.text, extract(epoch FROM f.occurred_at)::bigint AS at,
               COALESCE(f.customer_id, -f.id) AS customer,
               COALESCE((SELECT jsonb_agg(jsonb_build_array(m.span_start, m.span_end, m.issue)) FROM mention m
                         WHERE m.annotation_id = a.id), '[]') AS issues
        FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
        WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL AND a.type <> 'praise'
          AND f.occurred_at >= :since AND f.occurred_at < :until ORDER BY f.id
        """
    )
    return [dict(row) for row in session.execute(query, {"since": since, "until": until}).mappings()]


def voices(session: Session, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Read all feedback of a period that may ask for something: what is not mere praise, and praise that wishes."""
    query = text(
        """
        SELECT f.id, f.text, extract(epoch FROM f.occurred_at)::bigint AS at, f.rating,
               COALESCE(f.customer_id, -f.id) AS customer, COALESCE(c.value, 0) AS value
        FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
        LEFT JOIN customer c ON c.id = f.customer_id
        WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL
          AND (a.type <> 'praise' OR f.text ~ '希望|建议|要是|如果|能不能|能否|可否|什么时候|期望')
          AND f.occurred_at >= :since AND f.occurred_at < :until ORDER BY f.id
        """
    )
    return [dict(row) for row in session.execute(query, {"since": since, "until": until}).mappings()]
