"""Who owns what: the organisation as data, and the departments a matter goes to."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from voc.errors import InputError, misspelt

EMERGENCY = 2
ASKED_IN_AN_EMERGENCY = "核查本部门相关情况并回复处理结果"


@dataclass(frozen=True)
class Department:
    """A department, the person who answers for it, and what it owns."""

    code: str
    name: str
    owner: str
    email: str
    areas: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Organisation:
    """All departments, who catches what nobody owns, and who joins in an emergency."""

    departments: tuple[Department, ...]
    fallback: str
    emergency_departments: tuple[str, ...]
    emergency_issues: frozenset[str]
    owners: Mapping[str, str]
    emergency_tasks: Mapping[str, str] = field(default_factory=dict)

    def department(self, code: str) -> Department:
        """Return the department with this code."""
        return next(d for d in self.departments if d.code == code)


def parse_organisation(text: str) -> Organisation:
    """Read organisation.toml, or raise InputError saying which entry is wrong and how to mend it."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"组织配置不是有效的 TOML：{misspelt(error)}") from error
    departments = tuple(_department(entry) for entry in document.get("department", ()))
    emergency = document.get("emergency", {})
    organisation = Organisation(
        departments=departments,
        fallback=str(document.get("fallback", "voc")),
        emergency_departments=tuple(emergency.get("departments", ())),
        emergency_issues=frozenset(emergency.get("issues", ())),
        owners=_owners(departments),
        emergency_tasks=MappingProxyType({"": ASKED_IN_AN_EMERGENCY, **emergency.get("tasks", {})}),
    )
    _check_codes(organisation)
    return organisation


def route(issue_or_area: str | None, severity: int, organisation: Organisation) -> list[str]:
    """Return department codes, the owner first; safety and outage activate several at once."""
    chain = _owner_chain(issue_or_area, organisation)
    if severity < EMERGENCY and issue_or_area not in organisation.emergency_issues:
        return chain[:1]
    return list(dict.fromkeys([*chain, *organisation.emergency_departments]))


def _owner_chain(issue_or_area: str | None, organisation: Organisation) -> list[str]:
    """List the owner of the issue and then of its area, or the fallback alone."""
    if issue_or_area is None:
        return [organisation.fallback]
    keys = (issue_or_area, issue_or_area.split(".", 1)[0])
    found = [organisation.owners[key] for key in keys if key in organisation.owners]
    return list(dict.fromkeys(found)) or [organisation.fallback]


def _department(entry: Mapping[str, Any]) -> Department:
    missing = [name for name in ("code", "name", "owner", "email") if not entry.get(name)]
    if missing:
        raise InputError(f"组织配置中部门「{entry.get('code', '未命名')}」缺少：{'、'.join(missing)}。")
    return Department(
        code=str(entry["code"]),
        name=str(entry["name"]),
        owner=str(entry["owner"]),
        email=str(entry["email"]),
        areas=tuple(entry.get("areas", ())),
        issues=tuple(entry.get("issues", ())),
    )


def _owners(departments: Iterable[Department]) -> Mapping[str, str]:
    owners: dict[str, str] = {}
    for department in departments:
        for matter in (*department.areas, *department.issues):
            if matter in owners:
                raise InputError(
                    f"组织配置中「{matter}」同时归 {owners[matter]} 和 {department.code}，请只留一个。"
                )
            owners[matter] = department.code
    return MappingProxyType(owners)


def _check_codes(organisation: Organisation) -> None:
    codes = [department.code for department in organisation.departments]
    twice = {code for code in codes if codes.count(code) > 1}
    if twice:
        raise InputError(f"组织配置中部门代码重复：{'、'.join(sorted(twice))}。")
    named = {organisation.fallback, *organisation.emergency_departments}
    if unknown := named - set(codes):
        raise InputError(f"组织配置引用了不存在的部门：{'、'.join(sorted(unknown))}。请先添加该部门。")
