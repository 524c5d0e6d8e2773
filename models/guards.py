"""What the database knows that forbids a step: read under the lock of the row, asked of nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import text
from sqlalchemy.orm import Session

Found = dict[int, dict[str, bool]]
_RESOLVED_BY = text(
    """
    SELECT DISTINCT ON (subject_id) subject_id, "by" FROM case_log
    WHERE subject_id = ANY(:ids) AND step = 'resolve' ORDER BY subject_id, seq DESC
    """
)

_STILL_CALLED_IN = text(
    "SELECT DISTINCT case_id FROM case_task WHERE case_id = ANY(:ids) AND done_at IS NULL"
)
_SUBMITTED_BY = text(
    """
    SELECT DISTINCT ON (subject_id) subject_id, "by" FROM rootcause_log
    WHERE subject_id = ANY(:ids) AND step = 'submit' ORDER BY subject_id, seq DESC
    """
)
# Came back, and nobody has explained why since: no report of that round or a later one was accepted.
_CAME_BACK_UNEXPLAINED = text(
    """
    SELECT l.subject_id FROM problem_log l JOIN problem p ON p.id = l.subject_id
    WHERE l.subject_id = ANY(:ids) AND l.step = 'relapse' GROUP BY l.subject_id
    HAVING NOT EXISTS (SELECT 1 FROM rootcause r WHERE r.problem_id = l.subject_id
                       AND r.state IN ('accepted', 'closed') AND r.asked_at >= max(l.at))
    """
)


def forbidding(session: Session, life: str, step: str, ids: Sequence[int], who: str) -> Found:
    """Return the facts that forbid a step, by subject; nothing for steps that nothing forbids."""
    guard = _GUARDS.get((life, step))
    return guard(session, ids, who) if guard and ids else {}


def _closing(session: Session, ids: Sequence[int], who: str) -> Found:
    found: Found = {}
    for id_, resolver in session.execute(_RESOLVED_BY, {"ids": list(ids)}):
        if resolver == who:
            found.setdefault(id_, {})["own_work"] = True
    for id_ in session.scalars(_STILL_CALLED_IN, {"ids": list(ids)}):
        found.setdefault(id_, {})["joint_missing"] = True
    return found


def _own_report(session: Session, ids: Sequence[int], who: str) -> Found:
    submitted = session.execute(_SUBMITTED_BY, {"ids": list(ids)})
    return {id_: {"own_work": True} for id_, author in submitted if author == who}


def _report_missing(session: Session, ids: Sequence[int], who: str) -> Found:
    missing = session.scalars(_CAME_BACK_UNEXPLAINED, {"ids": list(ids)})
    return {id_: {"report_missing": True} for id_ in missing}


_GUARDS: Mapping[tuple[str, str], Callable[[Session, Sequence[int], str], Found]] = MappingProxyType(
    {
        ("case", "confirm"): _closing,
        ("rootcause", "accept"): _own_report,
        ("problem", "improve"): _report_missing,
    }
)
