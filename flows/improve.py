"""Improve: cases for customers, measures for problems."""

from prefect import flow

from tasks.common import moment
from tasks.improve import (
    ask_for_reports,
    confirm_problems,
    diagnose_problems,
    open_cases,
    propose_actions,
)
from tasks.naming import show_actions, titled
from tasks.parameters import Timed
from tasks.sla import sweep


@flow(
    name="改进", flow_run_name=titled("改进"), description="受理个案、确认问题、初判根因、提出措施、催办超时"
)
async def improve(what: Timed = Timed()) -> dict[str, int]:
    """Open cases, take problems as far as a measure that a person can approve, and chase what is late."""
    now = moment(what.now)
    done = {
        "cases": open_cases(now),
        "confirmed": confirm_problems(now),
        "diagnosed": diagnose_problems(now),
        "reports_asked": ask_for_reports(now),
        "proposed": propose_actions(now),
        **{f"sla_{kind}": count for kind, count in sweep(now).items()},
    }
    show_actions()
    return done
