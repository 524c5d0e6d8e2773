"""One question to a person, as a form in the Prefect UI; the run sleeps until somebody answers."""

from prefect import flow
from prefect.flow_runs import asuspend_flow_run

from tasks.approve import LONGEST, form_of, named, read_question, record_answer
from tasks.parameters import Approve


@flow(
    name="审批",
    flow_run_name=named,
    description="在界面上点「Resume」填写答复；也可以用 voc approve 或在工作台答复，先答复的有效",
    persist_result=True,
)
async def approve(what: Approve) -> str:
    """Ask, wait as long as it takes, and record the answer unless somebody answered elsewhere."""
    question = read_question(what.approval)
    if question["state"] != "open":
        return str(question["said"])
    # Nothing is held in memory meanwhile: the process ends here and a new one goes on after the answer.
    answer = await asuspend_flow_run(
        wait_for_input=form_of(question),
        timeout=int(LONGEST.total_seconds()),
        key=f"approval-{what.approval}",
    )
    return str(record_answer(what.approval, answer.decision, answer.reason, answer.reviewer))
