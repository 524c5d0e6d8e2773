"""What a person looks at before merging a problem into another or splitting a part off it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.fetching import fetch

SHOWN = 8  # values of each property; smaller parts are rarely a problem of their own


def neighbours(session: Session, problem_id: int) -> list[dict[str, Any]]:
    """List the problems one may be merged into, those of its own area first."""
    query = """
        SELECT p.id, p.name, d.name AS department_name FROM problem p JOIN department d ON d.code = p.department
        WHERE p.merged_into IS NULL AND p.id <> :id AND p.state <> 'dismissed'
        ORDER BY p.area IS DISTINCT FROM (SELECT area FROM problem WHERE id = :id), p.name, p.id
        """
    return fetch(session, query, id=problem_id)


def slices(session: Session, problem_id: int) -> list[dict[str, Any]]:
    """List what could be split off a problem: property, value, how many; of each property the largest first."""
    query = """
        WITH said AS (
            SELECT NULLIF(f.product, '') AS product, NULLIF(f.region, '') AS region, f.channel
            FROM problem_member m JOIN feedback f ON f.id = m.feedback_id WHERE m.problem_id = :id
        ), counted AS (
            SELECT CASE GROUPING(product, region, channel) WHEN 3 THEN 'product' WHEN 5 THEN 'region'
                   ELSE 'channel' END AS property,
                   COALESCE(product, region, channel) AS value, count(*) AS count
            FROM said GROUP BY GROUPING SETS ((product), (region), (channel))
        ), placed AS (
            SELECT *, row_number() OVER (PARTITION BY property ORDER BY count DESC, value) AS place FROM counted
            WHERE value IS NOT NULL AND count < (SELECT count(*) FROM said)
        )
        SELECT property, value, count FROM placed WHERE place <= :most
        ORDER BY array_position(ARRAY['product', 'region', 'channel'], property), place
        """
    return fetch(session, query, id=problem_id, most=SHOWN)
