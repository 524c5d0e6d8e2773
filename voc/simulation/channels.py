"""The nine channels of the company: the columns, formats and habits of each of its export files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from voc.simulation.dice import Dice

Kind = Literal["csv", "jsonl", "xlsx"]
Stamp = Callable[[datetime], str]


@dataclass(frozen=True)
class Channel:
    """One export: `columns` maps each column name to the field it holds, `extra` to how it is invented."""

    name: str
    title: str
    kind: Kind
    encoding: str
    prefix: str
    hours: str
    scale: tuple[int, int]
    rated: float
    owner: str
    every: str
    touchpoint: str
    stamp: Stamp
    columns: Mapping[str, str]
    extra: Mapping[str, Callable[[Dice], str]]

    @property
    def header(self) -> tuple[str, ...]:
        """All column names in the order of the file."""
        return (*self.columns, *self.extra)

    def row(self, values: Mapping[str, str], dice: Dice) -> dict[str, str]:
        """One row of the export: the fields under this channel's column names, and its own extras."""
        row = {column: values.get(field, "") for column, field in self.columns.items()}
        for column, invent in self.extra.items():
            row[column] = invent(dice)
        return row


def _plain(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S")


def _minute(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M")


def _slashes(when: datetime) -> str:
    return f"{when.year}/{when.month}/{when.day} {when.hour}:{when.minute:02d}"


def _iso(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S+08:00")


def _utc(when: datetime) -> str:
    return (when - timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _offset(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S +0800")


def _chinese(when: datetime) -> str:
    return f"{when.year}年{when.month}月{when.day}日 {when.hour}:{when.minute:02d}"


def _one_of(*options: str) -> Callable[[Dice], str]:
    return lambda dice: dice.pick(options)


def _between(low: int, high: int) -> Callable[[Dice], str]:
    return lambda dice: str(dice.number(low, high))


CHANNELS: tuple[Channel, ...] = (
    Channel(
        "hotline", "400 热线", "csv", "gb18030", "HT", "office", (1, 5), 0.55, "service", "1d", "通话结束评分", _plain,
        {"通话流水号": "external_id", "来电时间": "occurred_at", "来电号码": "phone", "会员号": "customer",
         "会员等级": "customer_value", "坐席工号": "agent", "地市": "region", "产品大类": "product",
         "通话摘要": "text", "按键评分": "rating"},
        {"通话时长(秒)": _between(35, 1460), "技能组": _one_of("售前", "售后", "投诉专席")},
    ),
    Channel(
        "sms", "服务后短信评价", "csv", "utf-8-sig", "SM", "evening", (0, 10), 0.96, "service", "1d", "服务完成",
        _slashes,
        {"msg_id": "external_id", "reply_time": "occurred_at", "mobile": "phone", "vip": "customer_value",
         "score": "rating", "reply": "text", "city": "region", "goods": "product", "order_id": "order_no",
         "engineer": "agent"},
        {"template": _one_of("SMS_0012", "SMS_0015", "SMS_0021")},
    ),
    Channel(
        "app", "应用内反馈", "jsonl", "utf-8", "AP", "evening", (1, 5), 0.80, "app", "1h", "", _iso,
        {"id": "external_id", "created_at": "occurred_at", "user": "customer", "tier": "customer_value",
         "stars": "rating", "content": "text", "product": "product", "city": "region", "page": "touchpoint",
         "app_version": "version"},
        {"os": _one_of("iOS", "Android", "HarmonyOS")},
    ),
    Channel(
        "chat", "在线客服会话", "jsonl", "utf-8", "CH", "long", (1, 5), 0.45, "service", "1h", "在线会话", _utc,
        {"session_id": "external_id", "start_time": "occurred_at", "member_no": "customer", "vip": "customer_value",
         "transcript": "text", "agent_id": "agent", "satisfaction": "rating", "goods": "product",
         "location": "region"},
        {"entry": _one_of("商品页", "订单页", "我的", "公众号"), "turns": _between(2, 18)},
    ),
    Channel(
        "store_review", "商城评价", "csv", "utf-8", "SR", "evening", (1, 5), 1.0, "mall", "1d", "商城评价", _plain,
        {"评价ID": "external_id", "评价时间": "occurred_at", "星级": "rating", "标签": "title", "评价内容": "text",
         "商品": "product", "买家等级": "customer_value", "收货城市": "region", "订单编号": "order_no",
         "买家": "customer"},
        {"有用数": _between(0, 40), "追评": _one_of("", "", "", "否")},
    ),
    Channel(
        "email", "客服邮箱", "jsonl", "utf-8", "EM", "office", (1, 5), 0.0, "service", "1h", "邮件", _offset,
        {"message_id": "external_id", "date": "occurred_at", "from": "email", "subject": "title", "body": "text",
         "product": "product", "city": "region", "customer": "customer"},
        {"mailbox": _one_of("service@qingchuan.example.com", "care@qingchuan.example.com")},
    ),
    Channel(
        "ticket", "服务工单", "xlsx", "", "TK", "office", (1, 5), 0.30, "aftersales", "1d", "工单回访", _minute,
        {"工单编号": "external_id", "建单时间": "occurred_at", "客户编号": "customer", "客户级别": "customer_value",
         "联系电话": "phone", "服务区域": "region", "产品类别": "product", "问题描述": "text", "处理人": "agent",
         "回访满意度": "rating", "关联订单": "order_no"},
        {"工单状态": _one_of("处理中", "已完成", "待派单", "已关闭")},
    ),
    Channel(
        "paper", "门店意见卡", "xlsx", "", "PA", "shop", (1, 5), 0.75, "store", "1w", "门店", _chinese,
        {"卡片编号": "external_id", "填写日期": "occurred_at", "城市": "region", "意见内容": "text", "打分": "rating",
         "商品": "product", "店员": "agent"},
        {"门店": _one_of("旗舰店", "体验馆", "万和店", "东门店"), "录入人": _one_of("小陈", "小魏", "阿琳")},
    ),
    Channel(
        "social", "社交媒体采集", "csv", "utf-8", "SC", "evening", (1, 5), 0.0, "voc", "1h", "社交媒体", _minute,
        {"note_id": "external_id", "发布时间": "occurred_at", "昵称": "customer", "正文": "text", "IP属地": "region",
         "品类": "product"},
        {"平台": _one_of("微博", "小红书", "抖音", "知乎"), "点赞": _between(0, 900), "转发": _between(0, 120)},
    ),
)  # fmt: skip
BY_NAME: Mapping[str, Channel] = {channel.name: channel for channel in CHANNELS}
