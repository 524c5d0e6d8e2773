"""Flags of closures that look better than they are, from the logs of a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import sla
from voc import gaming

# A closure of the period may be re-opened after it, and was begun before it.
AFTERWARDS = gaming.Limits().reopened_within


def flags(session: Session, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """List what is worth a question in a period: kind, department, subject, sentence, numbers, at, by."""
    ids = _cases(session, since, until)
    found = gaming.flags(histories(session, ids, until))
    return [_row(flag) for flag in found if since <= flag.at < until]


def _cases(session: Session, since: datetime, until: datetime) -> list[int]:
    query = text(
        """
        SELECT DISTINCT subject_id FROM case_log
        WHERE step IN ('pause', 'respond', 'reply', 'resolve', 'confirm') AND "at" >= :since AND "at" < :until
        """
    )
    return sorted(session.scalars(query, {"since": since, "until": until}))


def histories(session: Session, ids: Sequence[int], until: datetime) -> list[gaming.History]:
    """Return cases with their logs, up to when a re-opening would still tell of a closure before `until`."""
    terms = sla.terms_by_subject(session, "case", ids)
    query = text(
        """
        SELECT l.subject_id, l.step, l.at, l.by, l.facts, k.department, COALESCE(k.issue, '') AS issue
        FROM case_log l JOIN "case" k ON k.id = l.subject_id
        WHERE l.subject_id = ANY(CAST(:ids AS bigint[])) AND l.at < :until ORDER BY l.subject_id, l.at, l.seq
        """
    )
    values = {"ids": list(ids), "until": until + AFTERWARDS + timedelta(seconds=1)}
    lines: dict[int, list[gaming.Line]] = {}
    known: dict[int, tuple[str, str]] = {}
    for row in session.execute(query, values):
        lines.setdefault(row.subject_id, []).append(gaming.Line(row.step, row.at, row.by, row.facts))
        known[row.subject_id] = (row.department or "", row.issue)
    return [gaming.History(id_, *known[id_], terms.get(id_, {}), found) for id_, found in lines.items()]


def _row(flag: gaming.Flag) -> dict[str, Any]:
    return {
        "kind": flag.kind,
        "name": gaming.KINDS[flag.kind],
        "department": flag.department,
        "subject": f"case:{flag.case}",
        "case": flag.case,
        "sentence": flag.sentence,
        "numbers": dict(flag.numbers),
        "at": flag.at,
        "by": flag.by,
    }
