"""Clauses of services for the area model: a small grammar, and real clauses with its words for those of shops.

Public reviews speak of goods, hotels and meals; doctors, clerks and drivers, waiting rooms and fees never occur there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence

import numpy as np

from benchmarks.area_rows import AREAS, SEEDS, Labelled, spans_of
from voc.text.clauses import clausal
from voc.text.uniform import normalise

ROWS, CONTRASTS, YET = 6000, 0.5, 0.25
WEIGHT = 0.1
# A clerk is service to one reader and a part of the office to the next; what is no matter of the clause is 0.
_NEAR = {
    "service": {"site", "handling", "aftersales"}, "site": {"service", "handling", "product"},
    "handling": {"service", "site", "app", "payment", "aftersales"}, "price": {"payment"}, "payment": {"price", "app"},
    "app": {"product", "handling", "payment"}, "aftersales": {"service", "installation"},
    "logistics": {"service", "packaging"},
}  # fmt: skip
_STANDING = {
    "service": "客服|服务员|店员|前台|老板娘?|掌柜|店家|卖家|商家|服务(?=态度|人员)",
    "site": "酒店|宾馆|房间|餐厅|店里|店面",
    "price": "价格|价钱|价位|定价",
    "app": "软件|(?<![a-z])app(?![a-z])|客户端|应用",
}
PUT = 4000
Clause = tuple[str, str, int]  # text, area, sign


def grammar(rng: np.random.Generator) -> list[Labelled]:
    """Clauses alone and in pairs of opposite minds, each with its area and how it is meant."""
    table = tomllib.loads((SEEDS / "branches.toml").read_text(encoding="utf-8"))
    talk = {name: words.split("|") for name, words in table.pop("talk").items()}
    lists = {area: {name: text.split("|") for name, text in said.items()} for area, said in table.items()}
    made = [_text(rng, lists, talk) for _ in range(ROWS)]
    texts = clausal(normalise(["".join(piece for piece, _, _ in one) for one in made]))
    return [
        _labelled(text, spans, one) for text, spans, one in zip(texts, spans_of(texts), made, strict=True)
    ]


def _text(
    rng: np.random.Generator, lists: dict[str, dict[str, list[str]]], talk: dict[str, list[str]]
) -> list[Clause]:
    """Pieces of one text in their order; those that only join them have no area."""
    areas = rng.choice(list(lists), 2, replace=False).tolist()
    sign = int(rng.choice([-1, 1]))
    clauses = [_clause(rng, lists[area], area, side) for area, side in zip(areas, (sign, -sign), strict=True)]
    around = (str(rng.choice(talk["around"])) + str(rng.choice(["", "，"])), "", 0)
    led = [around] if rng.random() < 0.5 else []
    if rng.random() >= CONTRASTS:
        return [*led, clauses[0]]
    yet = [(str(rng.choice(talk["yet"][:3])), "", 0)] if rng.random() < YET else []
    return [*led, *yet, clauses[0], (str(rng.choice(talk["turns"])), "", 0), clauses[1]]


def _clause(rng: np.random.Generator, said: dict[str, list[str]], area: str, sign: int) -> Clause:
    form, word = rng.choice(said["good" if sign > 0 else "bad"]), rng.choice(said["words"])
    return str(form).replace("{}", str(word)), area, sign


def _labelled(text: str, spans: list[tuple[int, int]], pieces: list[Clause]) -> Labelled:
    said = np.zeros((len(spans), len(AREAS)), dtype=np.int8)
    tone = [9] * len(spans)
    at = 0
    for piece, area, sign in pieces:
        middle = at + len(piece) // 2
        at += len(piece)
        for unit, (start, end) in enumerate(spans):
            if area and start <= middle < end:
                said[unit] = [_known(area, other) for other in AREAS]
                tone[unit] = sign
    return Labelled(text, spans, said, tone, WEIGHT, "train")


def _known(area: str, other: str) -> int:
    return 1 if other == area else -1 if other in _NEAR.get(area, ()) else 0


def put_in(weak: Sequence[Labelled], rng: np.random.Generator) -> list[Labelled]:
    """Real clauses in which a word of another branch stands for one of shops; they mean what they meant."""
    table = tomllib.loads((SEEDS / "branches.toml").read_text(encoding="utf-8"))
    words = {area: str(table[area]["words"]).split("|") for area in _STANDING}
    found = []
    for one in weak:
        for (start, end), said in zip(one.spans, one.said, strict=True):
            for area, standing in _STANDING.items():
                clause = one.text[start:end]
                if said[AREAS.index(area)] == 1 and re.search(standing, clause):
                    text = clausal([re.sub(standing, str(rng.choice(words[area])), clause, count=1)])[0]
                    found.append(Labelled(text, [(0, len(text))], said[None], [9], WEIGHT, one.part))
    return [found[k] for k in rng.permutation(len(found))[:PUT]]
