"""Ask customers how it was, every day at ten."""

from prefect import flow

from tasks.common import moment
from tasks.invite import invite_customers
from tasks.naming import titled
from tasks.parameters import Invite


@flow(
    name="问卷邀请",
    flow_run_name=titled("问卷邀请"),
    description="服务结束后和每个季度邀请客户填写问卷；同一客户在设定的间隔内只问一次",
)
async def invite(what: Invite = Invite()) -> dict[str, int]:
    """Queue the invitations that are due; they leave with the other messages."""
    counts: dict[str, int] = invite_customers(moment(what.now))
    return counts
