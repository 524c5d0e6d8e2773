"""People who work with the system: accounts, passwords, roles; whatever changes here is in the audit log."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.people import passwords
from models.people.sessions import Person, end_all, person_of
from models.schema.identity import Credential, User
from models.schema.loop import Department
from models.trail import note
from settings import get_settings
from voc.errors import InputError
from voc.roles import ROLES


def add_person(
    session: Session,
    login: str,
    name: str,
    roles: Collection[str],
    departments: Collection[str],
    by: str,
    now: datetime,
) -> int:
    """Make an account, without a password yet; raises InputError when it cannot be."""
    login = login.strip().lower()
    if not 2 <= len(login) <= 64 or not login.replace(".", "").replace("-", "").replace("_", "").isalnum():
        raise InputError("登录名须为 2 到 64 个字母、数字、点、横线或下划线。")
    if session.scalar(select(User.id).where(User.login == login)) is not None:
        raise InputError(f"登录名「{login}」已有人使用。")
    user = User(login=login, name=name.strip() or login, roles=[], departments=[], created_at=now)
    session.add(user)
    session.flush()
    note(session, now, by, "user.add", f"user:{user.id}")
    give_roles(session, login, roles, departments, by, now)
    return user.id


def give_roles(
    session: Session,
    login: str,
    roles: Collection[str],
    departments: Collection[str],
    by: str,
    now: datetime,
) -> None:
    """Say what a person may do, and for which departments; sessions of before end."""
    user = person_named(session, login)
    _known(session, roles, departments)
    user.roles, user.departments = sorted(set(roles)), sorted(set(departments))
    end_all(session, user.id, "rights changed", now)
    note(
        session, now, by, "user.roles", f"user:{user.id}", roles=user.roles, departments=user.departments
    )  # fmt: skip


def _known(session: Session, roles: Collection[str], departments: Collection[str]) -> None:
    for role in set(roles) - set(ROLES):
        raise InputError(
            f"没有「{role}」这个角色，可选：{'、'.join(f'{k}（{v}）' for k, v in ROLES.items())}。"
        )
    codes = set(session.scalars(select(Department.code)))
    for department in set(departments) - codes:
        known = "、".join(sorted(codes)) or "还没有部门，先运行一次 voc run"
        raise InputError(f"没有「{department}」这个部门，可选：{known}。")


def person_named(session: Session, login: str) -> User:
    """Find an account, locked for a change; raises InputError when there is none."""
    query = select(User).where(User.login == login.strip().lower()).with_for_update()
    user = session.scalars(query).first()
    if user is None:
        raise InputError(f"没有登录名为「{login}」的用户，用 voc user list 查看。")
    return user


def set_password(session: Session, login: str, password: str, by: str, now: datetime) -> None:
    """Give a person a password; sessions of before end."""
    user = person_named(session, login)
    about = (user.login, user.name, get_settings().company)
    values = {"password_hash": passwords.hash_of(password, about), "changed_at": now}
    query = upsert(Credential).values(user_id=user.id, **values)
    session.execute(query.on_conflict_do_update(index_elements=[Credential.user_id], set_=values))
    end_all(session, user.id, "password changed", now)
    note(session, now, by, "user.password", f"user:{user.id}")


def disable(session: Session, login: str, by: str, now: datetime) -> None:
    """Keep a person from logging in, at once."""
    user = person_named(session, login)
    user.disabled_at = user.disabled_at or now
    end_all(session, user.id, "disabled", now)
    note(session, now, by, "user.disable", f"user:{user.id}")


def enable(session: Session, login: str, by: str, now: datetime) -> None:
    """Let a person log in again."""
    user = person_named(session, login)
    user.disabled_at = None
    note(session, now, by, "user.enable", f"user:{user.id}")


def log_out(session: Session, login: str, by: str, now: datetime) -> int:
    """End every session of a person; return how many there were."""
    user = person_named(session, login)
    count = end_all(session, user.id, "revoked", now)
    note(session, now, by, "user.logout", f"user:{user.id}", count=count)
    return count


def known_hash(session: Session, login: str) -> tuple[Person | None, str | None]:
    """Return who a login name belongs to and the hash of their password; (None, None) for nobody."""
    query = (
        select(User, Credential.password_hash)
        .join(Credential, Credential.user_id == User.id)
        .where(User.login == login.strip().lower(), User.disabled_at.is_(None))
    )
    found = session.execute(query).first()
    return (person_of(found[0]), found[1]) if found else (None, None)


def people(session: Session) -> list[User]:
    """List all accounts."""
    return list(session.scalars(select(User).order_by(User.login)))
