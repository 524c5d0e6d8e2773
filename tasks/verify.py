"""Verify: when the follow-up of an implemented measure is over, compare, judge, and let the verdict act."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.change import advance
from models.engine import transaction
from models.measures.proving import effective_since, promises, verified
from settings import get_settings
from tasks.common import by, stage
from tasks.judging import Examined, due_look, examine, found
from voc.effect.verdict import Verdict, benjamini_hochberg, surviving

# What a verdict does: (step of the action, step of the problem).
CONSEQUENCES = {
    "effective": ("pass", "succeed"),
    "partly_effective": ("pass", "continue"),
    "ineffective": ("fail", "fail"),
    "worse": ("fail", "fail"),
}
UNREAD = "waits_for_recode"


@stage("验证到期措施")
def verify_due(now: datetime) -> dict[str, int]:
    """Judge every implemented measure whose follow-up is over, each in a transaction of its own.

    All are measured first: a claim must survive the correction over everything that is judged together.
    """
    with transaction() as session:
        waiting = [promise.action.id for promise in promises(session)]
    looks = {action: _measured(action, now) for action in waiting}
    ready = {action: one for action, one in looks.items() if isinstance(one, Examined)}
    adjusted = benjamini_hochberg([one.p_value for one in ready.values()]).tolist()
    codes = [UNREAD for one in looks.values() if one == UNREAD]
    for (action, one), q_value in zip(ready.items(), adjusted, strict=True):
        with transaction() as session:
            codes.append(_settle(session, action, one, q_value, now))
    return {code: codes.count(code) for code in dict.fromkeys(codes)}


def _measured(action: int, now: datetime) -> Examined | str | None:
    with transaction() as session:
        # Another round may have judged it since the list was read.
        due = next((look for promise in promises(session, action) if (look := due_look(promise, now))), None)
        if due is None:
            return None
        # Before and after read by different models: what differs may be the reading. The next round looks again.
        return examine(session, due) or UNREAD


def _settle(session: Session, action: int, one: Examined, q_value: float, now: datetime) -> str:
    verdict = surviving(one.judged.verdict, q_value, one.due.contract.alpha)
    id_ = verified(session, action, found(one, verdict, q_value), now)
    _apply(session, action, one.due.promise.action.problem_id, verdict, id_, now)
    return verdict.code


@stage("关闭见效问题")
def close_effective(now: datetime) -> int:
    """Close the problems that stayed well for long enough."""
    with transaction() as session:
        stood = effective_since(session, now - timedelta(days=get_settings().close_after_days))
        return len(advance(session, "problem", "close", {id_: {} for id_ in stood}, by("rule:stood", now)))


def _apply(
    session: Session, action: int, problem: int, verdict: Verdict, verification: int, now: datetime
) -> None:
    steps = CONSEQUENCES.get(verdict.code)
    facts = {"verification": verification, "verdict": verdict.code}
    if steps is None:
        reason = {"reason": verdict.sentence, **facts}
        advance(session, "problem", "extend", {problem: reason}, by("rule:verdict", now), strict=False)
        return
    advance(session, "action", steps[0], {action: facts}, by("rule:verdict", now))
    advance(session, "problem", steps[1], {problem: facts}, by("rule:verdict", now), strict=False)
