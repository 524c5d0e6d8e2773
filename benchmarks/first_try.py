"""Texts of more than fifty branches, written and labelled by us, read once: `python -m benchmarks.first_try [--show]`.

Rows stand in `first_try.toml` to `fifth_try.toml`; the last three also hold what is to be rejected and what is not, and
complaints that are vague or concrete. Each file was written before the product had read
any of it; what was mended after it had been read is not measured by it any more, so docs/benchmarks/topics.md keeps the
first figures.
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
TRIES = ("first_try", "second_try", "third_try", "fourth_try", "fifth_try")
MIXED = TRIES[2:]
ASPECTS = ("type", "tone", "area", "rejected")
KEPT, VAGUE, GOODS = "kept", "vague", "product"


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
        for line in lines.strip().split("\n") if isinstance(lines, str) else ():
            kind, tones, areas, text = line.split(" ", 3)
            yield Row(branch, kind, frozenset(tones.split("|")), frozenset(areas.split("|")), text)


def listed(name: str, table: str) -> list[tuple[str, str]]:
    """What is expected of each text of a table of the last file, and the text."""
    held = tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))[table]
    return [(wanted, text) for wanted, lines in held.items() for text in lines.strip().split("\n")]


def read(texts: list[str]) -> tuple[list[str | None], Annotations]:
    """What the product says of the texts, rejected or not."""
    taxonomy = parse_taxonomy((ASSETS / "taxonomy.toml").read_text(encoding="utf-8"))
    model = assemble(*((ASSETS / f"{name}.npz").read_bytes() for name in ("tone", "topics", "names")))
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


def in_vain(found: list[Row], said: Annotations) -> str:
    """How many of the texts that are about no goods are called product all the same."""
    called = [
        "product" in {o.area for o in said.areas[at]}
        for at, row in enumerate(found)
        if GOODS not in row.areas
    ]
    return f"{sum(called)} of {len(called)}"


def sorted_out(name: str) -> Iterator[str]:
    """What is rejected of what is to be, by reason, and kept of what is to be kept."""
    wanted = listed(name, "rejection")
    rejected, _ = read([text for _, text in wanted])
    yield "| to be | texts | so | otherwise |\n| --- | --- | --- | --- |"
    for reason in dict.fromkeys(reason for reason, _ in wanted):
        got = Counter(why or KEPT for (one, _), why in zip(wanted, rejected, strict=True) if one == reason)
        right = got.pop(reason, 0)
        others = ", ".join(f"{why} {count}" for why, count in got.items())
        yield f"| {reason} | {right + got.total()} | {right} | {others} |"
    if "--show" in sys.argv:
        for (reason, text), why in zip(wanted, rejected, strict=True):
            if reason != (why or KEPT):
                yield f"{reason}: {why or KEPT} | {text}"


def made_concrete(name: str) -> Iterator[str]:
    """Complaints that name nothing, told as such, and short ones of which an issue is named."""
    wanted = listed(name, "vague")
    rejected, said = read([text for _, text in wanted])
    yield "| complaints | texts | complaints | told so |\n| --- | --- | --- | --- |"
    for kind in dict.fromkeys(kind for kind, _ in wanted):
        at = [n for n, (one, _) in enumerate(wanted) if one == kind]
        heard = [n for n in at if said.type[n] == "complaint" and rejected[n] is None]
        told = [n for n in heard if bool(said.vague[n]) == (kind == VAGUE)]
        yield f"| {kind} | {len(at)} | {len(heard)} | {len(told)} |"
        for n in sorted(set(at) - set(told)) if "--show" in sys.argv else ():
            yield f"{wanted[n]} | {said.type[n]} {[m.issue for m in said.mentions[n]]} {rejected[n] or ''}"


def main() -> None:
    """Print shares by branch, and with --show what was read otherwise."""
    for name in TRIES:
        found = list(rows(name))
        rejected, said = read([row.text for row in found])
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
        print(f"\n{name}: called product, and about no goods: {in_vain(found, said)}")
        if "--show" in sys.argv:
            _show(found, each, said, rejected)
    for name in MIXED:
        print(f"\n{name}")
        for part in (sorted_out, made_concrete):
            print("\n" + "\n".join(part(name)))


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
