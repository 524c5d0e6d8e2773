"""A new class written into the text of a taxonomy, so that it holds from its next reading on."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence

from voc.errors import InputError
from voc.reading.taxonomy import DIMENSIONS, parse_taxonomy

_AREA = re.compile(r"^\[\[area\]\]\s*$", re.MULTILINE)
_VERSION = re.compile(r'^version = "([^"\n]*)"', re.MULTILINE)
_CODE = re.compile(r"[a-z]+\.[a-z][a-z0-9_]*")


def with_issue(text: str, code: str, name: str, problem: str, dimension: str, cues: Sequence[str]) -> str:
    """Return the taxonomy with one more issue and another version; raises InputError or ConfigError on a mistake."""
    if not _CODE.fullmatch(code):
        raise InputError(f"问题点代码「{code}」要写成 领域.名称，小写字母，如 logistics.cold_chain。")
    if dimension not in DIMENSIONS:
        raise InputError(f"没有「{dimension}」这一维度，有：{'、'.join(DIMENSIONS)}。")
    areas = tomllib.loads(text).get("area", ())
    codes = [area["code"] for area in areas]
    area = code.partition(".")[0]
    if area not in codes:
        raise InputError(f"没有代码为「{area}」的业务领域，有：{'、'.join(codes)}。")
    if any(issue["code"] == code for known in areas for issue in known.get("issues", ())):
        raise InputError(f"问题点「{code}」已经有了。")
    starts = [match.start() for match in _AREA.finditer(text)] + [len(text)]
    end = starts[codes.index(area) + 1]
    grown = f"{text[:end].rstrip()}\n\n{block(code, name, problem, dimension, cues)}\n{text[end:]}"
    grown = _VERSION.sub(lambda match: f'version = "{match[1]}+{code}"', grown, count=1)
    parse_taxonomy(grown)
    return grown


def block(code: str, name: str, problem: str, dimension: str, cues: Sequence[str]) -> str:
    """Write one issue as TOML."""
    # JSON strings are TOML strings: what somebody typed cannot end the value it stands in.
    values = {"code": code, "name": name, "problem": problem, "dimension": dimension, "cues": list(cues)}
    # DEL is the one character that JSON leaves bare and TOML refuses.
    written = {k: json.dumps(v, ensure_ascii=False).replace("\x7f", "\\u007f") for k, v in values.items()}
    lines = [f"{key} = {value}" for key, value in written.items()]
    return "\n".join(["[[area.issues]]", *lines])
