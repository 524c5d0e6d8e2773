"""Questions that wait for a person's yes or no; portal, Prefect form and command line all answer here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from models.change import By, advance, begin
from models.problems import regrouping
from models.schema.approval import KINDS, Approval
from voc.errors import InputError

LEADERSHIP = "leadership"
KIND_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "action": "改进措施",
        "problem_merge": "合并问题",
        "problem_split": "拆分问题",
        "taxonomy_class": "新增分类",
        "report": "报告呈送",
    }
)
_SHOWN = text(
    """
    SELECT p.id, p.kind, p.subject, p.title, p.body, p.evidence_url, p.facts, p.asked_of,
           COALESCE(d.name, '领导') AS asked_of_name, p.due_at, p.state, p.requested_by, p.requested_at, p.flow_run,
           l.by AS decided_by, l.at AS decided_at, l.facts ->> 'reason' AS reason
    FROM approval p LEFT JOIN department d ON d.code = p.asked_of
    LEFT JOIN approval_log l ON l.subject_id = p.id AND l.step IN ('approve', 'refuse', 'withdraw')
    WHERE (:everything OR p.state = 'open') AND (CAST(:id AS bigint) IS NULL OR p.id = :id)
      AND (CAST(:asked_of AS text) IS NULL OR p.asked_of = :asked_of)
    ORDER BY p.state <> 'open', CASE WHEN p.state = 'open' THEN p.due_at END, p.id DESC
    """
)


def request(
    session: Session,
    kind: str,
    subject: str,
    title: str,
    body: str,
    evidence_url: str | None,
    asked_of: str,
    due_at: datetime,
    by: By,
    facts: Mapping[str, Any] | None = None,
) -> int:
    """Ask for an approval and return its number; a question that is open already is not asked again.

    `asked_of` is a department code or "leadership"; `facts` holds what the consequence of a yes needs.
    """
    if kind not in KINDS:
        raise InputError(f"没有「{kind}」这类审批，可用：{'、'.join(KINDS)}。")
    row = {
        "kind": kind, "subject": subject, "title": title, "body": body, "evidence_url": evidence_url,
        "facts": dict(facts or {}), "asked_of": asked_of, "due_at": due_at, "requested_by": by.who,
        "requested_at": by.at,
    }  # fmt: skip
    made = begin(session, "approval", "request", [row], by)
    if made:
        return made[0]
    found = open_request(session, kind, subject)
    # Answered between the two statements: then it is a new question.
    return found if found is not None else request(
        session, kind, subject, title, body, evidence_url, asked_of, due_at, by, facts
    )  # fmt: skip


def open_request(session: Session, kind: str, subject: str) -> int | None:
    """Return the number of the open question about a subject, if one waits."""
    query = select(Approval.id).where(
        Approval.kind == kind, Approval.subject == subject, Approval.state == "open"
    )
    return session.scalar(query)


def decide(session: Session, id_: int, yes: bool, reason: str, by: By) -> bool:
    """Answer a question and do what follows, in this transaction; False: it was answered already.

    Raises InputError when there is no such question, StepRefused when a no comes without a reason or the
    consequence is not possible any more.
    """
    row = session.get(Approval, id_)
    if row is None:
        raise InputError(f"没有编号为 {id_} 的审批，用 voc approvals 查看。")
    if not yes and not reason.strip():
        raise InputError("驳回须写明理由。")
    step = "approve" if yes else "refuse"
    # The row is locked and asked again under the lock: of two answers at once the second finds it closed.
    if not advance(session, "approval", step, {id_: {"reason": reason.strip()}}, by, strict=False):
        return False
    (_AFTER_YES if yes else _AFTER_NO).get(row.kind, _nothing)(session, row, reason.strip(), by)
    return True


def withdraw(session: Session, kind: str, subject: str, reason: str, by: By) -> bool:
    """Take a question back because what it was about is settled otherwise; tell whether one was open."""
    id_ = open_request(session, kind, subject)
    facts = {"reason": reason}
    return id_ is not None and bool(advance(session, "approval", "withdraw", {id_: facts}, by, strict=False))


def approvals(
    session: Session, everything: bool = False, asked_of: str | None = None
) -> list[dict[str, Any]]:
    """List the questions that wait, most urgent first; with everything, the answered ones after them."""
    values = {"everything": everything, "id": None, "asked_of": asked_of}
    return [dict(row) for row in session.execute(_SHOWN, values).mappings()]


def approval(session: Session, id_: int) -> dict[str, Any]:
    """Return one question with its answer, or raise InputError when there is none of this number."""
    row = session.execute(_SHOWN, {"everything": True, "id": id_, "asked_of": None}).mappings().first()
    if row is None:
        raise InputError(f"没有编号为 {id_} 的审批，用 voc approvals 查看。")
    return dict(row)


def answer(session: Session, kind: str, subject: str) -> str | None:
    """Return where the newest question about a subject stands: open, approved, refused, withdrawn, or None."""
    query = select(Approval.state).where(Approval.kind == kind, Approval.subject == subject)
    return session.scalar(query.order_by(Approval.id.desc()).limit(1))


def note_run(session: Session, id_: int, run: str | None) -> None:
    """Note which sleeping run shows a question; None: none does any more."""
    session.execute(update(Approval).where(Approval.id == id_).values(flow_run=run))


def answered_with_run(session: Session) -> list[dict[str, Any]]:
    """List the answered questions whose run is not known to be closed."""
    ids = session.scalars(select(Approval.id).where(Approval.state != "open", Approval.flow_run.is_not(None)))
    return [approval(session, id_) for id_ in ids.all()]


# --- what follows from an answer ---------------------------------------------------------------------------


def _nothing(session: Session, row: Approval, reason: str, by: By) -> None:
    """Reports and classes are taken up by whoever asked; the answer is read with `answer`."""


def _approve_action(session: Session, row: Approval, reason: str, by: By) -> None:
    advance(session, "action", "approve", {_number(row): {"reason": reason} if reason else {}}, by)


def _refuse_action(session: Session, row: Approval, reason: str, by: By) -> None:
    advance(session, "action", "cancel", {_number(row): {"reason": reason}}, by)


def _merge(session: Session, row: Approval, reason: str, by: By) -> None:
    asked = row.facts
    regrouping.merge(
        session, int(asked["survivor"]), int(asked["gone"]), by, reason or str(asked.get("reason", ""))
    )


def _split(session: Session, row: Approval, reason: str, by: By) -> None:
    asked = row.facts
    regrouping.split(
        session, int(asked["problem"]), asked.get("members", []), asked.get("narrowed", {}),
        str(asked.get("name", "")), by, reason or str(asked.get("reason", "")),
    )  # fmt: skip


def _number(row: Approval) -> int:
    return int(row.subject.rpartition(":")[2])


_AFTER_YES: Mapping[str, Callable[[Session, Approval, str, By], None]] = MappingProxyType(
    {"action": _approve_action, "problem_merge": _merge, "problem_split": _split}
)
_AFTER_NO: Mapping[str, Callable[[Session, Approval, str, By], None]] = MappingProxyType(
    {"action": _refuse_action}
)
