"""Watch: what rises beyond its past, and what falls silent."""

from prefect import flow

from tasks.common import moment
from tasks.naming import titled
from tasks.parameters import Timed
from tasks.watch import chase_reviews, show_alarms, watch_days


@flow(
    name="预警",
    flow_run_name=titled("预警"),
    description="按天查看各序列是否突增或中断，发出预警并派给部门复核",
)
async def watch(what: Timed = Timed()) -> dict[str, int]:
    """Walk through the new days, raise alarms, and chase the reviews that are late."""
    now = moment(what.now)
    done: dict[str, int] = watch_days(now)
    late: int = chase_reviews(now)
    show_alarms()
    return {**done, "late_reviews": late}
