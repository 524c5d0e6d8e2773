"""Draw the weekly sample for two readers."""

from prefect import flow

from tasks.audit import draw_sample, show_sheets
from tasks.common import moment
from tasks.naming import titled
from tasks.parameters import Audit


@flow(
    name="复核抽样",
    flow_run_name=titled("复核抽样"),
    description="抽取上一周的复核样本，给两位读者各写一张表",
)
async def audit(what: Audit = Audit()) -> list[str]:
    """Draw the sample of a week, unless it is drawn, and write its sheets; return where they are."""
    paths: list[str] = draw_sample(what.week, what.rows, moment(what.now))
    show_sheets(paths)
    return paths
