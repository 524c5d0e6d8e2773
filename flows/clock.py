"""Clock: a measure went live, and the day of its verification is set."""

from prefect import flow

from tasks.clock import schedule_verification, show_clock
from tasks.naming import titled
from tasks.parameters import Clock


@flow(
    name="计时",
    flow_run_name=titled("计时"),
    description="措施落地后，按合同算出验证日期，并排好那一天的验证任务",
)
async def clock(what: Clock) -> str | None:
    """Schedule the verification of a measure for the day its contract says; return that day."""
    due: str | None = await schedule_verification(what.action)
    show_clock(what.action, due)
    return due
