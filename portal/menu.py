"""The menu a person sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.people.sessions import Person


@dataclass(frozen=True)
class Entry:
    """A line of the menu and the roles that see it; none named: everybody who is logged in."""

    path: str
    title: str
    roles: frozenset[str] = frozenset()


MENU: Sequence[Entry] = (
    Entry("/desk", "工作台"),
    Entry("/dashboard", "总览", frozenset({"admin", "voc", "leader", "head", "auditor"})),
    Entry("/problems", "问题"),
    Entry("/approvals", "审批", frozenset({"admin", "voc", "head", "leader", "auditor"})),
    Entry("/reports", "报告", frozenset({"admin", "voc", "leader", "head", "auditor"})),
    Entry("/knowledge", "知识库"),
    Entry("/team", "人员", frozenset({"admin", "voc", "head", "auditor"})),
    Entry("/operator", "运行情况", frozenset({"admin", "voc", "auditor"})),
    Entry("/account", "我的账号"),
)


def menu_for(person: Person | None) -> list[Entry]:
    """List what a person may open."""
    if person is None:
        return []
    return [entry for entry in MENU if not entry.roles or entry.roles & person.roles]
