"""Queries of the tracking page: who may see what, where it stands, and what the customer says to it.

Sessions come from models.rights.customer: PostgreSQL itself shows them one feedback and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.change import By, advance
from models.customers.submitting import REMARKS, REMARKS_DEFINITION, sign, submit
from models.schema.feedback import Feedback
from models.schema.intake import Source
from models.schema.loop import Case, CaseLog
from models.schema.tracked import CustomerAnswer, CustomerPreference, Erasure
from models.sla import next_promise
from voc.telling.tracking import Change, Stage, may_answer, timeline

LONGEST_REMARK = 2_000
REMARKS_A_DAY = 10


def find(session: Session, number: str, digits: str) -> int | None:
    """Return the feedback of a number, if the customer's telephone ends in these digits."""
    query = text("SELECT tracked(:number, :digits)")
    found: int | None = session.scalar(query, {"number": number, "digits": digits})
    return found


@dataclass(frozen=True)
class Standing:
    """Where a feedback stands, in what a customer may read."""

    feedback: int
    number: str
    category: str
    stages: Sequence[Stage]
    promised: datetime | None
    changes: Sequence[Change]
    may_confirm: bool
    may_reopen: bool
    answered: str | None
    erasing: bool
    customer: int | None


def standing(session: Session, feedback_id: int, now: datetime) -> Standing | None:
    """Read where a feedback stands; None when it was erased since."""
    feedback = session.get(Feedback, feedback_id)
    if feedback is None:
        return None
    case = session.scalars(select(Case).where(Case.feedback_id == feedback_id)).first()
    log = _log(session, case) if case else []
    changes = [Change(*row) for row in session.execute(text("SELECT * FROM tracked_changes()"))]
    state = case.state if case else None
    confirm, reopen = may_answer(state)
    return Standing(
        feedback_id,
        feedback.tracking_number,
        case.category if case else "服务体验",
        timeline(case.opened_at if case else feedback.occurred_at, state, log, changes),
        _promised(session, case, now),
        changes,
        confirm,
        reopen,
        _answered(session, feedback_id, case),
        _erasing(session, feedback_id),
        feedback.customer_id,
    )


def _log(session: Session, case: Case) -> list[tuple[str, datetime]]:
    query = select(CaseLog.step, CaseLog.at).where(CaseLog.subject_id == case.id).order_by(CaseLog.seq)
    return [(step, at) for step, at in session.execute(query)]


def _promised(session: Session, case: Case | None, now: datetime) -> datetime | None:
    # Once it is solved, the promise to call back is ours to keep and nothing the customer waits for.
    if case is None or case.state in ("resolved", "confirmed", "merged"):
        return None
    clock = next_promise(session, "case", [case.id], now).get(case.id)
    return clock.due_at if clock else None


def _answered(session: Session, feedback_id: int, case: Case | None) -> str | None:
    return session.scalar(
        select(CustomerAnswer.kind)
        .where(
            CustomerAnswer.feedback_id == feedback_id,
            CustomerAnswer.round == (case.round if case else 0),
            CustomerAnswer.kind.in_(("satisfied", "unsatisfied")),
        )
        .order_by(CustomerAnswer.id.desc())
        .limit(1)
    )


def _erasing(session: Session, feedback_id: int) -> bool:
    query = select(Erasure.id).where(Erasure.feedback_id == feedback_id, Erasure.done_at.is_(None))
    return session.scalar(query) is not None


def answer(session: Session, feedback_id: int, kind: str, now: datetime) -> bool:
    """Note that a customer is satisfied or not: the case is confirmed, or opened again; return whether it was.

    Needs a session that may take steps; the caller has made sure that it is this customer's feedback.
    """
    case = session.scalars(select(Case).where(Case.feedback_id == feedback_id).with_for_update()).first()
    if case is None or not may_answer(case.state)[kind != "satisfied"]:
        return False
    step, facts = ("confirm", {}) if kind == "satisfied" else ("reopen", {"reason": "客户表示没有解决"})
    round_ = case.round
    by = By(f"customer:{feedback_id}", now)
    done = advance(session, "case", step, {case.id: facts}, by, strict=False)
    if done:
        session.add(CustomerAnswer(feedback_id=feedback_id, case_id=case.id, round=round_, kind=kind, at=now))
    return bool(done)


