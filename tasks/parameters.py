"""Parameters of the flows: they become forms in the Prefect UI, and the server enforces their limits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from voc.reporting.kinds import NAMES

_LAST = "now"  # hardly anybody fills in the time


def form(description: str) -> ConfigDict:
    """Configure a model as a form: nothing unknown, and a Chinese line above it in the Prefect UI."""

    def describe(schema: dict[str, Any]) -> None:
        schema["description"] = description
        # The server keeps a schema without its order, and the UI asks for the position of each field.
        fields = schema.get("properties", {})
        for place, name in enumerate(sorted(fields, key=lambda name: name == _LAST)):
            fields[name]["position"] = place

    return ConfigDict(extra="forbid", json_schema_extra=describe)


_KINDS = {name: code for code, name in NAMES.items()}
# A form lists what it is given: people choose by name, programs give the code, and both are understood.
Kind = Annotated[
    Literal["run", "weekly", "monthly", "action", "department", "meeting"],
    BeforeValidator(lambda given: _KINDS.get(given, given)),
    PlainSerializer(NAMES.__getitem__, str, when_used="json"),
    WithJsonSchema({"type": "string", "enum": list(_KINDS)}),
]


class Timed(BaseModel):
    """What every flow can be told: the time it shall take for now."""

    model_config = form("一般无须填写，直接运行即可。")

    now: datetime | None = Field(None, title="运行时刻", description="留空即当前时间；回放历史时填写")


class Collect(Timed):
    """Which sources to read."""

    model_config = form("选择要采集的来源。")

    sources: list[str] = Field(
        default_factory=list, title="来源", description="名称见 voc source list；留空为全部"
    )
    again: bool = Field(False, title="重新读取", description="已读过的文件也再读一遍，不会重复入库")


class Tell(Timed):
    """How many messages to send."""

    model_config = form("发送发件箱中到期的消息。")

    limit: int = Field(20_000, ge=1, le=200_000, title="条数上限", description="本次最多发送的消息条数")


class Report(Timed):
    """Which period to report on."""

    model_config = form("选择报告的类型和时段。")

    kind: Kind = Field(
        "run",
        title="报告类型",
        description="即时报告写全部时段；措施报告和部门报告还要填下面的编号或代码",
        json_schema_extra={"default": NAMES["run"]},
    )
    since: date | None = Field(
        None, title="起始日", description="留空：周报为上周一，月报为上月一日，否则为最早一条反馈"
    )
    until: date | None = Field(
        None, title="截止日", description="留空：周报为上周日，月报为上月末日，否则为最近一条反馈"
    )
    action: int | None = Field(
        None, ge=1, title="措施编号", description="措施报告写哪一项，编号见 voc actions"
    )
    department: str | None = Field(
        None, title="部门代码", description="部门报告写哪个部门；留空为每个有措施的部门各写一份"
    )


class Audit(Timed):
    """Which week to sample."""

    model_config = form("抽取一周的复核样本，给两位读者各写一张表。")

    week: str = Field("", title="哪一周", description="如 2026-W21，或该周任意一天；留空为最近一个完整的周")
    rows: int = Field(60, ge=8, le=2000, title="条数", description="抽多少条")


class Cycle(Collect):
    """One round of the whole loop."""

    model_config = form("完整走一轮闭环。")

    report: bool = Field(True, title="生成报告", description="本轮结束时撰写领导报告")


class Approve(BaseModel):
    """Which question to put before a person."""

    model_config = form("一项待审批的事务；一般由「时限」流程自动发起。")

    approval: int = Field(ge=1, title="审批编号", description="见 voc approvals")


class Recode(Timed):
    """Which part of history to read again."""

    model_config = form("模型或分类体系更换后，按现用版本重读历史反馈。")

    since: date | None = Field(None, title="起始日", description="只重读这一天及以后的反馈；留空为全部")


class Rehearse(BaseModel):
    """The simulated company that is played through the loop."""

    model_config = form("用模拟公司演练闭环，只用于空库。")

    weeks: int = Field(26, ge=1, le=104, title="周数")
    seed: int = Field(20260525, ge=0, title="随机种子", description="相同的种子得到相同的公司")
    rows_per_week: int = Field(720, ge=50, le=200_000, title="每周反馈条数")


class Remedy(Timed):
    """Which batch to mend."""

    model_config = form("对未通过质检的一批数据进行整改。")

    batch: int = Field(ge=1, title="批次编号", description="未通过质检的批次，见事件或隔离区")


class Clock(BaseModel):
    """Which measure went live."""

    model_config = form("为已落地的措施排定验证日期。")

    action: int = Field(ge=1, title="措施编号", description="已落地的措施，见 voc actions")


class Examine(Timed):
    """How deep to look."""

    model_config = form("检查环境和数据，列出问题和处理办法。")

    replay: bool = Field(True, title="逐条重放", description="重放全部日志并核对每一行的去向，数据多时较慢")


class Upkeep(Timed):
    """What may go."""

    model_config = form("清理过期的运行记录并整理数据库。")

    keep_days: int = Field(
        30, ge=7, le=3650, title="事件保留天数", description="已通知 Prefect 的事件保留多少天；业务日志不删"
    )


class Invite(Timed):
    """When to ask."""

    model_config = form("按设置邀请客户填写问卷。")
