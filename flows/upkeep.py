"""Upkeep of the database, every night."""

from prefect import flow

from tasks.common import moment
from tasks.naming import titled
from tasks.parameters import Upkeep
from tasks.upkeep import forget_events, shorten_logs, vacuum


@flow(name="保养", flow_run_name=titled("保养"), description="清理过期事件、整理数据库、收短日志")
async def upkeep(what: Upkeep = Upkeep()) -> int:
    """Remove what may go and tidy up."""
    gone: int = forget_events(moment(what.now), what.keep_days)
    vacuum()
    shorten_logs()
    return gone
