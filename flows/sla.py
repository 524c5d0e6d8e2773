"""Promised times: look at what is due, tell of it once, and put questions before people."""

from prefect import flow

from tasks.approve import close_answered, offer_questions
from tasks.classes import adopt_classes
from tasks.common import moment
from tasks.naming import titled
from tasks.parameters import Timed
from tasks.sla import show_deadlines, sweep


@flow(
    name="时限",
    flow_run_name=titled("时限"),
    description="每分钟巡检一次：临期提醒、超时催办和升级，每级只提醒一次；待审批事项做成表单",
)
async def sla(what: Timed = Timed()) -> dict[str, int]:
    """Look at every clock whose moment has come, and show what waits for an answer as forms."""
    now = moment(what.now)
    told: dict[str, int] = sweep(now)
    done = {**told, "offered": offer_questions(), "closed": close_answered(), "classes": adopt_classes()}
    if any(count for name, count in done.items() if name != "recomputed"):
        show_deadlines(now)
    return done
