"""Triage: whoever may be in danger does not wait for the next round."""

from prefect import flow

from tasks.common import moment
from tasks.improve import open_cases
from tasks.naming import titled
from tasks.parameters import Timed


@flow(
    name="分诊",
    flow_run_name=titled("分诊"),
    description="收到涉及安全或故障的反馈时立即受理，并派给责任部门",
)
async def triage(what: Timed = Timed()) -> int:
    """Open the cases that wait; the messages to their departments stand in the outbox when this ends."""
    opened: int = open_cases(moment(what.now))
    return opened
