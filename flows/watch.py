"""Watch: what rises beyond its past, and what falls silent."""

from prefect import flow

from tasks.common import moment
from tasks.naming import titled
from tasks.parameters import Timed
from tasks.watch import show_alarms, watch_days


@flow(
    name="预警",
    flow_run_name=titled("预警"),
    description="按天查看各序列是否突增或中断，发出预警并派给部门复核",
)
async def watch(what: Timed = Timed()) -> dict[str, int]:
    """Walk through the new days and raise alarms; reviews that are late are chased like every other promise."""
    done: dict[str, int] = watch_days(moment(what.now))
    show_alarms()
    return done
