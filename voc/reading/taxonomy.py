"""The business areas and issues feedback is sorted into, as a value parsed from an editable file."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from voc.errors import ConfigError

DIMENSIONS = {
    "process": "流程",
    "people": "人员",
    "technology": "技术",
    "product": "产品",
    "environment": "环境",
}
WEAK = "~"
_NUMBER = 40  # all mistakes in a taxonomy file carry this number


@dataclass(frozen=True)
class Issue:
    """One concrete thing customers complain about; `cues` betray the trouble, `praise` its opposite.

    A cue that starts with WEAK counts only in texts where `context` is found.
    """

    code: str
    name: str
    problem: str
    dimension: str
    area: str
    area_name: str
    cues: tuple[str, ...] = ()
    praise: tuple[str, ...] = ()
    context: str | None = None


@dataclass(frozen=True)
class Taxonomy:
    """All issues of one version, in the order of the file."""

    version: str
    issues: tuple[Issue, ...]

    @cached_property
    def _by_code(self) -> dict[str, Issue]:
        return {issue.code: issue for issue in self.issues}

    @cached_property
    def areas(self) -> dict[str, str]:
        """Area codes and their Chinese names."""
        return {issue.area: issue.area_name for issue in self.issues}

    def issue(self, code: str) -> Issue:
        """The issue of a code; KeyError when this version has none."""
        return self._by_code[code]

    def __contains__(self, code: object) -> bool:
        return code in self._by_code


def parse_taxonomy(text: str) -> Taxonomy:
    """Read a taxonomy file; every mistake raises ConfigError with a Chinese sentence that says where."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _mistake(f"分类体系文件不是有效的 TOML：{error}") from error
    version = data.get("version")
    if not isinstance(version, str) or not version:
        raise _mistake("分类体系缺少版本号 version")
    words = {name: _alternatives(name, value) for name, value in data.get("words", {}).items()}
    issues = tuple(issue for area in data.get("area", []) for issue in _issues(area, words))
    _check(issues)
    return Taxonomy(version, issues)


def _mistake(sentence: str) -> ConfigError:
    return ConfigError(_NUMBER, sentence)


def _alternatives(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _mistake(f"词组「{name}」应为以竖线分隔的文字")
    return f"(?:{value})"


def _issues(area: Mapping[str, Any], words: Mapping[str, str]) -> list[Issue]:
    code, name = _text(area, "code", "业务领域"), _text(area, "name", "业务领域")
    inherited = {"context": area["context"]} if "context" in area else {}
    return [_issue(code, name, inherited | entry, words) for entry in area.get("issues", [])]


def _issue(area: str, area_name: str, entry: Mapping[str, Any], words: Mapping[str, str]) -> Issue:
    where = f"领域「{area_name}」的问题"
    code, dimension = _text(entry, "code", where), _text(entry, "dimension", where)
    if not code.startswith(f"{area}."):
        raise _mistake(f"问题代码「{code}」应以所属领域「{area}.」开头")
    if dimension not in DIMENSIONS:
        raise _mistake(f"问题「{code}」的维度「{dimension}」不存在，可选：{'、'.join(DIMENSIONS)}")
    cues, praise = (_cues(code, entry.get(key, []), words) for key in ("cues", "praise"))
    name, problem = _text(entry, "name", where), _text(entry, "problem", where)
    context = _expand(code, entry["context"], words) if "context" in entry else None
    if context is None and any(cue.startswith(WEAK) for cue in cues + praise):
        raise _mistake(f"问题「{code}」有以 {WEAK} 开头的弱线索词，却没有给出语境 context")
    return Issue(code, name, problem, dimension, area, area_name, cues, praise, context)


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _mistake(f"{where}缺少 {key}")
    return value


def _cues(code: str, cues: Any, words: Mapping[str, str]) -> tuple[str, ...]:
    if not isinstance(cues, list) or not all(isinstance(cue, str) and cue for cue in cues):
        raise _mistake(f"问题「{code}」的线索词应为非空文字的列表")
    return tuple(_expand(code, cue, words) for cue in cues)


def _expand(code: str, cue: str, words: Mapping[str, str]) -> str:
    """Put word groups in place of {name} and check that the result is a usable pattern."""
    try:
        expanded = re.sub(r"\{([a-z_]+)\}", lambda found: words[found[1]], cue)
        compiled = re.compile(expanded.removeprefix(WEAK))
    except KeyError as error:
        raise _mistake(f"问题「{code}」的线索词「{cue}」用了未定义的词组「{error.args[0]}」") from error
    except re.error as error:
        raise _mistake(f"问题「{code}」的线索词「{cue}」不是有效的正则表达式：{error}") from error
    if compiled.match(""):
        raise _mistake(f"问题「{code}」的线索词「{cue}」会匹配空文字")
    return expanded


def _check(issues: tuple[Issue, ...]) -> None:
    if not issues:
        raise _mistake("分类体系中没有任何问题")
    for what, values in (("代码", [i.code for i in issues]), ("问题句", [i.problem for i in issues])):
        repeated = [value for value, count in Counter(values).items() if count > 1]
        if repeated:
            raise _mistake(f"{what}重复：{'、'.join(repeated)}")
