"""Problems as people read them: counted, quoted, with their members, their log and where they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy.orm import Session

from models.fetching import fetch
from models.measures.relapse import watches
from settings import asset_text
from voc.quotations import Passage, choose, typical
from voc.reading.taxonomy import parse_taxonomy
from voc.registry.naming import spot


def problems(session: Session, ids: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """List the problems (all, when None) with their members counted, largest first; those merged are left out."""
    found = fetch(
        session,
        """
        SELECT p.id, p.name, p.kind, p.state, p.round, p.issue, p.about, p.parent_id, p.area, d.name AS department,
               p.root_cause, p.dimension, p.detected_at, count(m.feedback_id) AS count,
               count(DISTINCT COALESCE(f.customer_id, -f.id)) AS customers,
               min(f.occurred_at) AS first_seen, max(f.occurred_at) AS last_seen
        FROM problem p JOIN department d ON d.code = p.department
        LEFT JOIN (problem_member m JOIN feedback f ON f.id = m.feedback_id AND f.suspect IS NULL)
            ON m.problem_id = p.id
        WHERE p.merged_into IS NULL AND (CAST(:ids AS bigint[]) IS NULL OR p.id = ANY(:ids))
        GROUP BY p.id, d.name ORDER BY count DESC, p.id
        """,
        ids=None if ids is None else list(ids),
    )
    quoted = quotations(session, [row["id"] for row in found])
    watched = watches(session, ids)
    return [
        {
            **row,
            "areas": _areas(row["area"]),
            "quotations": quoted.get(row["id"], []),
            "watch": watched.get(row["id"]),
        }
        for row in found
    ]


def _areas(code: str) -> list[str]:
    return [_area_names().get(code, code)] if code else []


@lru_cache(maxsize=1)
def _area_names() -> dict[str, str]:
    return {issue.area: issue.area_name for issue in parse_taxonomy(asset_text("taxonomy.toml")).issues}


def quotations(session: Session, problem_ids: Sequence[int], count: int = 3) -> dict[int, list[str]]:
    """Choose masked quotations for each problem, out of its surest members; first what speaks of nothing else.

    What is quoted of an issue is what was labelled with it, of an event the words nearest to its name.
    """
    rows = fetch(
        session,
        """
        WITH sure AS (
            SELECT m.problem_id, p.kind, p.name, f.id, f.text, n.annotation_id,
                   COALESCE(n.span_start, 0) AS span_start, COALESCE(n.span_end, 0) AS span_end,
                   row_number() OVER (PARTITION BY m.problem_id
                                      ORDER BY COALESCE(n.confidence, 0) DESC, abs(length(f.text) - 40), f.id) AS place
            FROM problem_member m JOIN problem p ON p.id = m.problem_id JOIN feedback f ON f.id = m.feedback_id
            LEFT JOIN mention n ON n.id = m.mention_id
            WHERE m.problem_id = ANY(:ids) AND f.disposition = 'accepted' AND f.suspect IS NULL
              AND length(f.text) >= 8
        )
        SELECT s.*, (SELECT count(DISTINCT o.issue) FROM mention o WHERE o.annotation_id = s.annotation_id) AS matters
        FROM sure s WHERE place <= 100 ORDER BY problem_id, place
        """,
        ids=list(problem_ids),
    )
    return {
        problem: choose(_in_order(list(found)), count)
        for problem, found in groupby(rows, key=itemgetter("problem_id"))
    }


def _in_order(rows: Sequence[Mapping[str, Any]]) -> list[Passage]:
    """Order the members of one problem: an event's by how near they are to its name, an issue's the typical first."""
    if rows[0]["kind"] in ("incident", "candidate"):
        spots = [(spot(row["text"], row["name"]), row["text"]) for row in rows]
        spots.sort(key=lambda pair: -pair[0][0])  # stable: among equals the surest
        return [Passage(words, start, end) for (_, start, end), words in spots]
    alone = [row for row in rows if row["matters"] == 1]
    beside = [row for row in rows if row["matters"] != 1]
    return typical(_passages(alone)) + typical(_passages(beside))


def _passages(rows: Sequence[Mapping[str, Any]]) -> list[Passage]:
    return [Passage(row["text"], row["span_start"], row["span_end"]) for row in rows]


def members(session: Session, problem_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """List the records of each problem, copies of a record beside it, in order of time."""
    rows = fetch(
        session,
        """
        SELECT k.problem_id, f.id AS feedback, s.name AS source, f.record_key, f.occurred_at, k.method, k.copy
        FROM (SELECT problem_id, feedback_id, method, false AS copy FROM problem_member WHERE problem_id = ANY(:ids)
              UNION ALL
              SELECT m.problem_id, c.id, m.method, true
              FROM problem_member m JOIN feedback c ON c.copy_of = m.feedback_id
              WHERE m.problem_id = ANY(:ids)) k
        JOIN feedback f ON f.id = k.feedback_id JOIN source s ON s.id = f.source_id
        WHERE f.superseded_by IS NULL AND f.suspect IS NULL ORDER BY k.problem_id, f.occurred_at, f.id
        """,
        ids=list(problem_ids),
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.pop("problem_id"), []).append(row)
    return found


def groups(session: Session) -> list[dict[str, Any]]:
    """List two or more records about one event, copies among them, that are no problem yet, largest first."""
    return fetch(
        session,
        """
        WITH said AS (
            SELECT r.group_id, r.feedback_id AS first, f.*
            FROM registry_member r JOIN feedback f ON f.id = r.feedback_id
            UNION ALL
            SELECT r.group_id, r.feedback_id, c.* FROM registry_member r JOIN feedback c ON c.copy_of = r.feedback_id
        )
        SELECT group_id AS "group", count(*) AS count, count(DISTINCT COALESCE(customer_id, -id)) AS customers,
               min(occurred_at) AS first_seen, max(occurred_at) AS last_seen,
               array_agg(record_key ORDER BY occurred_at, id) AS members, min(text) AS quotation
        FROM said WHERE superseded_by IS NULL AND suspect IS NULL
          AND NOT EXISTS (SELECT 1 FROM problem p WHERE p.group_id = said.group_id)
        GROUP BY group_id, CASE WHEN group_id IS NULL THEN first END HAVING count(*) > 1
        ORDER BY count DESC, group_id, min(id)
        """,
    )


def history(session: Session, problem: int) -> list[dict[str, Any]]:
    """List the steps of a problem, and its merges and splits, oldest first."""
    return fetch(
        session,
        """
        WITH happened AS (
            SELECT at, by, step AS what, NULL::bigint AS other, facts ->> 'reason' AS reason, seq
            FROM problem_log WHERE subject_id = :problem
            UNION ALL
            SELECT at, by, kind || CASE WHEN parent_id = :problem THEN '_into' ELSE '_from' END,
                   CASE WHEN parent_id = :problem THEN child_id ELSE parent_id END, reason, NULL
            FROM problem_lineage WHERE parent_id = :problem OR child_id = :problem
        )
        SELECT h.*, u.name AS person FROM happened h LEFT JOIN app_user u ON 'person:' || u.login = h.by
        ORDER BY h.at, h.seq
        """,
        problem=problem,
    )
