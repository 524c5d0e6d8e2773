"""Answering a case from the desk: the step, the words masked, and which entry of the knowledge base was used."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases.desk_work import masked
from models.change import By, advance
from models.schema.knowledge import Knowledge, KnowledgeUse
from voc.errors import InputError

NEEDS_WORDS = frozenset({"respond", "reply", "resolve", "reopen", "pause", "escalate"})


def answer_case(session: Session, case_id: int, step: str, words: str, used: int | None, by: By) -> None:
    """Take a step with a case and keep what was said; `used` is the entry the answer was made from."""
    said = masked(words)
    if step in NEEDS_WORDS and not said:
        raise InputError("请写明内容。")
    advance(session, "case", step, {case_id: {"reason": said} if said else {}}, by)
    if used is not None:
        _note_use(session, used, case_id, by)


def _note_use(session: Session, entry: int, case_id: int, by: By) -> None:
    version = session.scalar(
        select(Knowledge.version).where(Knowledge.id == entry, Knowledge.state == "published")
    )
    if version is not None:
        session.add(KnowledgeUse(knowledge_id=entry, version=version, case_id=case_id, at=by.at, by=by.who))
