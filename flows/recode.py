"""Read history again by the versions in force."""

from prefect import flow

from tasks.aggregate import aggregate_problems
from tasks.common import moment
from tasks.naming import show_problems, titled
from tasks.parameters import Recode
from tasks.recode import recode_history, show_breaks


@flow(
    name="重新编码",
    flow_run_name=titled("重新编码"),
    description="模型或分类体系更换后，按现用版本重读历史并标出断点",
)
async def recode(what: Recode = Recode()) -> dict[str, int]:
    """Read again what other versions had read, gather it into the same problems, and mark the break."""
    counts: dict[str, int] = recode_history(moment(what.now), what.since)
    gathered: dict[str, int] = aggregate_problems(moment(what.now))
    show_breaks()
    show_problems()
    return {**counts, **gathered}
