"""A first proposal of which column means what, from the names columns usually have. No I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from voc.text.scripts import simplified

_GUESSES: Final[dict[str, str]] = {
    "text": "text content review comment feedback message body verbatim opinion description"
    " 内容 正文 评价 评论 反馈 意见 留言 评价内容 评论内容 反馈内容 投诉内容 留言内容 意见内容"
    " 问题描述 诉求内容 转写文本 客户原话",
    "title": "title subject headline summary 标题 主题 评价标题 留言主题",
    "occurred_at": "occurred_at reviewed_at created_at commented_at time date datetime timestamp created"
    " review_time review_date comment_time createtime 时间 日期 评价时间 评论时间 反馈时间 留言时间"
    " 投诉时间 提交时间 创建时间 发生时间 来电时间",
    "rating": "rating star stars score rate satisfaction csat 星级 评分 打分 满意度 得分 分数 评价星级 星",
    "external_id": "external_id id review_id comment_id feedback_id ticket_id ticket_no record_id"
    " 编号 评价编号 评论id 工单号 工单编号 留言编号 反馈编号 流水号 记录编号",
    "channel": "channel source_channel 渠道 来源渠道 反馈渠道 受理渠道",
    "touchpoint": "touchpoint 触点 环节 服务环节",
    "customer": "customer customer_id user user_id uid user_hash author author_hash nickname member_id"
    " 客户 客户编号 用户 用户id 用户名 会员号 会员编号 昵称 客户号",
    "customer_value": "customer_value member_level vip level 会员等级 客户等级 客户价值 等级",
    "phone": "phone mobile tel telephone phone_number 手机 手机号 电话 联系电话 手机号码 电话号码 来电号码",
    "email": "email mail e_mail 邮箱 邮件 电子邮箱 邮箱地址",
    "agent": "agent agent_id operator staff 坐席 座席 客服 客服工号 坐席工号 工号 经办人",
    "region": "region city province area 地区 区域 城市 省份 省市"
    " 门店 门店名称 分店 网点 营业厅 支行 院区 校区 store store_name branch",
    "product": "product product_name sku item 产品 商品 商品名称 产品名称 产品型号 型号",
    "version": "version app_version application_version client_version software_version firmware firmware_version"
    " fw_version release app_ver ver 版本 版本号 应用版本 软件版本 固件版本 客户端版本 程序版本 产品版本 APP版本",
    "order_no": "order_no order_id order orderid 订单号 订单编号 订单",
}
# Records that came with the feedback; all such columns are taken, each under its own title.
_EVIDENCE: Final = (
    "evidence transcript call_transcript chat_log chat_history conversation dialogue ticket_log ticket_notes"
    " service_notes order_info order_detail call_notes"
    " 工单记录 工单内容 工单备注 处理记录 处理过程 处理经过 处理备注 跟进记录 服务记录 维修记录 回访记录 沟通记录"
    " 订单信息 订单详情 订单备注 物流信息 物流记录 物流轨迹 通话转写 通话记录 通话内容 通话文本 录音转写 语音转写"
    " 聊天记录 会话记录 会话内容 对话记录 对话内容 咨询记录 在线聊天 证据 佐证材料"
)

_ENDINGS: Final[dict[str, str]] = {
    "text": "内容 摘要 正文 原话 评语 详情 描述 诉求 content text comment review reply transcript",
    "title": "标题 主题 title subject",
    "occurred_at": "时间 日期 time date edat",
    "rating": "评分 满意度 星级 打分 得分 rating score star",
    # A number of something else taken for the record's own would make records overwrite each other.
    "external_id": "流水号 工单号 卡片编号 评价id 消息id 留言id sessionid messageid msgid noteid recordid",
    "channel": "渠道",
    "touchpoint": "触点 环节",
    "customer": "客户 用户 买家 会员号 昵称 memberno customerid userid",
    "customer_value": "等级 级别 tier",
    "phone": "手机号 电话 手机 phone mobile",
    "email": "邮箱 email",
    "agent": "坐席 座席 处理人 经办人 店员 工号 engineer agent",
    "region": "地市 城市 区域 省份 归属地 属地 region city location",
    "product": "品类 产品大类 产品类别 型号 商品 产品 product goods",
    "version": "版本 版本号 appversion softwareversion firmwareversion",
    "order_no": "订单 订单号 订单编号 orderno orderid",
}

# Where none of these ends a name, these may: they also end names of what staff write or tick.
_LATER_ENDINGS: Final = "评论 留言 反馈 意见 吐槽 说法"
# What was said to the customer or about him, or ticked.
_NOT_HIS: Final = re.compile(
    "^(?:是否|有无)|(?:商家|店家|卖家|官方|客服|掌柜|运营|开发者).*(?:回复|答复|回应|留言|反馈|评语)|^(?:处理|审批|审核|领导|部门)"
    "|(?:merchant|seller|developer|owner|official|shop|agent)(?:reply|response|comment)"
)


def guess_mapping(columns: Sequence[str]) -> dict[str, str]:
    """A proposal from common column names, Chinese and English, to be shown to the user before it is used.

    A known name wins; otherwise the one column whose name ends like the field (投诉时间, 回访满意度), and
    nothing if two do. Several columns of evidence are joined by a plus sign.
    """
    plain = {_plain(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for field, names in _GUESSES.items():
        hit = next((plain[name] for name in map(_plain, names.split()) if name in plain), None)
        if hit is not None and hit not in found.values():
            found[field] = hit
    records = _evidence(plain, found)
    for field, endings in _ENDINGS.items():
        free = {name: column for name, column in plain.items() if column not in found.values()}
        spare = {name: column for name, column in free.items() if column not in records}
        hit = _said(spare, free) if field == "text" else _ending(spare, endings)
        if field not in found and hit:
            found[field] = hit
    return _with_records(found, [column for column in records if column not in found.values()])


def _said(spare: Mapping[str, str], free: Mapping[str, str]) -> str | None:
    """The column of the customer's words, by its ending; of records that came with them only if there is no other."""
    own, any_ = ({name: of[name] for name in of if not _NOT_HIS.search(name)} for of in (spare, free))
    return _ending(own, _ENDINGS["text"]) or _ending(own, _LATER_ENDINGS) or _ending(any_, _ENDINGS["text"])


def _ending(columns: Mapping[str, str], endings: str) -> str | None:
    hits = [column for name, column in columns.items() if name.endswith(tuple(endings.split()))]
    return hits[0] if len(hits) == 1 else None


def _evidence(plain: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    known = set(map(_plain, _EVIDENCE.split()))
    # A plus sign joins columns; one that has it in its name cannot be joined.
    named = [column for name, column in plain.items() if name in known and "+" not in column]
    return [column for column in reversed(named) if column not in found.values()]


def _with_records(found: dict[str, str], records: list[str]) -> dict[str, str]:
    # A transcript that nothing else speaks beside is itself what the customer said.
    if "text" not in found and len(records) == 1:
        return {**found, "text": records[0]}
    return {**found, "evidence": "+".join(records)} if records else found


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    (plain,) = simplified([unicodedata.normalize("NFKC", name).lower()])
    return re.sub(r"[\s_\-:：（）()【】\[\]*]", "", plain)
