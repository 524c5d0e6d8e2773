"""Tell customers, departments and leadership."""

from prefect import flow

from tasks.common import moment
from tasks.naming import show_notices, titled
from tasks.parameters import Tell
from tasks.report import release_reports
from tasks.tell import dispatch


@flow(name="告知", flow_run_name=titled("告知"), description="发送发件箱中到期的消息，如实记录送达状态")
async def tell(what: Tell = Tell()) -> dict[str, int]:
    """Release the reports that were approved, and hand over the messages that are due."""
    release_reports(moment(what.now))
    counts: dict[str, int] = dispatch(moment(what.now), what.limit)
    show_notices()
    return counts
