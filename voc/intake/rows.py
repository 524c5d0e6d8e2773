"""From a table of any shape to the canonical fields: mapping, times, ratings and keys. No I/O."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from json.encoder import encode_basestring

from voc.amounts import MISSING
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
_WORDS = frozenset(("text", "title"))  # what people said, be it 无
_LONGEST = max(map(len, MISSING))


class Mapped:
    """A batch as columns of canonical fields, each as long as the batch and made when it is first asked for.

    missing: mapped columns that do not occur in the batch; present: columns that do.
    """

    def __init__(
        self,
        cells: Mapping[str, Sequence[str | None]],
        count: int,
        present: Sequence[str],
        definition: Definition,
    ) -> None:
        self._cells, self._count, self._definition = cells, count, definition
        self._columns: dict[str, list[str | None]] = {}
        there = dict.fromkeys(present)
        self._parts = {field: _parts(definition.mapping.get(field, ""), there) for field in FIELDS}
        absent = (part for parts in self._parts.values() for part in parts if part not in there)
        self.missing, self.present = tuple(dict.fromkeys(absent) if count else ()), tuple(present)

    def __getitem__(self, field: str) -> list[str | None]:
        if field not in self._columns:
            self._columns[field] = self._column(field)
        return self._columns[field]

    def __len__(self) -> int:
        return self._count

    def require(self) -> Mapped:
        """Itself, or SchemaBroken naming the missing and the present columns."""
        if self.missing:
            raise SchemaBroken(
                f"缺少列：{'、'.join(self.missing)}；文件里有的列：{'、'.join(self.present)}。"
                "请核对导出模板，或用 --map 重新指明列的对应关系。"
            )
        return self

    def _column(self, field: str) -> list[str | None]:
        found = {part: self._cells[part] for part in self._parts[field] if part in self._cells}
        if field == "evidence":
            return _records(found, self._count)
        column = _column([*found.values()], self._count)
        if field in _WORDS:
            return column
        column = known(column)
        if field == "channel":
            return [CHANNEL_CODES.get(v, v) if v else self._definition.channel for v in column]
        if field == "touchpoint":
            return [v or self._definition.touchpoint or None for v in column]
        return column


def map_rows(payloads: Sequence[Mapping[str, str]], definition: Definition) -> Mapped:
    """Columns of canonical fields, stripped, None where empty; the source gives channel and touchpoint."""
    present = _present(payloads, definition)
    cells = {part: [row.get(part) for row in payloads] for part in columns_wanted(definition, present)}
    return Mapped(cells, len(payloads), tuple(present), definition)


def columns_wanted(definition: Definition, present: Iterable[str]) -> list[str]:
    """The columns of the source that the definition reads, among those that are there."""
    there = dict.fromkeys(present)
    parts = [part for column in definition.mapping.values() for part in _parts(column, there)]
    return [part for part in dict.fromkeys(parts) if part in there]


def known(cells: list[str | None]) -> list[str | None]:
    """Cells without the marks that say that nothing is known: -, 无, NULL; two such customers are not the same."""
    marks = {cell for cell in set(cells) if cell and len(cell) <= _LONGEST and cell.casefold() in MISSING}
    return [None if cell in marks else cell for cell in cells] if marks else cells


def not_understood(given: Sequence[str | None], read: Sequence[object]) -> list[str]:
    """Cells that hold something of which nothing was read."""
    return [cell for cell, value in zip(given, read, strict=True) if cell and value is None]


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
    # As json.dumps with sort_keys does, which takes twice as long since it begins anew with every row.
    cells = [head + encode_basestring(payload[column]) for column, head in _heads(tuple(payload))]
    return "{" + ", ".join(cells) + "}"


@lru_cache(maxsize=64)
def _heads(columns: tuple[str, ...]) -> list[tuple[str, str]]:
    """Columns in order of their names, each with what stands before its cell."""
    return [(column, f"{encode_basestring(column)}: ") for column in sorted(columns)]


def hash_of(written: str) -> bytes:
    """The hash of a row written by `canonical`."""
    return blake2b(written.encode("utf-8", "surrogatepass"), digest_size=16).digest()
