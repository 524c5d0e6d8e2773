"""Feedback in: up to a thousand at once, each stored before we say so."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from models.intake import inbound
from models.people.keys import Machine
from models.people.rights import house
from portal.api.answers import FAULTS
from portal.api.keys import Refused, scoped
from voc.intake.rows import CHANNELS
from voc.intake.webhooks import cell

router = APIRouter()
Word = Annotated[str, AfterValidator(cell), Field(max_length=200)]


class FeedbackIn(BaseModel):
    """One feedback, with what is known of it."""

    model_config = ConfigDict(extra="forbid")

    external_id: Word = Field("", description="编号；同一编号再次送入视为新版本，内容相同则忽略")
    text: Annotated[str, AfterValidator(cell)] = Field(max_length=20_000, description="客户的原话")
    occurred_at: AwareDatetime | None = Field(None, description="客户说的时间，带时区")
    channel: Word = Field("", description="渠道代码，留空用来源的渠道：" + "、".join(CHANNELS))
    touchpoint: Word = Field("", description="触点")
    rating: float | None = Field(None, ge=-1000, le=1000, description="评分，按来源的分制")
    customer: Word = Field("", description="客户编号，只用来认出同一位客户")
    phone: Word = Field("", description="手机号，只用来回访")
    email: Word = Field("", description="邮箱，只用来回访")
    agent: Word = Field("", description="服务人员工号")
    region: Word = Field("", description="地区")
    product: Word = Field("", description="产品")
    version: Word = Field("", description="版本")
    order_no: Word = Field("", description="订单号")


class FeedbackBatch(BaseModel):
    """Several feedbacks, taken in whole or not at all."""

    model_config = ConfigDict(extra="forbid")

    items: list[FeedbackIn] = Field(min_length=1, max_length=1000)


class Accepted(BaseModel):
    """What became of a batch."""

    stored: int = Field(description="新收下的条数")
    known: int = Field(description="以前已收下、内容相同的条数")
    delivery: int | None = Field(description="采集编号")
    again: bool = Field(description="同一幂等键的重复请求，没有再次收下")


Feeding = Annotated[Machine, Depends(scoped("feedback:write"))]
Once = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, description="幂等键：重试时带同一个值"),
]


@router.post("/feedback", status_code=202, responses=FAULTS)
def feed(batch: FeedbackBatch, machine: Feeding, once: Once = None) -> Accepted:
    """送入反馈。返回 202 时已经落库，随后由质检和分析流程处理。"""
    now = datetime.now(UTC)
    written = batch.model_dump_json().encode()
    with house() as session:
        source = inbound.source_of(session, machine.source_id)
        if source is None:
            raise Refused(403, "scope", "这个密钥没有绑定来源。")
        id_, definition = source
        message = f"key-{machine.id}-{hashlib.sha256(once.encode()).hexdigest()}" if once else ""
        taken = inbound.seen_before(session, id_, message, written) if message else None
        if taken is None:
            rows = [_row(item) for item in batch.items]
            taken = inbound.take_in(session, id_, definition, rows, f"api:{machine.id}", now)
            if message:
                inbound.remember(session, id_, message, written, taken.delivery_id, now)
    return Accepted(stored=taken.stored, known=taken.known, delivery=taken.delivery_id, again=taken.again)


def _row(item: FeedbackIn) -> dict[str, str]:
    said = item.model_dump(exclude_none=True)
    said["occurred_at"] = item.occurred_at.isoformat() if item.occurred_at else ""
    said["rating"] = f"{item.rating:g}" if item.rating is not None else ""
    return {name: str(value) for name, value in said.items()}
