"""Texts of twice twelve branches, written and labelled by us, read once: `python -m benchmarks.first_try [--show]`.

Rows stand in `first_try.toml` and `second_try.toml`. Each was written before the product had read any of it; what was
mended after it had been read is not measured by it any more, so docs/benchmarks/topics.md keeps the first figures.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voc.cleaning.assets import load_cleaning
from voc.priority import TYPE_NAMES
from voc.reading.labels import Annotations, assemble
from voc.reading.scoring import TONE_NAMES
from voc.reading.taxonomy import parse_taxonomy
from voc.reading.understanding import understand

HERE = Path(__file__).resolve().parent
ASSETS = HERE.parent / "voc" / "data"
TRIES = ("first_try", "second_try")
ASPECTS = ("type", "tone", "area", "rejected")


@dataclass(frozen=True)
class Row:
    """A text with what a reader says of it; any of the tones and of the areas will do."""

    branch: str
    kind: str
    tones: frozenset[str]
    areas: frozenset[str]
    text: str


def rows(name: str) -> Iterator[Row]:
    """Every row of a file."""
    for branch, lines in tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8")).items():
        for line in lines.strip().split("\n"):
            kind, tones, areas, text = line.split(" ", 3)
            yield Row(branch, kind, frozenset(tones.split("|")), frozenset(areas.split("|")), text)


def read(found: list[Row]) -> tuple[list[str | None], Annotations]:
    """What the product says of the texts, rejected or not."""
    taxonomy = parse_taxonomy((ASSETS / "taxonomy.toml").read_text(encoding="utf-8"))
    model = assemble(*((ASSETS / f"{name}.npz").read_bytes() for name in ("tone", "topics", "names")))
    texts = [row.text for row in found]
    spoken = (ASSETS / "variants.toml").read_text(encoding="utf-8")
    cleaning = load_cleaning((ASSETS / "spam.npz").read_bytes(), spoken)
    said = understand(texts, [None] * len(texts), taxonomy, model, label_rejected=True, cleaning=cleaning)
    return said.rejected, said.annotations


def verdicts(row: Row, rejected: str | None, said: Annotations, at: int) -> dict[str, bool]:
    """Which aspects of a text were read as a reader reads them."""
    named = {opinion.area for opinion in said.areas[at]}
    return {
        "type": TYPE_NAMES[said.type[at]] == row.kind,
        "tone": TONE_NAMES[said.tone[at]] in row.tones,
        "area": "-" in row.areas or bool(named & row.areas),
        "rejected": rejected is None,
    }


def main() -> None:
    """Print shares by branch, and with --show what was read otherwise."""
    for name in TRIES:
        found = list(rows(name))
        rejected, said = read(found)
        each = [
            verdicts(row, why, said, at) for at, (row, why) in enumerate(zip(found, rejected, strict=True))
        ]
        print(f"\n{name}\n\n| branch | texts | type | sentiment | an area | kept |\n|{' --- |' * 6}")
        for branch in [*dict.fromkeys(row.branch for row in found), "all"]:
            here = [one for row, one in zip(found, each, strict=True) if branch in (row.branch, "all")]
            count = Counter(aspect for one in here for aspect in ASPECTS if one[aspect])
            print(
                f"| {branch} | {len(here)} | {' | '.join(f'{count[a] / len(here):.2f}' for a in ASPECTS)} |"
            )
        if "--show" in sys.argv:
            _show(found, each, said, rejected)


def _show(
    found: list[Row], each: list[dict[str, bool]], said: Annotations, rejected: list[str | None]
) -> None:
    for at, (row, one) in enumerate(zip(found, each, strict=True)):
        if wrong := [aspect for aspect in ASPECTS if not one[aspect]]:
            got = TYPE_NAMES[said.type[at]], TONE_NAMES[said.tone[at]], [o.area for o in said.areas[at]]
            wanted = row.kind, *row.tones, *row.areas
            print(*wrong, "|", row.text, "|", *got, rejected[at] or "", "| wanted", *wanted)


if __name__ == "__main__":
    main()
