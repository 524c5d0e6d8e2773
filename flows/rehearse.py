"""Play a simulated company through the loop."""

from prefect import flow
from rich.progress import track

from flows.cycle import cycle
from flows.report import report
from flows.tell import tell
from tasks.naming import titled
from tasks.parameters import Cycle, Rehearse, Report, Tell
from tasks.rehearse import (
    afterwards,
    compare_with_truth,
    evening_of,
    found_company,
    live_a_week,
    post_events,
    rounds,
    scenario,
    work_a_week,
)


@flow(name="演练", flow_run_name=titled("演练"), description="模拟公司逐周走完整个闭环，并与植入的真相对照")
async def rehearse(what: Rehearse = Rehearse()) -> dict[str, object]:
    """Let the weeks pass: files arrive, the loop turns, people work; at the end compare with the truth."""
    company = scenario(what)
    found_company(company)
    for weeks in track(rounds(company), "模拟公司的每两周"):
        for week in weeks:
            live_a_week(what, week)
        await cycle(Cycle(now=evening_of(company, weeks[-1]), report=False))
        work_a_week(what, weeks[-1])
        post_events(evening_of(company, weeks[-1]))
    path = await report(Report(now=evening_of(company, what.weeks - 1)))
    await tell(Tell(now=afterwards(company)))
    return {"report": path, "truth": compare_with_truth(what.weeks)}
