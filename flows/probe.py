"""Probe the model once a week."""

from prefect import State, flow

from tasks.common import complain, moment
from tasks.naming import titled
from tasks.parameters import Timed
from tasks.probe import probe_model


@flow(
    name="模型检查",
    flow_run_name=titled("模型检查"),
    description="每周比较模型与人工抽检的一致率、平均把握；变差时本任务失败并说明",
)
async def probe(what: Timed = Timed()) -> list[str] | State:
    """Fail, saying why, when the model got worse."""
    found = probe_model(moment(what.now))
    return complain(found) or found
