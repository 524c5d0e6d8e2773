"""What people decide about measures and problems; portal, flows and command line all come through here."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import approving
from models.change import By, advance
from models.loop import Action, Problem
from models.proof import Contract as ContractRow
from models.proving import contract_of, earlier_actions, first_day, observe, versions_used
from voc.effect.contract import Contract, canonical, fingerprint, parse, suggest
from voc.errors import InputError
from voc.zone import CHINA

# Days before an earlier measure went live say nothing about the next one.
BEFORE_EARLIER = timedelta(days=365)
SETTLING = timedelta(days=7)


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


def accept(session: Session, action_id: int, live_on: date, by: By) -> Contract:
    """Take a measure on, with the day it shall go live, and return its contract, locked from now on."""
    action = _known(session, action_id)
    problem = session.get_one(Problem, action.problem_id)
    advance(session, "action", "accept", {action_id: {"live_on": live_on.isoformat()}}, by)
    advance(session, "problem", "improve", {problem.id: {"action": action_id}}, by, strict=False)
    agreed = contract_of(session, action_id)
    if agreed:  # taken on again after it was returned: what counts as success stays as it was
        return parse(agreed.body)
    contract = draft_contract(session, problem, action_id, live_on, by.at)
    session.add(
        ContractRow(
            action_id=action_id,
            body=canonical(contract),
            locked_hash=fingerprint(contract),
            locked_at=by.at,
            locked_by=by.who,
        )
    )
    return contract


def draft_contract(
    session: Session, problem: Problem, action_id: int, live_on: date, now: datetime
) -> Contract:
    """Suggest the contract of a measure from the history of its problem."""
    today = now.astimezone(CHINA).date()
    since = first_day(session) or today
    daily = observe(session, problem.id, since, max(today, since))
    ahead = max(0, (live_on - daily.days[-1]).days - 1)
    known = bool(np.nansum(daily.exposure[-56:]) > 0)
    column = np.nan_to_num(daily.exposure) if known else daily.denominator
    models, taxonomies = versions_used(session, problem.id, problem.first_seen_at)
    alarm = (problem.alarm_from.astimezone(CHINA).date(), problem.alarm_until.astimezone(CHINA).date())
    contract = suggest(
        f"problem:{problem.id}",
        # Days to come count as days of the baseline; what they will bring is not known yet.
        [*daily.numerator.tolist(), *[0.0] * ahead],
        [*column.tolist(), *[0.0] * ahead],
        alarm,
        live_on,
        metric="complaint_rate" if known else "complaint_share",
        taxonomy_version="、".join(taxonomies),
        model_version="、".join(models),
    )
    earlier = tuple(
        (day - BEFORE_EARLIER, day + SETTLING) for day in earlier_actions(session, problem.id, action_id)
    )
    return Contract(**{**vars(contract), "excluded": contract.excluded + earlier})


def start(session: Session, action_id: int, by: By) -> None:
    """Begin the work on a measure."""
    advance(session, "action", "start", {action_id: {}}, by)


def implement(session: Session, action_id: int, went_live: datetime, by: By) -> None:
    """Report that a measure took effect; the clock of its verification starts."""
    problem = _known(session, action_id).problem_id
    advance(session, "action", "implement", {action_id: {"went_live": went_live}}, by)
    advance(session, "problem", "verify", {problem: {"action": action_id}}, by, strict=False)


def give_back(session: Session, action_id: int, reason: str, by: By) -> None:
    """Return a measure to those who proposed it."""
    advance(session, "action", "return", {action_id: {"reason": reason}}, by)


def cancel(session: Session, action_id: int, reason: str, by: By) -> None:
    """Give a measure up before it went live."""
    approving.withdraw(session, "action", f"action:{action_id}", reason, by)
    advance(session, "action", "cancel", {action_id: {"reason": reason}}, by)


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
