"""What every form does once it was taken: name who did it, and lead to a page that says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import Request
from fastapi.responses import RedirectResponse

from models.change import By
from models.people.sessions import Person

# A page is told what was done by a code; words in an address could be anybody's.
DONE: Mapping[str, str] = {
    "accepted": "已接单，验证合同已锁定。",
    "started": "已开始实施。",
    "returned": "已退回，并写明了理由。",
    "implemented": "已登记落地，效果验证开始计时。",
    "noted": "已记下。",
    "progress": "进度已更新。",
    "attached": "附件已保存。",
    "handed": "已转交。",
    "answered": "已登记答复。",
    "resolved": "已登记解决，等待客户确认。",
    "confirmed": "已确认解决。",
    "reopened": "已重新打开。",
    "paused": "已暂停计时。",
    "resumed": "已恢复计时。",
    "bulk": "所选个案已登记答复。",
    "decided": "已登记您的决定。",
    "late": "别人已经先决定了，您的决定没有生效。",
    "concluded": "复核结论已登记。",
    "reported": "根因分析报告已保存。",
    "submitted": "已提交评审。",
    "proposed": "预防措施已提出，等待审批。",
    "node": "流程节点已登记。",
    "saved": "已保存为新版本。",
    "published": "已发布，各渠道可以查到。",
    "retired": "已停用。",
    "approved": "已批准，责任部门会收到通知。",
    "problem-confirm": "已确认，接下来会诊断根因、提出措施。",
    "problem-dismiss": "已决定不处理，理由记在经过里。",
    "problem-merge": "已并入，以后的同类反馈也归到这里。",
    "problem-split": "已拆成这个新问题，以后的同类反馈也归到这里。",
    "taken": "已交给您。",
    "taught": "技能已更新。",
    "joint": "已登记本部门的处理情况。",
}


def now() -> datetime:
    """Read the clock, once a request."""
    return datetime.now(UTC)


def by(person: Person) -> By:
    """Name who does a step."""
    return By(person.who, now())


def back(path: str, done: str) -> RedirectResponse:
    """Lead on after a form, so that loading the page again does not send it again."""
    return RedirectResponse(f"{path}?done={done}", 303)


def said(request: Request) -> str:
    """Return the sentence about what was just done, if something was."""
    return DONE.get(request.query_params.get("done", ""), "")
