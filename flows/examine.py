"""Examine the house every night, and whenever something about its running is wrong."""

from prefect import State, flow

from tasks.common import complain, moment
from tasks.examine import examine_house
from tasks.naming import titled
from tasks.parameters import Examine


@flow(
    name="体检",
    flow_run_name=titled("体检"),
    description="检查数据库、磁盘、渠道、队列和 Prefect，逐条重放日志；有问题时本任务失败并说明",
)
async def examine(what: Examine = Examine()) -> list[str] | State:
    """Fail, saying what is wrong; the artifact says what mends it."""
    found = examine_house(moment(what.now), what.replay)
    return complain(found) or found
