"""Analyse what passed the check."""

from prefect import flow

from tasks.aggregate import aggregate_problems
from tasks.analyse import analyse_waiting
from tasks.common import moment
from tasks.naming import show_problems, titled
from tasks.parameters import Timed


@flow(name="分析", flow_run_name=titled("分析"), description="脱敏、去重、分类、定级，并聚合为问题")
async def analyse(what: Timed = Timed()) -> dict[str, int]:
    """Understand every checked batch, then gather recurring complaints into problems."""
    counts: dict[str, int] = analyse_waiting(moment(what.now))
    gathered: dict[str, int] = aggregate_problems(moment(what.now))
    show_problems()
    return {**counts, **gathered}
