"""Skills of people, and waiting cases given to those who know the matter and have room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models import sla
from models.change import By, lock_out
from models.schema.identity import UserSkill
from models.schema.workbench import Holder
from voc.errors import InputError
from voc.queueing import Handler, Waiting, assign

CAPACITY = 20


_WAITING = text(
    """
    SELECT k.id, k.department, COALESCE(a.type, '') AS type, COALESCE(k.issue, '') AS issue, k.priority,
           COALESCE(c.value, 0) >= :vip AS valued, k.opened_at, k.respond_by
    FROM "case" k JOIN feedback f ON f.id = k.feedback_id
    LEFT JOIN annotation a ON a.feedback_id = f.id AND a.current
    LEFT JOIN customer c ON c.id = f.customer_id
    WHERE k.state = 'assigned' AND (CAST(:department AS text) IS NULL OR k.department = :department)
      AND NOT EXISTS (SELECT 1 FROM desk_holder h WHERE h.life = 'case' AND h.subject_id = k.id)
    ORDER BY k.opened_at, k.id LIMIT 5000
    """
)
_STAFF = text(
    """
    SELECT u.id, u.login, u.name, u.departments,
           COALESCE(array_agg(s.skill ORDER BY s.skill) FILTER (WHERE s.skill IS NOT NULL), '{}') AS skills,
           (SELECT count(*) FROM desk_holder h JOIN "case" k ON k.id = h.subject_id
            WHERE h.life = 'case' AND h.user_id = u.id AND k.state IN ('assigned', 'responded')) AS load
    FROM app_user u LEFT JOIN user_skill s ON s.user_id = u.id
    WHERE u.disabled_at IS NULL AND u.roles && ARRAY['agent', 'handler'] GROUP BY u.id ORDER BY u.id
    """
)


@dataclass(frozen=True)
class Clerk:
    """Somebody who takes cases: for which departments, what they know, how many they have in hand."""

    id: int
    login: str
    name: str
    departments: Sequence[str]
    skills: Sequence[str]
    load: int


def clerks(session: Session) -> list[Clerk]:
    """List the people who take cases."""
    return [Clerk(*row) for row in session.execute(_STAFF)]


def teach(session: Session, user_id: int, skills: Sequence[str], known: Collection[str]) -> None:
    """Set the skills of a person; raises InputError for one that no case will ever ask for."""
    if strange := sorted(set(skills) - set(known)):
        raise InputError(f"没有技能「{'、'.join(strange)}」。可用：领域或问题点代码、反馈类型、vip。")
    session.execute(delete(UserSkill).where(UserSkill.user_id == user_id))
    if skills:
        session.execute(
            upsert(UserSkill), [{"user_id": user_id, "skill": skill} for skill in sorted(set(skills))]
        )


def skills_of(session: Session, user_id: int) -> list[str]:
    """List the skills of a person."""
    query = select(UserSkill.skill).where(UserSkill.user_id == user_id).order_by(UserSkill.skill)
    return list(session.scalars(query))


def hand_out(
    session: Session, by: By, department: str | None = None, capacity: int = CAPACITY
) -> dict[int, int]:
    """Give the cases nobody has in hand to people with room; return who got which. Nobody there: nothing happens."""
    lock_out(session, "queue")
    staff = [
        Handler(row.id, frozenset(row.departments), frozenset(row.skills), row.load, capacity)
        for row in clerks(session)
    ]
    if not staff:
        return {}
    values = {"vip": sla.policy().vip_value, "department": department}
    given = assign([Waiting(*row) for row in session.execute(_WAITING, values)], staff, by.at)
    rows = [
        {"life": "case", "subject_id": case, "user_id": user, "since": by.at, "by": by.who}
        for case, user in given.items()
    ]
    if rows:
        session.execute(upsert(Holder).on_conflict_do_nothing(), rows)
    return given
