"""Standard procedures: nodes with a standard, an owner and a time limit, timed from the log of a run."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from voc.errors import InputError, misspelt
from voc.sla import Clock, Course, Entry, Grant, Policy, Term, clocks

STATES: Mapping[str, str] = {
    "waiting": "未开始",
    "running": "进行中",
    "paused": "已暂停",
    "overdue": "已超时",
    "met": "按时完成",
    "missed": "超时完成",
    "dropped": "已跳过",
}
STEPS: Mapping[str, str] = {"done": "完成", "skip": "跳过", "pause": "暂停", "resume": "恢复", "note": "备注"}
_COURSE = Course("node", frozenset({"begin"}), frozenset({"done"}), frozenset({"skip"}))


@dataclass(frozen=True)
class Node:
    """One node: what has to be done, by whom, to which standard, within which time, after which others."""

    key: str
    name: str
    standard: str
    owner: str
    hours: float
    calendar: str
    after: tuple[str, ...]


@dataclass(frozen=True)
class Sop:
    """A procedure: its nodes in an order in which each comes after those it waits for."""

    code: str
    name: str
    version: str
    nodes: tuple[Node, ...]

    def node(self, key: str) -> Node:
        """Return a node by key; raises InputError naming the nodes there are."""
        found = next((node for node in self.nodes if node.key == key), None)
        if found is None:
            raise InputError(
                f"流程「{self.name}」没有节点「{key}」，有：{'、'.join(n.key for n in self.nodes)}。"
            )
        return found


@dataclass(frozen=True)
class Done:
    """One entry of a run's log: a step at a node, or a pause of the whole run (no node)."""

    node: str
    step: str
    at: datetime


@dataclass(frozen=True)
class Timed:
    """A node of a run with its clock; no clock: it has not begun."""

    node: Node
    state: str
    clock: Clock | None


def parse_sops(text: str) -> tuple[Sop, ...]:
    """Read sop.toml, or raise InputError saying which entry is wrong and how to mend it."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"流程配置不是有效的 TOML：{misspelt(error)}") from error
    return tuple(parse_sop(entry) for entry in document.get("sop", ()))


def parse_sop(entry: Mapping[str, Any]) -> Sop:
    """Read one procedure; a node that names nobody to wait for waits for the one before it."""
    code, name = str(entry.get("code", "")), str(entry.get("name", ""))
    nodes: list[Node] = []
    for given in entry.get("node", ()):
        nodes.append(_node(name, given, nodes))
    if not code or not name or not nodes:
        raise InputError(f"流程配置中「{name or code or '未命名'}」须有 code、name 和至少一个 node。")
    return Sop(code, name, str(entry.get("version", "1")), tuple(nodes))


def _node(sop: str, given: Mapping[str, Any], before: Sequence[Node]) -> Node:
    missing = [field for field in ("key", "name", "standard", "owner", "hours") if not given.get(field)]
    if missing:
        raise InputError(f"流程「{sop}」的节点「{given.get('name', '未命名')}」缺少：{'、'.join(missing)}。")
    known = [node.key for node in before]
    after = tuple(given.get("after", known[-1:]))
    if given["key"] in known or not set(after) <= set(known):
        raise InputError(
            f"流程「{sop}」的节点「{given['name']}」：key 不能重复，after 只能写排在前面的节点。"
        )
    return Node(
        str(given["key"]), str(given["name"]), str(given["standard"]), str(given["owner"]), float(given["hours"]),
        str(given.get("calendar", "office")), after,
    )  # fmt: skip


def plain(sop: Sop) -> dict[str, Any]:
    """Return a procedure as plain values, to be kept with its run; parse_sop reads them back."""
    nodes = [{**vars(node), "after": list(node.after)} for node in sop.nodes]
    return {"code": sop.code, "name": sop.name, "version": sop.version, "node": nodes}


def timeline(
    sop: Sop, started_at: datetime, log: Sequence[Done], now: datetime, policy: Policy
) -> list[Timed]:
    """Time every node of a run from its log: a node begins when all it waits for are done or skipped."""
    ended: dict[str, datetime] = {}
    for entry in log:
        if entry.step in ("done", "skip") and entry.at <= now:
            ended.setdefault(entry.node, entry.at)
    return [_timed(node, started_at, ended, log, now, policy) for node in sop.nodes]


def _timed(
    node: Node,
    started_at: datetime,
    ended: Mapping[str, datetime],
    log: Sequence[Done],
    now: datetime,
    policy: Policy,
) -> Timed:
    if started_at > now or not set(node.after) <= ended.keys():
        return Timed(node, "dropped" if node.key in ended else "waiting", None)
    began = max([started_at, *(ended[key] for key in node.after)])
    entries = [Entry("begin", began)]
    # A run that was paused before the node began is still paused when it begins.
    entries += [Entry(e.step, max(e.at, began)) for e in log if not e.node and e.step in ("pause", "resume")]
    entries += [
        Entry(e.step, max(e.at, began)) for e in log if e.node == node.key and e.step in ("done", "skip")
    ]
    term = Term((Grant(node.hours, policy.calendar(node.calendar)),))
    found = clocks([_COURSE], {"node": term}, entries, max(now, began))
    return Timed(node, found[0].state, found[0])


def total(times: Sequence[Timed]) -> tuple[timedelta, timedelta]:
    """Return the working time spent and granted over all nodes that have begun."""
    known = [timed.clock for timed in times if timed.clock]
    return sum((c.worked for c in known), timedelta()), sum((c.granted for c in known), timedelta())


def ready(times: Sequence[Timed]) -> list[Node]:
    """List the nodes that can be worked on now."""
    return [timed.node for timed in times if timed.state in ("running", "paused", "overdue")]
