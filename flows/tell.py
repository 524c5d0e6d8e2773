"""Tell customers, departments and leadership."""

from prefect import flow

from tasks.common import moment
from tasks.naming import show_notices, titled
from tasks.parameters import Tell
from tasks.tell import dispatch


@flow(name="告知", flow_run_name=titled("告知"), description="发送发件箱中到期的消息，如实记录送达状态")
async def tell(what: Tell = Tell()) -> dict[str, int]:
    """Hand over the messages that are due."""
    counts: dict[str, int] = dispatch(moment(what.now), what.limit)
    show_notices()
    return counts
