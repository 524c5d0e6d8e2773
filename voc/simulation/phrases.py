"""Phrase books: one phrase per line, `[a|b]` is a choice, `{名}` a slot, `⏎` a line break.

A line `# key` starts a section; `空调、冰箱>…` limits a phrase to products.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from voc.simulation.dice import Dice

if TYPE_CHECKING:
    from voc.simulation.slots import Scene

Slot = Callable[["Scene", Dice], str]
Part = "str | Slot | tuple[tuple[Part, ...], ...]"
Phrase = tuple[object, ...]
Section = Mapping[str, Sequence[Phrase]]
_TOKEN = re.compile(r"\{[^{}]+\}|[\[\]|]|[^\[\]|{}]+")


def compile_phrase(text: str, slots: Mapping[str, Slot]) -> Phrase:
    """A phrase as nested parts: text, slot functions, and tuples of alternatives."""
    parts, rest = _parse(_TOKEN.findall(text.replace("⏎", "\n")), slots)
    if rest:
        raise ValueError(f"unbalanced bracket in phrase: {text}")
    return parts[0]


def _parse(tokens: list[str], slots: Mapping[str, Slot]) -> tuple[list[Phrase], list[str]]:
    branches: list[list[object]] = [[]]
    while tokens:
        token, tokens = tokens[0], tokens[1:]
        if token == "[":  # noqa: S105 - a bracket, not a secret
            inner, tokens = _parse(tokens, slots)
            branches[-1].append(tuple(inner))
        elif token == "]":  # noqa: S105
            return [tuple(branch) for branch in branches], tokens
        elif token == "|":  # noqa: S105
            branches.append([])
        else:
            branches[-1].append(slots[token[1:-1]] if token[0] == "{" else token)
    return [tuple(branch) for branch in branches], []


def render(phrase: Phrase, scene: Scene, dice: Dice) -> str:
    """The phrase said once: choices made, slots filled from the scene."""
    said: list[str] = []
    for part in phrase:
        if type(part) is str:
            said.append(part)
        elif type(part) is tuple:
            said.append(render(dice.pick(part), scene, dice))
        else:
            said.append(part(scene, dice))  # type: ignore[operator]
    return "".join(said)


def parse_book(text: str) -> dict[str, list[tuple[frozenset[str], str]]]:
    """Sections of a book: key → (products it is limited to, phrase); an empty set means all products."""
    book: dict[str, list[tuple[frozenset[str], str]]] = {}
    key = ""
    for line in text.strip().splitlines():
        if line.startswith("# "):
            key = line[2:].strip()
            book.setdefault(key, [])
        elif line.strip():
            products, _, phrase = line.rpartition(">")
            book[key].append((frozenset(filter(None, products.split("、"))), phrase.strip()))
    return book


def for_products(
    book: Mapping[str, list[tuple[frozenset[str], str]]], products: Sequence[str], slots: Mapping[str, Slot]
) -> dict[tuple[str, str], tuple[Phrase, ...]]:
    """Compiled phrases by (key, product), only where there are any."""
    compiled = {line: compile_phrase(line[1], slots) for lines in book.values() for line in lines}
    table: dict[tuple[str, str], tuple[Phrase, ...]] = {}
    for key, lines in book.items():
        for product in products:
            fitting = tuple(compiled[line] for line in lines if not line[0] or product in line[0])
            if fitting:
                table[key, product] = fitting
    return table
