"""From a table of any shape to the canonical fields: mapping, times, ratings and keys. No I/O."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from hashlib import blake2b
from typing import Any, Final

from voc.errors import InputError, SchemaBroken
from voc.intake_cells import parse_ratings as parse_ratings
from voc.intake_cells import parse_times as parse_times
from voc.intake_guess import guess_mapping as guess_mapping
from voc.pulling import http_pull, mail_pull
from voc.records import joined

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
_CHANNEL_CODES = {**{title: code for code, title in CHANNELS.items()}, **{code: code for code in CHANNELS}}
_FORMULA = frozenset("=+-@＝＋－＠\t\r")
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_EVERY = re.compile(r"\d{1,4}[mhdw]")
_PULLS: Final = {"http": http_pull, "imap": mail_pull}
_KEYS = (
    "name",
    "title",
    "kind",
    "channel",
    "touchpoint",
    "encoding",
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
    mapping: dict[str, str]
    rating_scale: tuple[float, float]
    owner: str
    every: str
    path: str
    pull: dict[str, Any] = default(default_factory=dict)  # how another system is asked; see voc.pulling


def parse_definition(text: str) -> Definition:
    """The definition a TOML text describes; errors say in Chinese which key is wrong."""
    try:
        return definition_from_dict(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"来源定义不是正确的 TOML：{error}") from None


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
    if value in _CHANNEL_CODES:
        return _CHANNEL_CODES[value]
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


@dataclass(frozen=True)
class Mapped:
    """A batch as columns of canonical fields, each as long as the batch."""

    columns: dict[str, list[str | None]]
    missing: tuple[str, ...]  # mapped columns that do not occur in the batch
    present: tuple[str, ...]  # columns that do

    def __getitem__(self, field: str) -> list[str | None]:
        return self.columns[field]

    def __len__(self) -> int:
        return len(self.columns["text"])

    def require(self) -> Mapped:
        """Itself, or SchemaBroken naming the missing and the present columns."""
        if self.missing:
            raise SchemaBroken(
                f"缺少列：{'、'.join(self.missing)}；文件里有的列：{'、'.join(self.present)}。"
                "请核对导出模板，或用 --map 重新指明列的对应关系。"
            )
        return self


def map_rows(payloads: Sequence[Mapping[str, str]], definition: Definition) -> Mapped:
    """Columns of canonical fields, stripped, None where empty; the source gives channel and touchpoint."""
    present = _present(payloads, definition)
    cells = {part: [row.get(part) for row in payloads] for part in columns_wanted(definition, present)}
    return map_columns(cells, len(payloads), tuple(present), definition)


def columns_wanted(definition: Definition, present: Iterable[str]) -> list[str]:
    """The columns of the source that the definition reads, among those that are there."""
    there = dict.fromkeys(present)
    parts = [part for column in definition.mapping.values() for part in _parts(column, there)]
    return [part for part in dict.fromkeys(parts) if part in there]


def map_columns(
    cells: Mapping[str, Sequence[str | None]], count: int, present: Sequence[str], definition: Definition
) -> Mapped:
    """What `map_rows` gives, from `count` rows that already stand in columns."""
    there = dict.fromkeys(present)
    missing: dict[str, None] = {}
    columns: dict[str, list[str | None]] = {}
    for field in FIELDS:
        parts = _parts(definition.mapping.get(field, ""), there)
        missing.update(dict.fromkeys(part for part in parts if part not in there) if count else {})
        found = {part: cells[part] for part in parts if part in there}
        columns[field] = _records(found, count) if field == "evidence" else _column([*found.values()], count)
    columns["channel"] = [_CHANNEL_CODES.get(v, v) if v else definition.channel for v in columns["channel"]]
    columns["touchpoint"] = [v or definition.touchpoint or None for v in columns["touchpoint"]]
    return Mapped(columns, tuple(missing), tuple(present))


def _present(payloads: Sequence[Mapping[str, str]], definition: Definition) -> dict[str, None]:
    present: dict[str, None] = dict.fromkeys(payloads[0]) if payloads else {}
    if not all_present(definition, present):  # only JSON rows differ in their columns
        for payload in payloads:
            present.update(dict.fromkeys(payload))
    return present


def all_present(definition: Definition, present: Iterable[str]) -> bool:
    """Whether every column the definition reads is among `present`."""
    there = dict.fromkeys(present)
    wanted = [part for column in definition.mapping.values() for part in _parts(column, there)]
    return all(part in there for part in wanted)


def _parts(column: str, present: Mapping[str, None]) -> list[str]:
    if not column or column in present:
        return [column] if column else []
    return [part.strip() for part in column.split("+") if part.strip()]


def _records(cells: Mapping[str, Sequence[str | None]], count: int) -> list[str | None]:
    """Put records under the titles of their columns: what is cited from them names where it stood."""
    if not cells:
        return [None] * count
    titled = {part: _column([own], count) for part, own in cells.items()}
    return [joined(dict(zip(titled, row, strict=True))) for row in zip(*titled.values(), strict=True)]


def _column(cells: Sequence[Sequence[str | None]], count: int) -> list[str | None]:
    if not cells:
        return [None] * count
    clean = [[_unguarded(cell.strip()) if cell else "" for cell in part] for part in cells]
    if len(clean) == 1:
        return [cell or None for cell in clean[0]]
    return ["\n".join(filter(None, dict.fromkeys(row))) or None for row in zip(*clean, strict=True)]


def _unguarded(cell: str) -> str:
    # Our own exports put ' before cells a spreadsheet would take for a formula.
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


def record_keys(mapped: Mapped, source: str) -> list[str]:
    """One key per row: its external id, else a hash of source, text, customer or phone, and minute."""
    keys = [external or "" for external in mapped["external_id"]]
    nameless = [i for i, key in enumerate(keys) if not key]
    times = mapped["occurred_at"]
    for i, moment in zip(nameless, parse_times([times[i] for i in nameless]), strict=True):
        minute = moment.strftime("%Y%m%d%H%M") if moment else times[i] or ""
        who = mapped["customer"][i] or mapped["phone"][i] or ""
        keys[i] = _hashed((source, _said(mapped, i), who, minute))
    return keys


def _said(mapped: Mapped, i: int) -> str:
    text = "".join(unicodedata.normalize("NFKC", mapped["text"][i] or "").lower().split())
    if text:
        return text
    # A key-press without words: what else was given tells two of them apart.
    return json.dumps(
        [mapped[field][i] for field in ("rating", "agent", "order_no", "product", "touchpoint")]
    )


def _hashed(parts: Sequence[str]) -> str:
    plain = json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return "h-" + blake2b(plain, digest_size=16).hexdigest()


def payload_hash(payload: Mapping[str, str]) -> bytes:
    """16 bytes that change when any cell or column name changes, and not with the order of columns."""
    return hash_of(canonical(payload))


def canonical(payload: Mapping[str, str]) -> str:
    """The one way a row is written as JSON: columns in order of their names."""
    return _CANONICAL(payload)


def hash_of(written: str) -> bytes:
    """The hash of a row written by `canonical`."""
    return blake2b(written.encode("utf-8", "surrogatepass"), digest_size=16).digest()
