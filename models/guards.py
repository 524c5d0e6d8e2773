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


def forbidding(session: Session, life: str, step: str, ids: Sequence[int], who: str) -> Found:
    """Return the facts that forbid a step, by subject; nothing for steps that nothing forbids."""
    guard = _GUARDS.get((life, step))
    return guard(session, ids, who) if guard and ids else {}


def _own_work(session: Session, ids: Sequence[int], who: str) -> Found:
    resolved = session.execute(_RESOLVED_BY, {"ids": list(ids)})
    return {id_: {"own_work": True} for id_, resolver in resolved if resolver == who}


_GUARDS: Mapping[tuple[str, str], Callable[[Session, Sequence[int], str], Found]] = MappingProxyType(
    {("case", "confirm"): _own_work}
)
