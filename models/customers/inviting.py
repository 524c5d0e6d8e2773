"""Invitations to a questionnaire: who could be asked, the message that asks them, and the answer that comes back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.schema.surveying import Survey, SurveyInvitation
from models.telling import WAY
from settings import get_settings
from voc.surveys.forms import survey_from
from voc.telling.inviting import Candidate
from voc.telling.messages import INVITATION

_ASKED = "(SELECT max(i.asked_at) FROM survey_invitation i WHERE i.customer_id = f.customer_id) AS asked_at"
# Solved and confirmed, or solved and asked back without an answer; long enough ago, and not since ages.
_AFTER_SERVICE = f"""
    SELECT f.customer_id AS customer, 'case:' || k.id AS subject, {_ASKED}, COALESCE(w.silent, false) AS silent
    FROM "case" k JOIN feedback f ON f.id = k.feedback_id JOIN reachable c ON c.customer_id = f.customer_id
    LEFT JOIN customer_preference w ON w.customer_id = f.customer_id
    WHERE k.changed_at >= :since AND k.changed_at < :until AND f.suspect IS NULL
      AND (k.state = 'confirmed' OR k.state = 'resolved' AND EXISTS (
           SELECT FROM case_log l WHERE l.subject_id = k.id AND l.step = 'callback' AND l.at < :until))
      AND NOT EXISTS (SELECT FROM survey_invitation i WHERE i.subject = 'case:' || k.id)
    ORDER BY k.changed_at, k.id LIMIT :limit
    """  # noqa: S608  (of constants)
# Whoever spoke to us lately, in an order that differs from quarter to quarter and not from run to run.
_OF_QUARTER = f"""
    SELECT f.customer_id AS customer, :subject AS subject, {_ASKED}, COALESCE(w.silent, false) AS silent
    FROM (SELECT DISTINCT customer_id FROM feedback
          WHERE occurred_at >= :since AND disposition = 'accepted' AND suspect IS NULL) f
    JOIN reachable c ON c.customer_id = f.customer_id
    LEFT JOIN customer_preference w ON w.customer_id = f.customer_id
    WHERE NOT EXISTS (SELECT FROM survey_invitation i
                      WHERE i.subject = :subject AND i.customer_id = f.customer_id)
    ORDER BY md5(:subject || f.customer_id) LIMIT :limit
    """  # noqa: S608
_QUEUE = f"""
    INSERT INTO outbox (subject, event, round, audience, recipient, channel, data, state, attempts, next_attempt_at,
                        repeat, created_at)
    SELECT 'survey:' || i.id, '{INVITATION}', 1, 'customer', 'customer:' || i.customer_id,
           COALESCE(CAST(:channels AS jsonb) ->> {WAY}, :channel),
           jsonb_build_object('template', '{INVITATION}', 'title', CAST(:title AS text), 'survey', CAST(:code AS text),
                              'invitation', i.id, 'after_service', i.subject LIKE 'case:%',
                              'link', CAST(:link AS text)),
           'pending', 0, :now, false, :now
    FROM survey_invitation i JOIN reachable c ON c.customer_id = i.customer_id
    LEFT JOIN customer_preference w ON w.customer_id = i.customer_id
    WHERE i.id = ANY(:ids) ON CONFLICT DO NOTHING
    """  # noqa: S608
LIMIT = 20_000


def after_service(session: Session, since: datetime, until: datetime) -> list[Candidate]:
    """List the customers whose case was closed within a stretch and who were not asked about it."""
    values = {"since": since, "until": until, "limit": LIMIT}
    return [Candidate(*row) for row in session.execute(text(_AFTER_SERVICE), values)]


def of_quarter(session: Session, quarter: str, since: datetime) -> list[Candidate]:
    """List the customers who spoke to us since a day and were not asked in this quarter."""
    values = {"subject": f"quarter:{quarter}", "since": since, "limit": LIMIT}
    return [Candidate(*row) for row in session.execute(text(_OF_QUARTER), values)]


def asked_in(session: Session, quarter: str) -> int:
    """Count who was asked in a quarter already."""
    query = text("SELECT count(*) FROM survey_invitation WHERE subject = :subject")
    return int(session.scalar(query, {"subject": f"quarter:{quarter}"}) or 0)


def invite(session: Session, row: Survey, chosen: Sequence[Candidate], now: datetime) -> int:
    """Invite customers to a questionnaire, with a message each in the same transaction; return how many."""
    if not chosen:
        return 0
    settings = get_settings()
    ends = now + timedelta(days=settings.link_days)
    rows = [
        {"survey_id": row.id, "customer_id": one.customer, "subject": one.subject, "asked_at": now, "expires_at": ends}
        for one in chosen
    ]  # fmt: skip
    made = upsert(SurveyInvitation).on_conflict_do_nothing().returning(SurveyInvitation.id)
    ids = list(session.scalars(made, rows))
    values = {
        "ids": ids, "now": now, "title": survey_from(row.code, row.definition).title, "code": row.code,
        "link": settings.public_url, "channel": settings.customer_channel,
        "channels": json.dumps(settings.customer_channels),
    }  # fmt: skip
    session.execute(text(_QUEUE), values)
    return len(ids)


# --- the link: signed, not stored; it opens an empty form and shows nothing of anybody --------------------------------


def token_of(invitation: int) -> str:
    """Return what stands in the link of an invitation; the same for each copy of the message."""
    return str(_signer().dumps(invitation))


def open_invitation(
    session: Session, token: str, code: str, now: datetime, *, lock: bool = False
) -> SurveyInvitation | None:
    """Return the invitation of a link to this questionnaire, if it can still be answered."""
    try:
        number = int(_signer().loads(token[:200]))
    except (BadSignature, TypeError, ValueError):
        return None
    query = select(SurveyInvitation).join(Survey, Survey.id == SurveyInvitation.survey_id)
    open_ = (SurveyInvitation.answered_at.is_(None), SurveyInvitation.expires_at > now)
    query = query.where(SurveyInvitation.id == number, Survey.code == code, *open_)
    return session.scalars(query.with_for_update(of=SurveyInvitation) if lock else query).first()


def answered(session: Session, invitation: int, raw: Sequence[int], now: datetime) -> None:
    """Note that an invitation was answered, and let the database put in whose answer it is."""
    query = update(SurveyInvitation).where(SurveyInvitation.id == invitation)
    session.execute(query.values(answered_at=now))
    for one in raw:
        session.execute(text("SELECT sign_answer(:raw, :id)"), {"raw": one, "id": invitation})


def response(session: Session, code: str) -> tuple[int, int]:
    """Count who was invited to a questionnaire and who answered."""
    query = text(
        """
        SELECT count(*), count(i.answered_at) FROM survey_invitation i JOIN survey s ON s.id = i.survey_id
        WHERE s.code = :code
        """
    )
    invited, answers = session.execute(query, {"code": code}).one()
    return int(invited), int(answers)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(get_settings().tracking_key(), salt="invitation")
