"""Literals of which at least one stands in every match of a regular expression.

Only what cues use is understood: literals, groups, alternatives, classes, repetition, look-around, `^`, `$`.
Anything else counts as "could be any text", which is always safe.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voc.errors import ConfigError

SMALL = 200  # literals of a set that is looked for beside a more telling one
MOST = 400  # literals of one run; beyond it the run is cut, a shorter literal is as safe

# Words nearly every feedback holds tell nothing; the list only saves time and never changes what is found.
_EVERYDAY = re.compile(
    "安装|师傅|空调|客服|售后|服务|电话|没有|问题|质量|效果|声音|送货|快递|物流|外卖|包装|价格|制冷|软件|更新|设备|"
    "连接|登录|使用|不能|无法|购买|东西|京东|格力|收到|时间|速度|态度|房间|酒店|味道|商家|手机|系统|功能"
)

Strings = frozenset[str]
_EMPTY: Strings = frozenset({""})


@dataclass(frozen=True)
class _Part:
    """What a part of a pattern spells: `exact` when one of these strings and nothing else; `known` sets.

    `began` holds the characters it can begin with, where it is not exact: "" if it may be empty; None stands for any.
    """

    exact: Strings | None
    known: tuple[Strings, ...] = ()
    began: Strings | None = None

    @property
    def opening(self) -> Strings | None:
        return self.began if self.exact is None else frozenset(text[:1] for text in self.exact)

    def candidates(self) -> list[Strings]:
        found = [*self.known, *([self.exact] if self.exact is not None else [])]
        return [strings for strings in found if strings and "" not in strings]


_ANYTHING = _Part(None)


def needles(pattern: str) -> Strings:
    """The most telling set of literals of a pattern; ConfigError when it has none."""
    part, _ = _alternatives(pattern, 0)
    candidates = part.candidates()
    if not candidates:
        raise ConfigError(40, f"线索词「{pattern}」中没有必然出现的文字，请至少写出一个固定的词")
    return max(candidates, key=_telling)


def hastened(pattern: str) -> str:
    """The same expression, tried only at characters a match of it can begin with.

    The engine skips to these by itself only where every alternative begins with a plain character.
    """
    opening = _alternatives(pattern, 0)[0].opening
    if opening is None or "" in opening:
        return pattern
    return f"(?=[{''.join(map(re.escape, sorted(opening)))}])(?:{pattern})"


def required(pattern: str) -> tuple[tuple[Strings, ...], ...]:
    """Per alternative of a pattern the sets of literals of which one each must stand in every match of it."""
    branches, at = [], 0
    while True:
        part, at = _sequence(pattern, at)
        branches.append(_few(part.candidates()))
        if at >= len(pattern):
            break
        at += 1
    return tuple(branches) if all(branches) else ((needles(pattern),),)


def _few(candidates: list[Strings]) -> tuple[Strings, ...]:
    """The sets worth looking for: always the most telling one, and the others while they are small."""
    ranked = sorted(set(candidates), key=lambda strings: (-_telling(strings), sorted(strings)))
    return tuple(strings for place, strings in enumerate(ranked) if not place or len(strings) <= SMALL)


def _telling(strings: Strings) -> float:
    """How seldom a text holds one of these literals, by rough shares of texts that hold one."""
    return -sum(0.1 if len(text) == 1 else 0.08 if _EVERYDAY.fullmatch(text) else 0.001 for text in strings)


def _alternatives(pattern: str, at: int) -> tuple[_Part, int]:
    branches = []
    while True:
        branch, at = _sequence(pattern, at)
        branches.append(branch)
        if at >= len(pattern) or pattern[at] == ")":
            return _join(branches), at
        at += 1


def _join(branches: list[_Part]) -> _Part:
    if all(branch.exact is not None for branch in branches):
        return _Part(frozenset().union(*(branch.exact or _EMPTY for branch in branches)))
    chosen = [max(branch.candidates(), key=_telling, default=frozenset()) for branch in branches]
    known = (frozenset().union(*chosen),) if all(chosen) else ()
    return _Part(None, known, _together([branch.opening for branch in branches]))


def _together(openings: Sequence[Strings | None]) -> Strings | None:
    known = [opening for opening in openings if opening is not None]
    return frozenset().union(*known) if len(known) == len(openings) else None


def _sequence(pattern: str, at: int) -> tuple[_Part, int]:
    parts = []
    while at < len(pattern) and pattern[at] not in "|)":
        part, at = _atom(pattern, at)
        how, at = _quantifier(pattern, at)
        parts.append(_repeat(part, how))
    return _concatenate(parts), at


def _concatenate(parts: list[_Part]) -> _Part:
    run, known, whole = _EMPTY, list[Strings](), True
    for part in parts:
        if part.exact is not None and len(run) * len(part.exact) <= MOST:
            run = frozenset(a + b for a in run for b in part.exact)
            continue
        whole = False
        known += [run, *part.known]
        run = part.exact if part.exact is not None else _EMPTY
    return _Part(run) if whole else _Part(None, (*known, run), _begun(parts))


def _begun(parts: Sequence[_Part]) -> Strings | None:
    """The characters a sequence can begin with: of its first part, and of the next as long as those may be empty."""
    opening: Strings | None = _EMPTY
    for part in parts:
        if opening is None or "" not in opening:
            break
        opening = _together([opening - _EMPTY, part.opening])
    return opening


def _repeat(part: _Part, how: str) -> _Part:
    if how == "once":
        return part
    if how == "repeated":
        return _Part(None, tuple(part.candidates()), part.opening)
    if how == "optional" and part.exact is not None:
        return _Part(part.exact | _EMPTY)
    return _Part(None, (), _together([part.opening, _EMPTY]))


def _atom(pattern: str, at: int) -> tuple[_Part, int]:
    character = pattern[at]
    if character == "(":
        return _group(pattern, at)
    if character == "[":
        end = pattern.index("]", at + 2)
        inside = pattern[at + 1 : end]
        return _Part(frozenset(inside)) if inside.isalnum() and not inside.isascii() else _ANYTHING, end + 1
    if character == "\\":
        plain = pattern[at + 1] in ".+*?()[]{}|^$\\"
        return _Part(frozenset({pattern[at + 1]})) if plain else _ANYTHING, at + 2
    if character in "^$":
        return _Part(_EMPTY), at + 1
    return _ANYTHING if character == "." else _Part(frozenset({character})), at + 1


def _group(pattern: str, at: int) -> tuple[_Part, int]:
    inside, around = at + 1, False
    for opening in ("(?:", "(?!", "(?=", "(?<!", "(?<="):
        if pattern.startswith(opening, at):
            inside, around = at + len(opening), opening != "(?:"
    part, end = _alternatives(pattern, inside)
    return _Part(_EMPTY) if around else part, end + 1


def _quantifier(pattern: str, at: int) -> tuple[str, int]:
    """Say whether the atom before stands once, is optional, loops (possibly never) or is repeated."""
    if at >= len(pattern) or pattern[at] not in "?*+{":
        return "once", at
    if pattern[at] == "{":
        end = pattern.index("}", at)
        return "loop" if pattern[at + 1] == "0" else "repeated", end + 1
    return {"?": "optional", "*": "loop", "+": "repeated"}[pattern[at]], at + 1