def remark(session: Session, feedback_id: int, words: str, now: datetime) -> bool:
    """Take in what a customer adds: as feedback of its own, and as a step in the case; False when it is too much."""
    if _remarked(session, feedback_id, now - timedelta(days=1)) >= REMARKS_A_DAY:
        return False
    register(session)
    case = session.scalars(select(Case).where(Case.feedback_id == feedback_id)).first()
    row = CustomerAnswer(
        feedback_id=feedback_id, case_id=case and case.id, round=case.round if case else 0, kind="remark", at=now
    )  # fmt: skip
    session.add(row)
    session.flush()
    _enter(session, feedback_id, row.id, words, now)
    if case:
        by = By(f"customer:{feedback_id}", now)
        # The words stay where they can be erased; the log is for ever and holds the number of the remark.
        advance(session, "case", "note", {case.id: {"answer": row.id}}, by, strict=False)
    return True


def _remarked(session: Session, feedback_id: int, since: datetime) -> int:
    said = (
        CustomerAnswer.feedback_id == feedback_id,
        CustomerAnswer.kind == "remark",
        CustomerAnswer.at > since,
    )
    return session.scalar(select(func.count()).where(*said)) or 0


def _enter(session: Session, feedback_id: int, answer_id: int, words: str, now: datetime) -> None:
    """The words come in like those of any file, and carry the feedback they belong to."""
    payload = {"编号": f"remark-{answer_id}", "内容": words[:LONGEST_REMARK], "时间": now.isoformat()}
    session.execute(text("SELECT set_config('voc.feedback', :id, true)"), {"id": str(feedback_id)})
    for raw in submit(session, REMARKS, [(payload["编号"], payload)], now):
        sign(session, raw)


def remarks(session: Session, feedback_id: int) -> list[tuple[datetime, str | None]]:
    """List what a customer has added to a feedback, masked; no words yet where it was not understood so far."""
    query = text("SELECT said_at, words FROM remarks_on(:id)")
    return [(at, words) for at, words in session.execute(query, {"id": feedback_id})]


def register(session: Session) -> None:
    """Make the source that remarks enter by, the first time."""
    values = {key: REMARKS_DEFINITION[key] for key in ("name", "title", "kind", "channel")}
    made = upsert(Source).values(**values, definition=dict(REMARKS_DEFINITION))
    session.execute(made.on_conflict_do_nothing(index_elements=[Source.name]))


def ask_erasure(session: Session, feedback_id: int, now: datetime) -> None:
    """Note that a customer wants to be erased; asked again, nothing changes."""
    session.execute(upsert(Erasure).values(feedback_id=feedback_id, asked_at=now).on_conflict_do_nothing())


def wishes(session: Session, customer_id: int | None) -> CustomerPreference | None:
    """Read how a customer wants to be told."""
    return session.get(CustomerPreference, customer_id) if customer_id else None


def wish(
    session: Session,
    customer_id: int,
    reach: str | None,
    quiet: tuple[int, int] | None,
    silent: bool,
    now: datetime,
) -> None:
    """Keep how a customer wants to be told, and when not."""
    values = {
        "reach": reach,
        "quiet_from": quiet[0] if quiet else None,
        "quiet_until": quiet[1] if quiet else None,
        "silent": silent,
        "changed_at": now,
    }
    made = upsert(CustomerPreference).values(customer_id=customer_id, **values)
    session.execute(made.on_conflict_do_update(index_elements=["customer_id"], set_=values))
