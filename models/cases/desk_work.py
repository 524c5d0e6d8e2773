"""What people leave at a desk: notes, files, and who has something in hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.change import By, advance
from models.schema.identity import User
from models.schema.loop import Action, Case
from models.schema.workbench import Attachment, Holder, Note
from settings import asset_bytes
from voc.attachments import LARGEST_TOTAL, Accepted
from voc.errors import InputError
from voc.privacy.masking import mask
from voc.privacy.names import NameModel, load_names


def masked(words: str) -> str:
    """Mask what identifies people in words that somebody typed; they may quote a customer."""
    return mask([words.strip()], _names()).texts[0]


@lru_cache(maxsize=1)
def _names() -> NameModel:
    return load_names(asset_bytes("names.npz"))


def add_note(session: Session, life: str, id_: int, words: str, percent: int | None, by: By) -> None:
    """Write down a remark, or progress when a percentage comes with it."""
    said = masked(words)
    if not said and percent is None:
        raise InputError("请写一句说明。")
    kind = "comment" if percent is None else "progress"
    session.add(
        Note(life=life, subject_id=id_, kind=kind, percent=percent, text=said[:2000], at=by.at, by=by.who)
    )


def notes(session: Session, life: str, id_: int) -> list[dict[str, Any]]:
    """List the notes on something, oldest first."""
    query = text(
        """
        SELECT n.kind, n.percent, n.text, n.at, n.by, u.name AS person FROM desk_note n
        LEFT JOIN app_user u ON 'person:' || u.login = n.by
        WHERE n.life = :life AND n.subject_id = :id ORDER BY n.id
        """
    )
    return [dict(row) for row in session.execute(query, {"life": life, "id": id_}).mappings()]


def attach(session: Session, life: str, id_: int, file: Accepted, by: By) -> None:
    """Keep a file beside something; the same file twice is kept once."""
    query = text("SELECT COALESCE(sum(size), 0) FROM desk_file WHERE life = :life AND subject_id = :id")
    held = int(session.scalar(query, {"life": life, "id": id_}) or 0)
    if held + len(file.content) > LARGEST_TOTAL:
        raise InputError(f"附件合计不能超过 {LARGEST_TOTAL // 2**20} MB，请压缩后再传。")
    values = {
        "life": life, "subject_id": id_, "name": file.name, "media_type": file.media_type,
        "size": len(file.content), "sha256": file.sha256, "content": file.content, "at": by.at, "by": by.who,
    }  # fmt: skip
    session.execute(upsert(Attachment).values(values).on_conflict_do_nothing())


def files(session: Session, life: str, id_: int) -> list[dict[str, Any]]:
    """List the files beside something, without their contents."""
    query = text(
        """
        SELECT f.id, f.name, f.media_type, f.size, f.at, u.name AS person FROM desk_file f
        LEFT JOIN app_user u ON 'person:' || u.login = f.by
        WHERE f.life = :life AND f.subject_id = :id ORDER BY f.id
        """
    )
    return [dict(row) for row in session.execute(query, {"life": life, "id": id_}).mappings()]


def file(session: Session, id_: int) -> Attachment | None:
    """Read one file."""
    return session.get(Attachment, id_)


def holder(session: Session, life: str, id_: int) -> str | None:
    """Return the name of who has something in hand."""
    query = select(User.name).join(Holder, Holder.user_id == User.id)
    return session.scalar(query.where(Holder.life == life, Holder.subject_id == id_))


def hold(session: Session, life: str, ids: Sequence[int], user_id: int, by: By) -> None:
    """Put something into the hands of a person."""
    rows = [
        {"life": life, "subject_id": id_, "user_id": user_id, "since": by.at, "by": by.who} for id_ in ids
    ]
    query = upsert(Holder).values(rows)
    values = {"user_id": user_id, "since": by.at, "by": by.who}
    session.execute(query.on_conflict_do_update(index_elements=["life", "subject_id"], set_=values))


def hand_over(
    session: Session, life: str, id_: int, department: str, colleague: int | None, reason: str, by: By
) -> None:
    """Give a case or a measure to another department, or to a colleague of one's own."""
    if department != department_of(session, life, id_):
        if not reason.strip():
            raise InputError("转交给其他部门须写明理由。")
        facts = {"department": department, "reason": masked(reason)}
        advance(session, life, "assign" if life == "case" else "hand_over", {id_: facts}, by)
        session.execute(
            text("DELETE FROM desk_holder WHERE life = :life AND subject_id = :id"), {"life": life, "id": id_}
        )
    if colleague is not None:
        _works_for(session, colleague, department)
        hold(session, life, [id_], colleague, by)


def department_of(session: Session, life: str, id_: int) -> str:
    """Return who answers for a case or a measure."""
    table: Any = Case if life == "case" else Action
    return str(session.scalar(select(table.department).where(table.id == id_)) or "")


def _works_for(session: Session, colleague: int, department: str) -> None:
    query = text(
        "SELECT 1 FROM app_user WHERE id = :id AND disabled_at IS NULL AND :department = ANY(departments)"
    )
    if session.execute(query, {"id": colleague, "department": department}).first() is None:
        raise InputError("这位同事不在所选部门，请重新选择。")
