"""Erasing: what a customer said and left is overwritten; a keyed hash of each record stops whoever writes late.

Figures stay: what was counted was counted of somebody, and nobody can tell any more of whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from models.analysis.analysing import forget_copies
from models.problems.registering import forget_members
from models.schema.alarm import Alarm
from models.schema.intake import Source
from models.schema.tracked import Erasure
from settings import get_settings

GONE = "（已按客户要求删除）"
EXPIRED = "（已过保存期限）"


def asked(session: Session) -> list[dict[str, Any]]:
    """List the wishes to be erased that nobody has carried out yet."""
    query = text(
        """
        SELECT e.id, e.feedback_id, f.tracking_number AS number, e.asked_at,
               (SELECT count(*) FROM feedback o WHERE o.customer_id = f.customer_id OR o.id = f.id) AS feedback
        FROM erasure e JOIN feedback f ON f.id = e.feedback_id WHERE e.done_at IS NULL ORDER BY e.id
        """
    )
    return [dict(row) for row in session.execute(query).mappings()]


def carry_out(session: Session, erasure_id: int, by: str, now: datetime) -> int:
    """Erase everything the customer of a wish ever said and how to reach them; return how much feedback that was."""
    row = session.scalars(
        select(Erasure).where(Erasure.id == erasure_id, Erasure.done_at.is_(None)).with_for_update()
    ).first()
    if row is None:
        return 0
    ids = _of_the_same(session, row.feedback_id)
    overwrite(session, ids, GONE, now)
    _forget_contact(session, row.feedback_id, now)
    row.done_at, row.done_by, row.rows = now, by, len(ids)
    return len(ids)


def _of_the_same(session: Session, feedback_id: int) -> list[int]:
    query = text(
        """
        SELECT o.id FROM feedback f JOIN feedback o ON o.id = f.id OR o.customer_id = f.customer_id
        WHERE f.id = :id ORDER BY 1
        """
    )
    return list(session.scalars(query, {"id": feedback_id}))


def overwrite(session: Session, ids: Sequence[int], words: str, now: datetime) -> None:
    """Overwrite what was said, raw and masked, and everything read from it, and leave tombstones."""
    values = {"ids": list(ids), "words": words, "now": now, "salt": get_settings().erasure_salt()}
    forget_copies(session, ids)
    forget_members(session, ids)
    _overwrite_quoted(session, ids, words)
    session.execute(text("SELECT set_config('voc.erasing', 'yes', true)"))
    for statement in _STATEMENTS:
        session.execute(text(statement), values)
    session.execute(text("SELECT set_config('voc.erasing', '', true)"))


_RAW = """SELECT r.id FROM vault.raw_record r JOIN feedback f
          ON f.source_id = r.source_id AND f.record_key = r.record_key WHERE f.id = ANY(:ids)"""
_CASES = 'SELECT id FROM "case" WHERE feedback_id = ANY(:ids)'
_STATEMENTS = (
    f"""INSERT INTO vault.tombstone (hash, at)
        SELECT DISTINCT encode(sha256(convert_to(:salt || source_id || ':' || record_key, 'UTF8')), 'hex'),
               CAST(:now AS timestamptz) FROM vault.raw_record WHERE id IN ({_RAW})
        ON CONFLICT DO NOTHING""",  # noqa: S608  (of constants)
    f"UPDATE vault.raw_record SET payload = '{{}}' WHERE id IN ({_RAW})",  # noqa: S608
    """UPDATE feedback SET text = :words, content_hash = 0, agent = NULL, region = NULL WHERE id = ANY(:ids)""",
    """UPDATE evidence SET text = :words WHERE feedback_id = ANY(:ids)""",
    """UPDATE clarification SET quote = :words WHERE feedback_id = ANY(:ids) AND quote IS NOT NULL""",
    """UPDATE tracking_link SET revoked_at = :now WHERE feedback_id = ANY(:ids) AND revoked_at IS NULL""",
    """UPDATE outbox SET state = 'suppressed', note = '客户已要求删除'
       WHERE state IN ('pending', 'retry', 'unknown', 'dead') AND recipient IN (
           SELECT 'customer:' || customer_id FROM feedback WHERE id = ANY(:ids))""",
    # What staff wrote and put beside the case may tell of the customer; that it was written stays.
    f"UPDATE desk_note SET text = :words WHERE life = 'case' AND subject_id IN ({_CASES})",  # noqa: S608
    f"DELETE FROM desk_file WHERE life = 'case' AND subject_id IN ({_CASES})",  # noqa: S608
    f"UPDATE case_task SET result = :words WHERE done_at IS NOT NULL AND case_id IN ({_CASES})",  # noqa: S608
    """UPDATE knowledge_version SET answer = :words WHERE knowledge_id IN (
           SELECT id FROM knowledge WHERE origin = ANY(SELECT 'feedback:' || unnest(CAST(:ids AS bigint[]))))""",
    """UPDATE knowledge SET answer = :words, state = 'retired', terms = '{}'
       WHERE origin = ANY(SELECT 'feedback:' || unnest(CAST(:ids AS bigint[])))""",
)

_SHOWN = 6  # characters; anything shorter is said by many


def _overwrite_quoted(session: Session, ids: Sequence[int], words: str) -> None:
    """Take what was said out of the quotations of alarms, which are pieces of it."""
    said = session.scalars(text("SELECT text FROM feedback WHERE id = ANY(:ids)"), {"ids": list(ids)})
    everything = "\0".join(said)
    quoted = select(Alarm.id, Alarm.quotations).where(Alarm.quotations != [])
    for id_, quotations in session.execute(quoted).all():
        kept = [words if _is_piece(one, everything) else one for one in quotations]
        if kept != quotations:
            session.execute(update(Alarm).where(Alarm.id == id_).values(quotations=kept))


def _is_piece(quotation: str, everything: str) -> bool:
    piece = quotation.strip("…「」 ")
    return len(piece) >= _SHOWN and piece in everything


def _forget_contact(session: Session, feedback_id: int, now: datetime) -> None:
    values = {"id": feedback_id, "now": now}
    whose = "(SELECT customer_id FROM feedback WHERE id = :id)"
    session.execute(text(f"DELETE FROM vault.contact WHERE customer_id = {whose}"), values)  # noqa: S608
    session.execute(text(f"DELETE FROM survey_invitation WHERE customer_id = {whose}"), values)  # noqa: S608
    session.execute(text(f"DELETE FROM customer_preference WHERE customer_id = {whose}"), values)  # noqa: S608
    # The pseudonym is a keyed hash of a telephone: with the key it could be tried out.
    forgotten = f"UPDATE customer SET pseudonym = 'erased-' || id WHERE id = {whose}"  # noqa: S608
    session.execute(text(forgotten), values)


def expired(session: Session, source_id: int, before: datetime, limit: int) -> list[int]:
    """List feedback of a source that is older than it may be kept."""
    query = text(
        """
        SELECT id FROM feedback WHERE source_id = :source AND occurred_at < :before AND text <> :words
        ORDER BY occurred_at LIMIT :limit
        """
    )
    values = {"source": source_id, "before": before, "words": EXPIRED, "limit": limit}
    return list(session.scalars(query, values))


def retain(session: Session, now: datetime, limit: int = 100_000) -> dict[str, int]:
    """Overwrite the feedback of every source that is older than it may be kept; return how much, by source."""
    done: dict[str, int] = {}
    for name, days in get_settings().retention_days.items():
        source = session.scalar(select(Source.id).where(Source.name == name))
        ids = expired(session, source, now - timedelta(days=days), limit) if source else []
        if ids:
            overwrite(session, ids, EXPIRED, now)
        done[name] = len(ids)
    return done
