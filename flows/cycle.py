"""One round of the whole loop."""

from prefect import State, flow

from flows.analyse import analyse
from flows.check import check
from flows.collect import collect
from flows.improve import improve
from flows.report import report
from flows.tell import tell
from flows.verify import verify
from flows.watch import watch
from tasks.naming import titled
from tasks.parameters import Collect, Cycle, Report, Tell, Timed


@flow(
    name="闭环",
    flow_run_name=titled("闭环"),
    description="采集 → 质检 → 分析 → 预警 → 改进 → 验证 → 报告 → 告知",
)
async def cycle(what: Cycle = Cycle()) -> list[State]:
    """Run the stages in order; what one stage could not do fails the round but does not stop the others."""
    timed = Timed(now=what.now)
    sources = Collect(now=what.now, sources=what.sources, again=what.again)
    return [
        await collect(sources, return_state=True),
        await check(timed, return_state=True),
        await analyse(timed, return_state=True),
        await watch(timed, return_state=True),
        await improve(timed, return_state=True),
        await verify(timed, return_state=True),
        *([await report(Report(now=what.now), return_state=True)] if what.report else []),
        await tell(Tell(now=what.now), return_state=True),
    ]
