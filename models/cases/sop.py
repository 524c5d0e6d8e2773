"""Runs of standard procedures: started on a case, an action or anything else, and timed from their log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import sla
from models.change import By
from models.schema.sop import SopLog, SopRun
from settings import asset_text
from voc import sop as procedures
from voc.errors import InputError
from voc.sop import STEPS, Done, Sop, Timed, parse_sop, parse_sops, plain, ready, timeline


def templates() -> tuple[Sop, ...]:
    """List the procedures of the house."""
    return parse_sops(asset_text("sop.toml"))


def start(session: Session, code: str, subject: str, title: str, by: By) -> int:
    """Start a run and return its number; raises InputError naming the procedures there are."""
    found = next((sop for sop in templates() if sop.code == code), None)
    if found is None:
        raise InputError(f"没有代码为「{code}」的流程，有：{'、'.join(sop.code for sop in templates())}。")
    run = SopRun(
        code=code, body=plain(found), subject=subject, title=title or found.name, started_at=by.at, started_by=by.who
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run.id


def note(session: Session, run_id: int, node: str, step: str, words: str, by: By) -> list[str]:
    """Write a step into the log and return the names of the nodes that can be worked on now.

    Raises InputError when there is no such run or node, or the node has not begun or is done.
    """
    run = session.get(SopRun, run_id, with_for_update=True)
    if run is None:
        raise InputError(f"没有编号为 {run_id} 的流程，用 voc sop list 查看。")
    if step not in STEPS:
        raise InputError(f"没有「{step}」这个操作，有：{'、'.join(STEPS)}。")
    before = times(session, run_id, by.at)
    _allowed(parse_sop(run.body), node, step, words, before)
    last = session.scalar(select(func.max(SopLog.seq)).where(SopLog.run_id == run_id)) or 0
    session.add(SopLog(run_id=run_id, seq=last + 1, node=node, step=step, at=by.at, by=by.who, note=words))
    session.flush()
    now = times(session, run_id, by.at)
    if all(timed.state in ("met", "missed", "dropped") for timed in now):
        run.ended_at = by.at
    return [found.name for found in ready(now)]


def _allowed(sop: Sop, node: str, step: str, words: str, before: list[Timed]) -> None:
    if step in ("skip", "pause") and not words.strip():
        raise InputError(f"{STEPS[step]}须写明理由。")
    if step not in ("done", "skip"):
        return
    asked = sop.node(node)
    if asked not in ready(before):
        waiting = "、".join(found.name for found in ready(before)) or "无"
        raise InputError(f"节点「{asked.name}」现在不能{STEPS[step]}；正在进行的是：{waiting}。")


def times(session: Session, run_id: int, now: datetime) -> list[Timed]:
    """Time every node of a run; raises InputError when there is no such run."""
    run = session.get(SopRun, run_id)
    if run is None:
        raise InputError(f"没有编号为 {run_id} 的流程，用 voc sop list 查看。")
    return timeline(parse_sop(run.body), run.started_at, _log(session, run_id), now, sla.policy())


def _log(session: Session, run_id: int) -> list[Done]:
    query = select(SopLog.node, SopLog.step, SopLog.at).where(SopLog.run_id == run_id).order_by(SopLog.seq)
    return [Done(*row) for row in session.execute(query)]


def shown(session: Session, run_id: int, now: datetime) -> list[dict[str, Any]]:
    """List the nodes of a run as a page shows them: state in words, owner, due time, working seconds left."""
    return [
        {
            "key": timed.node.key,
            "name": timed.node.name,
            "standard": timed.node.standard,
            "owner": timed.node.owner,
            "hours": timed.node.hours,
            "state": timed.state,
            "state_name": procedures.STATES[timed.state],
            "started_at": timed.clock.started_at if timed.clock else None,
            "due_at": timed.clock.due_at if timed.clock else None,
            "ended_at": timed.clock.ended_at if timed.clock else None,
            "left_s": timed.clock.left.total_seconds() if timed.clock else None,
            "day_s": timed.clock.day.total_seconds() if timed.clock else None,
        }
        for timed in times(session, run_id, now)
    ]


def runs(session: Session, subject: str | None = None, everything: bool = False) -> list[dict[str, Any]]:
    """List runs, newest first."""
    query = select(SopRun.id, SopRun.code, SopRun.title, SopRun.subject, SopRun.started_at, SopRun.ended_at)
    if subject is not None:
        query = query.where(SopRun.subject == subject)
    if not everything:
        query = query.where(SopRun.ended_at.is_(None))
    return [dict(row) for row in session.execute(query.order_by(SopRun.id.desc())).mappings()]
