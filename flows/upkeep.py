"""Upkeep of the database, every night."""

from prefect import flow

from tasks.common import moment
from tasks.forget import erase_asked, overwrite_expired
from tasks.naming import titled
from tasks.parameters import Upkeep
from tasks.upkeep import forget_events, shorten_logs, vacuum


@flow(
    name="保养",
    flow_run_name=titled("保养"),
    description="清理过期事件，执行删除申请，覆盖过期原话，整理数据库，收短日志",
)
async def upkeep(what: Upkeep = Upkeep()) -> int:
    """Remove what may go and tidy up."""
    gone: int = forget_events(moment(what.now), what.keep_days)
    erase_asked(moment(what.now))
    overwrite_expired(moment(what.now))
    vacuum()
    shorten_logs()
    return gone
