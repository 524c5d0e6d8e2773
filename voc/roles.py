"""The roles people have, and how far each may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "admin": "管理员",
        "voc": "VoC 专员",
        "agent": "客服",
        "handler": "部门经办",
        "head": "部门负责人",
        "leader": "领导",
        "auditor": "审计",
    }
)
# Who works for the whole company; everybody else sees the departments they belong to.
SEES_ALL = frozenset({"admin", "voc", "leader", "auditor"})
# An auditor looks; with a second role beside it the person acts in that one.
ONLY_LOOKS = frozenset({"auditor"})


def scope(roles: Iterable[str]) -> str:
    """Say how far somebody sees: all, own (departments), or nothing (empty)."""
    held = set(roles)
    if held & SEES_ALL:
        return "all"
    return "own" if held & set(ROLES) else ""


def may_change(roles: Iterable[str]) -> bool:
    """Tell whether somebody may change anything at all."""
    return bool(set(roles) & set(ROLES) - ONLY_LOOKS)
