"""Analyse what passed the check."""

from prefect import flow

from settings import get_settings
from tasks.aggregate import aggregate_problems
from tasks.analyse import analyse_waiting
from tasks.assist import ask_assistant
from tasks.common import moment
from tasks.naming import show_problems, titled
from tasks.parameters import Timed
from tasks.suspects import mark_suspects, show_suspects


@flow(name="分析", flow_run_name=titled("分析"), description="脱敏、去重、分类、定级，并聚合为问题")
async def analyse(what: Timed = Timed()) -> dict[str, int]:
    """Understand every checked batch, ask an assistant if there is one, set apart what is suspect, gather problems."""
    counts: dict[str, int] = analyse_waiting(moment(what.now))
    assisted: dict[str, int] = ask_assistant() if get_settings().assist_url else {}
    suspect: dict[str, int] = mark_suspects(moment(what.now))
    gathered: dict[str, int] = aggregate_problems(moment(what.now))
    show_problems()
    show_suspects()
    return {**counts, **assisted, **suspect, **gathered}
