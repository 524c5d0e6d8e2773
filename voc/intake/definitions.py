"""What a source is called, where it comes from and which of its columns mean what. No I/O."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any, Final

from voc.errors import InputError, misspelt
from voc.intake.pulling import http_pull, mail_pull

FIELDS: Final = (
    "external_id", "text", "title", "occurred_at", "channel", "touchpoint", "rating", "customer",
    "customer_value", "phone", "email", "agent", "region", "product", "version", "order_no",
    "evidence",
)  # fmt: skip
CHANNELS: Final[dict[str, str]] = {
    "hotline": "热线",
    "sms": "短信评价",
    "app": "应用内",
    "web": "网页表单",
    "email": "邮件",
    "chat": "在线客服",
    "ticket": "工单",
    "social": "社交媒体",
    "store_review": "商城评价",
    "paper": "意见卡",
    "interview": "访谈",
    "shopper": "神秘顾客",
    "transcript": "通话转写",
}
CHANNEL_CODES = {**{title: code for code, title in CHANNELS.items()}, **{code: code for code in CHANNELS}}
_EVERY = re.compile(r"\d{1,4}[mhdw]")
_PULLS: Final = {"http": http_pull, "imap": mail_pull}
_KEYS = (
    "name",
    "title",
    "kind",
    "channel",
    "touchpoint",
    "encoding",
    "sheet",
    "map",
    "rating_scale",
    "owner",
    "every",
    "path",
    "pull",
)


@dataclass(frozen=True)
class Definition:
    """What a source is called, where it comes from and which of its columns mean what.

    `rating_scale` is (worst, best): (1, 5) for stars, (5, 1) for a key-press where 1 is the best.
    """

    name: str
    title: str
    kind: str
    channel: str
    touchpoint: str
    encoding: str
    sheet: str  # of a workbook, by name or by number from 1; empty: the first
    mapping: dict[str, str]
    rating_scale: tuple[float, float]
    owner: str
    every: str
    path: str
    pull: dict[str, Any] = default(
        default_factory=dict
    )  # how another system is asked; see voc.intake.pulling


def parse_definition(text: str) -> Definition:
    """The definition a TOML text describes; errors say in Chinese which key is wrong."""
    try:
        return definition_from_dict(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"来源定义不是正确的 TOML：{misspelt(error)}") from None


def definition_from_dict(values: Mapping[str, Any]) -> Definition:
    """The definition held by a dict with the keys of the TOML form."""
    if unknown := [key for key in values if key not in _KEYS]:
        raise InputError(f"来源定义有不认识的项：{'、'.join(unknown)}；可用的有 {'、'.join(_KEYS)}。")
    words = {key: _word(values, key) for key in _KEYS if key not in ("map", "rating_scale", "pull")}
    if not words["name"]:
        raise InputError("来源定义缺少 name（来源的英文名）。")
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", words["name"]):
        raise InputError(f"来源的 name「{words['name']}」只能用小写字母、数字、- 和 _，并以字母开头。")
    words["channel"] = _channel(words["channel"])
    if words["every"] and not _EVERY.fullmatch(words["every"]):
        raise InputError(f"every「{words['every']}」要写成 30m、12h、1d 或 1w 的样子。")
    return Definition(
        **{**words, "title": words["title"] or words["name"]},
        mapping=_mapping(values.get("map", {})),
        rating_scale=_scale(values.get("rating_scale", (1, 5))),
        pull=_pull(words["kind"], values.get("pull", {})),
    )


def _pull(kind: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError("pull 要写成一张表：[pull]。")
    if kind in _PULLS:
        _PULLS[kind](value)
    elif value:
        raise InputError(f"[pull] 只用于 kind 为 {'、'.join(_PULLS)} 的来源。")
    return dict(value)


def _word(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key, "")
    if not isinstance(value, str):
        raise InputError(f"来源定义的 {key} 要写成带引号的文字。")
    return value.strip()


def _channel(value: str) -> str:
    if value in CHANNEL_CODES:
        return CHANNEL_CODES[value]
    known = "、".join(f"{code}（{title}）" for code, title in CHANNELS.items())
    raise InputError(f"来源定义的 channel「{value}」不在渠道表里；可用的有 {known}。")


def _scale(value: Any) -> tuple[float, float]:
    numbers = (
        [float(x) for x in value if isinstance(x, int | float)] if isinstance(value, list | tuple) else []
    )
    if len(numbers) != 2 or numbers[0] == numbers[1]:
        raise InputError("rating_scale 要写成 [最差, 最好] 两个不同的数，例如 [1, 5] 或 [0, 10]。")
    return numbers[0], numbers[1]


def _mapping(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return parse_mapping(value)
    if not isinstance(value, Mapping) or not all(isinstance(column, str) for column in value.values()):
        raise InputError('map 要写成 map = { text = "内容列", rating = "评分列" }。')
    return _checked((field, column.strip()) for field, column in value.items())


def parse_mapping(text: str) -> dict[str, str]:
    """`text=title+content,rating=star` as {"text": "title+content", "rating": "star"}."""
    pairs = []
    for part in filter(None, (part.strip() for part in re.split("[,，]", text))):
        field, mark, column = part.replace("＝", "=").partition("=")
        if not mark or not column.strip():
            raise InputError(f"列对应「{part}」看不懂；请写成 字段=列名，例如 text=评价内容,rating=星级。")
        pairs.append((field.strip(), column.strip()))
    return _checked(pairs)


def _checked(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for field, column in pairs:
        if field not in FIELDS:
            raise InputError(f"不认识字段「{field}」；可用的有 {'、'.join(FIELDS)}。")
        if field in mapping:
            raise InputError(f"字段「{field}」对应了两次。")
        if column:
            mapping[field] = column
    return mapping
