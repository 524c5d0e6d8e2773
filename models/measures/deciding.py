"""What people decide about measures and problems; portal, flows and command line all come through here."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.change import By, advance
from models.guards import forbidding
from models.measures import approving, contracting, observing
from models.measures.observing import Rollout
from models.measures.proving import contract_of
from models.schema.loop import Action, Problem
from voc.effect.contract import Contract, parse
from voc.errors import InputError
from voc.zone import CHINA


def approve(session: Session, action_id: int, by: By) -> None:
    """Approve a proposed measure: its department is asked to take it on."""
    asked = approving.open_request(session, "action", f"action:{action_id}")
    # A measure that was returned is approved again without a new question.
    if asked is None or not approving.decide(session, asked, True, "", by):
        advance(session, "action", "approve", {action_id: {}}, by)


def _known(session: Session, action_id: int) -> Action:
    action = session.get(Action, action_id)
    if action is None:
        raise InputError(f"没有编号为 {action_id} 的措施，用 voc actions 查看。")
    return action


def accept(session: Session, action_id: int, live_on: date, by: By, where: Rollout | None = None) -> Contract:
    """Take a measure on, with the day it shall go live, and return its contract, locked from now on.

    where: the regions, products or agents in which it goes live, when not everywhere.
    """
    action = _known(session, action_id)
    problem = session.get_one(Problem, action.problem_id)
    advance(session, "action", "accept", {action_id: {"live_on": live_on.isoformat()}}, by)
    # A problem that came back is refused here, aloud, as long as nobody has explained why it did.
    unexplained = bool(forbidding(session, "problem", "improve", [problem.id], by.who))
    advance(session, "problem", "improve", {problem.id: {"action": action_id}}, by, strict=unexplained)
    agreed = contract_of(session, action_id)
    if agreed:  # taken on again after it was returned: what counts as success stays as it was
        return parse(agreed.body)
    if where:
        observing.plan(session, action_id, where.kind, where.days)
    contract = contracting.draft(session, problem, action_id, live_on, by.at)
    contracting.lock(session, action_id, contract, by)
    return contract


def start(session: Session, action_id: int, by: By) -> None:
    """Begin the work on a measure."""
    advance(session, "action", "start", {action_id: {}}, by)


def implement(session: Session, action_id: int, went_live: datetime, by: By) -> None:
    """Report that a measure took effect; the clock of its verification starts."""
    problem = _known(session, action_id).problem_id
    observing.postpone(session, action_id, went_live.astimezone(CHINA).date())
    advance(session, "action", "implement", {action_id: {"went_live": went_live}}, by)
    advance(session, "problem", "verify", {problem: {"action": action_id}}, by, strict=False)


def give_back(session: Session, action_id: int, reason: str, by: By) -> None:
    """Return a measure to those who proposed it."""
    advance(session, "action", "return", {action_id: {"reason": reason}}, by)


def cancel(session: Session, action_id: int, reason: str, by: By) -> None:
    """Give a measure up before it went live."""
    approving.withdraw(session, "action", f"action:{action_id}", reason, by)
    advance(session, "action", "cancel", {action_id: {"reason": reason}}, by)


def reschedule(session: Session, action_id: int, due_at: datetime, reason: str, by: By) -> None:
    """Promise another date for a measure; the clock keeps what it counted, and a breach stays one."""
    was = _known(session, action_id).due_at.isoformat()
    facts = {"due_at": due_at, "reason": reason, "was": was}
    advance(session, "action", "reschedule", {action_id: facts}, by)


def confirm(session: Session, problem_id: int, by: By) -> None:
    """Confirm a problem that has too few customers for the rule to do it."""
    advance(session, "problem", "confirm", {problem_id: {}}, by)


def rethink(session: Session, problem_id: int, reason: str, by: By) -> None:
    """Give up on the measures of this round, judged or not, and look for others."""
    advance(session, "problem", "rethink", {problem_id: {"reason": reason}}, by)
    actions = session.scalars(select(Action.id).where(Action.problem_id == problem_id)).all()
    facts = {action: {"reason": reason} for action in actions}
    advance(session, "action", "withdraw", facts, by, strict=False)
    advance(session, "action", "cancel", facts, by, strict=False)
    for action in actions:
        approving.withdraw(session, "action", f"action:{action}", reason, by)


def treat(session: Session, case_id: int, step: str, reason: str, by: By) -> None:
    """Answer, resolve, confirm or re-open a case."""
    advance(session, "case", step, {case_id: {"reason": reason}}, by)


def dismiss(session: Session, problem_id: int, reason: str, by: By) -> None:
    """Decide that nothing is done about a problem, and say why."""
    advance(session, "problem", "dismiss", {problem_id: {"reason": reason}}, by)
