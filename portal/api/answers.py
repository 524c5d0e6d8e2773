"""What the API answers: the shapes of things and of faults."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

T = TypeVar("T")


class FaultBody(BaseModel):
    """A code for machines and a sentence for people."""

    code: str
    message: str


class Fault(BaseModel):
    """What is answered instead, when something is wrong."""

    error: FaultBody


FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": Fault, "description": "内容无法读取"},
    401: {"model": Fault, "description": "没有密钥或密钥无效"},
    403: {"model": Fault, "description": "密钥没有这个权限"},
    404: {"model": Fault, "description": "没有这个编号"},
    409: {"model": Fault, "description": "同一编号，内容不同"},
    413: {"description": "内容太大"},
    422: {"model": Fault, "description": "内容不符合约定"},
    429: {"model": Fault, "description": "太频繁"},
}


class Page(BaseModel, Generic[T]):
    """A page of a list, and where the next one begins."""

    items: list[T]
    next: int | None = Field(description="还有更多时，作为下一次请求的 after；没有了为空")


class CaseOut(BaseModel):
    """Answering one customer."""

    id: int
    number: str = Field(description="受理编号")
    state: str
    round: int
    department: str | None
    issue: str | None
    category: str
    priority: str
    opened_at: datetime
    respond_by: datetime
    resolve_by: datetime
    changed_at: datetime


class ProblemOut(BaseModel):
    """Many feedbacks with one cause."""

    id: int
    kind: str
    issue: str | None
    area: str
    name: str
    state: str
    round: int
    department: str
    root_cause: str | None
    dimension: str | None
    members: int = Field(description="反馈条数")
    detected_at: datetime
    changed_at: datetime


class ActionOut(BaseModel):
    """What one department does about a problem."""

    id: int
    problem_id: int
    problem_round: int
    measure: str
    kind: str
    dimension: str
    state: str
    department: str
    due_at: datetime
    went_live: datetime | None
    changed_at: datetime


class VerificationOut(BaseModel):
    """Whether a measure worked."""

    id: int
    action_id: int
    attempt: int
    verdict: str
    sentence: str
    result: dict[str, Any]
    computed_at: datetime
