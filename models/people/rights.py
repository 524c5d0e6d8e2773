"""Sessions that see what a person may see; pages of the portal get theirs here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.engine import engine_as
from models.guarding import PORTAL, PUBLIC
from models.people.sessions import Person
from voc.errors import ConfigError
from voc.roles import may_change, scope

# Subjects a person may act on, and the table that says whether they can see it.
LIVES = {
    "case": '"case"',
    "action": "action",
    "problem": "problem",
    "review": "review",
    "case_task": "case_task",
    "approval": "approval",
    "rootcause": "rootcause",
    "rootcause_review": "rootcause",
}

# Who does something stands in `department`, but for a question (who was asked) and a report under review.
OWNERS = {"approval": "asked_of", "rootcause_review": "reviewer"}


@contextmanager
def session_for(person: Person, *, write: bool = False) -> Iterator[Session]:
    """Open a transaction that sees what a person may see; it changes nothing unless it is asked to `write`."""
    with _open(write and may_change(person.roles)) as session:
        _see(session, scope(person.roles), person)
        yield session


@contextmanager
def acting(person: Person, life: str, id_: int) -> Iterator[Session]:
    """Open a transaction in which a person takes a step with something they can see.

    Raises Unseen when it is not theirs to see, or not there at all: the two are not told apart; NotTheirs when
    they see it, but another department does it. Past that check the transaction sees everything, because what
    follows from a step (counts of a contract, notices to all reporters) must not depend on who takes it.
    """
    far = scope(person.roles)
    with _open(may_change(person.roles)) as session:
        _see(session, far, person)
        owner = OWNERS.get(life, "department")
        query = text(f"SELECT {owner} AS department FROM {LIVES[life]} WHERE id = :id")  # noqa: S608  (names of this file)
        found = session.execute(query, {"id": id_}).first()
        if found is None:
            raise Unseen(life, id_)
        if far == "own" and found.department not in person.departments:
            raise NotTheirs(life, id_)
        _see(session, "house", person)
        yield session


@contextmanager
def house() -> Iterator[Session]:
    """Open a transaction for what the portal does itself: log-in, keys, taking words in."""
    with _open(write=True) as session:
        _see(session, "house")
        yield session


@contextmanager
def customer(feedback_id: int | None = None, *, write: bool = False) -> Iterator[Session]:
    """Open a transaction for a customer page, as a role of its own: it sees one feedback and what became of it."""
    with _open(write, PUBLIC) as session:
        session.execute(
            text("SELECT set_config('voc.scope', :far, true), set_config('voc.feedback', :feedback, true)"),
            {"far": "intake" if write else "customer", "feedback": str(feedback_id or "")},
        )
        yield session


def check_roles() -> None:
    """Connect as each of the two roles; raises ConfigError saying what an administrator has to do."""
    for role in (PORTAL, PUBLIC):
        try:
            with engine_as(role).connect():
                pass
        except OperationalError as error:
            said = str(error.orig).strip().splitlines()[-1]
            raise ConfigError(
                600,
                f"门户不能以数据库角色 {role} 连接：{said}。请由数据库管理员执行 CREATE ROLE {role} LOGIN，"
                "需要密码时用 ALTER ROLE 设置，并写入 VOC_PORTAL_PASSWORD。",
            ) from None


class Unseen(LookupError):
    """Something is not there, or not for this person; nobody is told which."""


class NotTheirs(PermissionError):
    """Something is there to see, and for another department to do."""


@contextmanager
def _open(write: bool, role: str = PORTAL) -> Iterator[Session]:
    with Session(engine_as(role), expire_on_commit=False) as session, session.begin():
        if not write:
            session.execute(text("SET TRANSACTION READ ONLY"))
        yield session


def _see(session: Session, far: str, person: Person | None = None) -> None:
    # Local to the transaction, always: a plain SET would stay with the connection, and the next person gets it.
    session.execute(
        text(
            "SELECT set_config('voc.scope', :far, true), set_config('voc.person', :who, true),"
            " set_config('voc.departments', :departments, true),"
            # The rules of rows look costly to the planner; compiling them takes longer than any page's query.
            " set_config('jit', 'off', true)"
        ),
        {
            "far": far,
            "who": str(person.id) if person else "",
            "departments": ",".join(sorted(person.departments)) if person and far == "own" else "",
        },
    )
