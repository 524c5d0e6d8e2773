"""Questions to people as forms in the Prefect UI: offered once, closed when they were answered elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx
from prefect.artifacts import create_markdown_artifact
from prefect.input import RunInput
from prefect.runtime import flow_run
from pydantic import Field

from models.engine import transaction
from models.measures import approving
from settings import get_settings
from tasks.api import Api, address
from tasks.common import by, stage
from voc.errors import InputError
from voc.zone import CHINA

# A question does not end by waiting: it is chased by its own clock. This only keeps a run from sleeping for ever.
LONGEST = timedelta(days=365)


class Answer(RunInput):
    """The form."""

    decision: Literal["批准", "驳回"] = Field(title="答复")
    reason: str = Field(title="理由", description="写进记录；批准也请写一句", min_length=1, pattern=r"\S")
    reviewer: str = Field(title="审批人", description="您的姓名", min_length=1, pattern=r"\S")


def named() -> str:
    """Name a run after its question: 审批·改进措施·是否批准措施……."""
    number = flow_run.parameters["what"].approval
    try:
        with transaction() as session:
            row = approving.approval(session, number)
    except InputError:
        # A run that cannot be named never begins; it shall begin, and say that there is no such question.
        return f"审批·{number}"
    return f"审批·{approving.KIND_NAMES[row['kind']]}·{row['title'][:40]}"


@stage("提出审批表单")
def offer_questions() -> int:
    """Start one run for each open question that has none; return how many. Without a server there is nothing to do."""
    with transaction() as session:
        waiting = [row for row in approving.approvals(session) if not row["flow_run"]]
    if not waiting:
        return 0
    api = Api(address())
    try:
        deployment = _deployment(api)
        runs = {row["id"]: _start(api, deployment, row) for row in waiting} if deployment else {}
    except httpx.HTTPError:
        return 0  # the server is away: the next round asks again
    with transaction() as session:
        for id_, run in runs.items():
            approving.note_run(session, id_, run)
    return len(runs)


def _deployment(api: Api) -> str | None:
    return next((str(one["id"]) for one in api.deployments() if one["name"] == "审批"), None)


def _start(api: Api, deployment: str, row: dict[str, Any]) -> str:
    """Create the run; the key makes a second one of the same question the same run."""
    body = {
        "idempotency_key": f"approval-{row['id']}",
        "parameters": {"what": {"approval": row["id"]}},
        "tags": ["审批", approving.KIND_NAMES[row["kind"]], row["asked_of_name"]],
        "state": {"type": "SCHEDULED", "name": "Scheduled"},
    }
    return str(api.ask(f"/deployments/{deployment}/create_flow_run", body)["id"])


@stage("收起已答复的表单")
def close_answered() -> int:
    """Cancel the sleeping runs of questions that were answered elsewhere."""
    with transaction() as session:
        done = {row["id"]: row for row in approving.answered_with_run(session)}
    api, closed = Api(address()), 0
    for id_, row in done.items():
        try:
            closed += _close(api, row)
        except httpx.HTTPError:
            continue
        with transaction() as session:
            approving.note_run(session, id_, None)
    return closed


def _close(api: Api, row: dict[str, Any]) -> bool:
    found = api.in_state("PAUSED", id={"any_": [row["flow_run"]]})
    if not found:
        return False
    api.put_in_state(row["flow_run"], "CANCELLED", "Cancelled", said(row))
    return True


@stage("读取审批事项")
def read_question(approval: int) -> dict[str, Any]:
    """Return a question as the form needs it, and leave it as an artifact beside the run."""
    with transaction() as session:
        row = approving.approval(session, approval)
    question = described(row)
    create_markdown_artifact(question, key=f"approval-{approval}", description=row["title"])
    return {
        "state": row["state"],
        "said": said(row) if row["state"] != "open" else "",
        "text": question,
    }


def described(row: dict[str, Any]) -> str:
    """Write a question as markdown: what is asked, what one should know, until when, where the evidence is."""
    url = row["evidence_url"] or get_settings().public_url
    lines = [
        f"# {row['title']}",
        row["body"],
        f"请在 {row['due_at'].astimezone(CHINA):%Y-%m-%d %H:%M} 前答复（{row['asked_of_name']}）。",
        *([f"[查看证据]({url})"] if url else []),
        f"也可以用命令答复：`voc approve {row['id']} --yes --reason 理由`（驳回用 `--no`）。先答复的有效。",
    ]
    return "\n\n".join(line for line in lines if line)


def form_of(question: dict[str, Any]) -> type[Answer]:
    """Make the form of one question."""
    return Answer.with_initial_data(description=question["text"])


@stage("记录答复")
def record_answer(approval: int, decision: str, reason: str, reviewer: str) -> str:
    """Record the answer of the form; say so when somebody was faster."""
    who = by(f"person:{reviewer.strip()}", datetime.now(UTC))
    with transaction() as session:
        first = approving.decide(session, approval, decision == "批准", reason, who)
        row = approving.approval(session, approval)
    return said(row) if first else f"这一项已经答复过了，本次答复没有采用。{said(row)}"


def said(row: dict[str, Any]) -> str:
    """Say in one sentence how a question was answered."""
    names = {"approved": "批准", "refused": "驳回", "withdrawn": "撤回"}
    who = str(row["decided_by"] or "").partition(":")[2]
    because = f"，理由：{row['reason']}" if row["reason"] else ""
    at = f"{row['decided_at'].astimezone(CHINA):%Y-%m-%d %H:%M}"
    return f"审批 {row['id']} 已由{who}于 {at} {names[row['state']]}{because}。"
