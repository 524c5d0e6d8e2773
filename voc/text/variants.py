"""Slips, slang, dialect and emoji written the usual way, for models to read; people keep seeing the customer's words.

Every replacement is as long as what it replaces, so that a position in the one text is a position in the other.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from voc.errors import ConfigError

_KEYS = {"to", "not_after", "not_before"}


@dataclass(frozen=True)
class Variants:
    """What is looked for, and what each finding means."""

    pattern: re.Pattern[str]
    meant: Mapping[str, str]


def parse_variants(body: str) -> Variants:
    """Read variants.toml; ConfigError names the entry that is wrong."""
    try:
        tables = tomllib.loads(body)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(45, f"variants.toml 无法读取：{error}；请按文件开头的说明改正") from error
    entries = {typed: _entry(typed, entry) for table in tables.values() for typed, entry in table.items()}
    # Literals come first, so that the expression engine skips to their first characters.
    found = "|".join(_guarded(typed, *entries[typed][1:]) for typed in sorted(entries, key=len, reverse=True))
    return Variants(re.compile(found or r"(?!)"), {typed: entry[0] for typed, entry in entries.items()})


def _entry(typed: str, entry: object) -> tuple[str, str, str]:
    fields = {"to": entry} if isinstance(entry, str) else entry
    if not isinstance(fields, dict) or not fields.keys() <= _KEYS or "to" not in fields:
        raise ConfigError(45, f"variants.toml 的“{typed}”写法不对；可用的字段：to、not_after、not_before")
    if not typed or len(typed) != len(fields["to"]):
        raise ConfigError(45, f"variants.toml 的“{typed}”与“{fields['to']}”字数不同；两边必须一样长")
    return fields["to"], fields.get("not_after", ""), fields.get("not_before", "")


def _guarded(typed: str, not_after: str, not_before: str) -> str:
    literal = re.escape(typed)
    after = f"(?<![{re.escape(not_after)}]{literal})" if not_after else ""
    before = f"(?![{re.escape(not_before)}])" if not_before else ""
    return literal + after + before


def canonical(texts: Sequence[str], variants: Variants) -> list[str]:
    """Write variants the usual way, each text as long as before."""
    said = list(texts)
    if not variants.meant:
        return said
    # Hardly one text in fifty holds any: looking for all of them at once takes less than trying the expression.
    held = pl.Series(texts, dtype=pl.String).str.contains_any([*variants.meant])
    for row in held.arg_true():
        said[row] = variants.pattern.sub(lambda found: variants.meant[found.group()], texts[row])
    return said
