"""Queries of questionnaires: publish, take answers in, stop a campaign at its target, show what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from models.customers import inviting
from models.customers.submitting import submit
from models.intake.collecting import register_source
from models.schema.intake import RawRecord, Source
from models.schema.surveying import Campaign, Survey
from voc.errors import InputError
from voc.surveys.forms import TOLD, as_dict, source_of, survey_from
from voc.surveys.forms import Survey as Form


def write_down(session: Session, form: Form, now: datetime) -> Survey:
    """Keep a questionnaire as the newest draft of its code."""
    draft = session.scalars(select(Survey).where(Survey.code == form.code, Survey.state == "draft")).first()
    if draft is None:
        newest = session.scalar(select(func.max(Survey.version)).where(Survey.code == form.code)) or 0
        draft = Survey(code=form.code, version=newest + 1, state="draft", created_at=now)
        session.add(draft)
    draft.title, draft.definition = form.title, as_dict(form)
    session.flush()
    return draft


def newest(session: Session, code: str) -> Survey:
    """Return the newest version of a questionnaire."""
    query = select(Survey).where(Survey.code == code).order_by(Survey.version.desc()).limit(1)
    row = session.scalars(query).first()
    if row is None:
        raise InputError(f"没有代号为「{code}」的问卷，用 voc survey list 查看。")
    return row


def form_of(row: Survey) -> Form:
    """Read the questionnaire a row holds."""
    return survey_from(row.code, row.definition)


def publish(session: Session, code: str, now: datetime) -> Survey:
    """Ask the newest version from now on; the one before is closed, and what it collected stays."""
    row = newest(session, code)
    if row.state == "published":
        return row
    before = update(Survey).where(Survey.code == code, Survey.state == "published")
    session.execute(before.values(state="closed", closed_at=now))
    row.state, row.published_at, row.closed_at = "published", now, None
    definition = source_of(form_of(row))
    register_source(session, definition["name"], definition)
    return row


def published(session: Session, code: str) -> Survey | None:
    """Return the questionnaire that is asked under a code."""
    query = select(Survey).where(Survey.code == code, Survey.state == "published")
    return session.scalars(query).first()


def start_campaign(
    session: Session, code: str, topic: str, target: int, causes: int, now: datetime
) -> Campaign:
    """Collect answers on a topic until there are enough."""
    row = published(session, code)
    if row is None:
        raise InputError("征集要先发布问卷：voc survey publish 代号。")
    running = session.scalars(
        select(Campaign).where(Campaign.survey_id == row.id, Campaign.stopped_at.is_(None))
    ).first()
    if running is not None:
        raise InputError(f"这份问卷正在征集「{running.topic}」，到量后再开始新的征集。")
    made = Campaign(survey_id=row.id, topic=topic, target=target, causes=causes, started_at=now)
    session.add(made)
    session.flush()
    return made


def take(
    session: Session,
    row: Survey,
    number: str,
    answers: Mapping[str, str],
    phone: str,
    now: datetime,
    invitation: int | None = None,
) -> bool:
    """Take one filled-in form in, like a row of any file; False when a campaign has enough already.

    The answer to an invitation is that customer's; what the form said of a telephone is not looked at then.
    """
    campaign = _latest(session, row)
    if campaign and campaign.stopped_at:
        return False
    source = source_of(form_of(row))["name"]
    told = {TOLD["external_id"]: number, TOLD["occurred_at"]: now.isoformat(), TOLD["phone"]: phone}
    payload = {**answers, **told}
    if invitation is None:
        submit(session, source, [(number, payload)], now)
    else:
        number = payload[TOLD["external_id"]] = f"i-{invitation}"
        inviting.answered(session, invitation, submit(session, source, [(number, payload)], now), now)
    if campaign and answered(session, source, campaign.started_at) >= campaign.target:
        # The lock on its row makes it stop at the target exactly, however many answer at once.
        campaign.stopped_at = now
        session.execute(update(Survey).where(Survey.id == row.id).values(state="closed", closed_at=now))
    return True


def _latest(session: Session, row: Survey) -> Campaign | None:
    query = select(Campaign).where(Campaign.survey_id == row.id).order_by(Campaign.id.desc()).limit(1)
    return session.scalars(query.with_for_update()).first()


def answered(session: Session, source: str, since: datetime | None = None) -> int:
    """Count the filled-in forms of a source."""
    query = text(
        """
        SELECT count(DISTINCT r.record_key) FROM vault.raw_record r JOIN source s ON s.id = r.source_id
        JOIN batch b ON b.id = r.batch_id WHERE s.name = :source
          AND b.collected_at >= COALESCE(CAST(:since AS timestamptz), '-infinity')
        """
    )
    return int(session.scalar(query, {"source": source, "since": since}) or 0)


def listed(session: Session) -> list[dict[str, Any]]:
    """List the questionnaires with their newest version, how many answered, and a campaign if there is one."""
    rows = session.scalars(select(Survey).order_by(Survey.code, Survey.version)).all()
    campaigns = {c.survey_id: c for c in session.scalars(select(Campaign).order_by(Campaign.id))}
    return [
        {
            "code": row.code, "version": row.version, "title": row.title, "state": row.state,
            "answers": answered(session, source_of(form_of(row))["name"], row.published_at) if row.published_at else 0,
            "campaign": campaigns[row.id].topic if row.id in campaigns else None,
            "target": campaigns[row.id].target if row.id in campaigns else None,
            "invited": inviting.response(session, row.code)[0],
            "came_back": inviting.response(session, row.code)[1],
        }
        for row in rows
    ]  # fmt: skip


def choices(session: Session, form: Form) -> dict[str, dict[str, int]]:
    """Count the answers to every question that has a limited number of them."""
    counted: dict[str, dict[str, int]] = {}
    query = (
        select(RawRecord.payload).join(Source, Source.id == RawRecord.source_id)
        .where(Source.name == source_of(form)["name"])
    )  # fmt: skip
    for payload in session.scalars(query):
        for question in form.questions:
            for value in (
                filter(None, str(payload.get(question.id, "")).split("；")) if question.kind != "open" else ()
            ):
                counts = counted.setdefault(question.id, {})
                counts[value] = counts.get(value, 0) + 1
    return counted


def causes(session: Session, source: str, most: int) -> Sequence[Mapping[str, Any]]:
    """List what the answers of a source complain of most, with masked sentences that show it."""
    query = text(
        """
        SELECT m.issue, count(DISTINCT f.id) AS answers, count(DISTINCT COALESCE(f.customer_id, -f.id)) AS customers,
               (array_agg(f.text ORDER BY m.confidence DESC, f.id))[1:3] AS evidence
        FROM feedback f JOIN source s ON s.id = f.source_id AND s.name = :source
        JOIN annotation a ON a.feedback_id = f.id AND a.current
        JOIN mention m ON m.annotation_id = a.id AND m.polarity = -1 AND m.current
        WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL
        GROUP BY m.issue ORDER BY 2 DESC, 1 LIMIT :most
        """
    )
    return [dict(row) for row in session.execute(query, {"source": source, "most": most}).mappings()]
