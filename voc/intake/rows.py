"""From a table of any shape to the canonical fields: mapping, times, ratings and keys. No I/O."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from voc.errors import SchemaBroken
from voc.evidence.records import joined
from voc.intake.cells import parse_ratings as parse_ratings
from voc.intake.cells import parse_times as parse_times
from voc.intake.definitions import CHANNEL_CODES
from voc.intake.definitions import CHANNELS as CHANNELS
from voc.intake.definitions import FIELDS as FIELDS
from voc.intake.definitions import Definition as Definition
from voc.intake.definitions import definition_from_dict as definition_from_dict
from voc.intake.definitions import parse_definition as parse_definition
from voc.intake.definitions import parse_mapping as parse_mapping
from voc.intake.guess import guess_mapping as guess_mapping

_FORMULA = frozenset("=+-@＝＋－＠\t\r")
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


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
    columns["channel"] = [CHANNEL_CODES.get(v, v) if v else definition.channel for v in columns["channel"]]
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
