"""Digest what was collected: check, analyse, and open the cases of those who wait for an answer."""

from prefect import flow

from flows.analyse import analyse
from flows.check import check
from tasks.common import moment
from tasks.digest import waiting_batches
from tasks.improve import open_cases
from tasks.naming import show_funnel, titled
from tasks.parameters import Timed


@flow(
    name="处理",
    flow_run_name=titled("处理"),
    description="新反馈入库后立即质检、分析、受理；处理期间又有入库，接着处理，直到没有等待的批次",
)
async def digest(what: Timed = Timed()) -> int:
    """Take up every waiting batch, also those that arrive meanwhile: their own runs find this one busy and leave."""
    cases = 0
    for _ in range(100):
        await check(what)
        await analyse(what)
        cases += open_cases(moment(what.now))
        if not waiting_batches():
            break
    show_funnel()
    return cases
