"""Sentences that praise one area and blame another, by us: `python -m benchmarks.contrasts [--show SET]`.

Rows stand in `contrasts.toml`. A side is heard when one of its areas is named somewhere within it, and right when
the surest of these has the sign of the side. --show prints the sides that are wrong, of the set that may be read.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voc.reading.areas import AreaOpinion
from voc.reading.labels import annotate, assemble
from voc.reading.taxonomy import parse_taxonomy
from voc.text.uniform import normalise

_HERE = Path(__file__)
ASSETS = _HERE.resolve().parents[1] / "voc" / "data"
SETS = ("development", "held")
TURN = "/"


@dataclass(frozen=True)
class Side:
    """One half of a sentence: what it says of which areas (any of them will do)."""

    start: int
    end: int
    areas: frozenset[str]
    sign: int


@dataclass(frozen=True)
class Contrast:
    """A sentence whose sides are of opposite minds."""

    branch: str
    part: str
    text: str
    sides: tuple[Side, Side]


def rows() -> Iterator[Contrast]:
    """Every sentence; of each branch every second one may be looked at."""
    for branch, lines in tomllib.loads(_HERE.with_suffix(".toml").read_text(encoding="utf-8")).items():
        for place, line in enumerate(lines.strip().split("\n")):
            written, *said = line.rsplit(" ", 2)
            turn, text = normalise([written])[0].index(TURN), normalise([written.replace(TURN, "")])[0]
            first, second = (_side(one) for one in said)
            sides = Side(0, turn, *first), Side(turn, len(text), *second)
            yield Contrast(branch, SETS[place % 2], text, sides)


def _side(written: str) -> tuple[frozenset[str], int]:
    return frozenset(written[:-1].split("|")), 1 if written[-1] == "+" else -1


def verdict(side: Side, opinions: list[AreaOpinion]) -> str:
    """What became of a side: right, wrong, or unheard because none of its areas is named within it."""
    inside = [o for o in opinions if o.area in side.areas and o.start < side.end and o.end > side.start]
    # A clause may be a little longer than the side it belongs to.
    near = [o for o in inside if side.start <= (o.start + o.end) / 2 < side.end] or inside
    if not near:
        return "unheard"
    return "right" if np.sign(max(near, key=lambda o: o.confidence).sentiment) == side.sign else "wrong"


def judged(found: list[Contrast]) -> list[tuple[Contrast, Side, str]]:
    """Every side of the sentences with its verdict by the shipped weights."""
    taxonomy = parse_taxonomy((ASSETS / "taxonomy.toml").read_text(encoding="utf-8"))
    model = assemble((ASSETS / "tone.npz").read_bytes(), (ASSETS / "topics.npz").read_bytes())
    read = annotate([one.text for one in found], [None] * len(found), taxonomy, model).areas
    return [
        (one, side, verdict(side, said)) for one, said in zip(found, read, strict=True) for side in one.sides
    ]


def table(sides: list[tuple[Contrast, Side, str]]) -> Iterator[str]:
    """Shares of sides, praised and blamed apart, by set."""
    yield "| set | side | sides | heard | right, of those heard | right of all |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for part in SETS:
        for sign, name in ((1, "praised"), (-1, "blamed")):
            count = Counter(word for one, side, word in sides if one.part == part and side.sign == sign)
            size, heard = count.total(), count.total() - count["unheard"]
            shares = f"{heard / size:.3f} | {count['right'] / heard:.3f} | {count['right'] / size:.3f}"
            yield f"| {part} | {name} | {size} | {shares} |"


def main() -> None:
    """Print the table, or what is wrong of the set that may be read."""
    sides = judged(list(rows()))
    for line in table(sides):
        print(line)
    if "--show" in sys.argv:
        for one, side, word in sides:
            if one.part == SETS[0] and word != "right":
                print(
                    word, "+" if side.sign > 0 else "-", "|".join(side.areas), one.text[side.start : side.end]
                )


if __name__ == "__main__":
    main()
