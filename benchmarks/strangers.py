"""Names in whole sentences nobody trained on, with names of no dictionary: `python -m benchmarks.strangers`.

Frames and names are by the same hand as the grammar of training, but for the order of writing kept apart from it.
"""

from __future__ import annotations

import random
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from benchmarks.privacy_forms import mobile
from voc.privacy.masking import mask
from voc.privacy.names import NameModel, load_names
from voc.text.uniform import normalise

_HERE = Path(__file__)
_TEXTS = tomllib.loads(_HERE.with_suffix(".toml").read_text(encoding="utf-8"))
SHIPPED = _HERE.resolve().parents[1] / "voc" / "data" / "names.npz"
EACH = 20  # names for every sentence
SETS = {"development": 1, "first": 2, "later": 3}  # and their seeds
_OFTEN, _TAIL = 37, 0.4  # the commonest surnames weigh by rank, the others alike
Sentence = tuple[str, list[tuple[int, int]]]


def _listed(name: str) -> list[str]:
    return str(_TEXTS[name]).replace("\n", "").split("|")


class Names:
    """Draws names: 3 % compound, 5 % rare surnames, 3 % of other peoples."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.given, self.compound, self.other = _listed("given"), _listed("compound"), _listed("other")
        surnames = str(_TEXTS["surnames"])
        self.weights = [7.5 / (1 + place / 3) if place < _OFTEN else _TAIL for place in range(len(surnames))]

    def one(self) -> str:
        """One name."""
        rng, r = self.rng, self.rng.random()
        if r < 0.03:
            return rng.choice(self.compound) + rng.choice(self.given)
        if r < 0.08:
            return rng.choice(_TEXTS["rare"]) + rng.choice(self.given)
        if r < 0.11:
            return rng.choice(self.other)
        return rng.choices(_TEXTS["surnames"], self.weights)[0] + rng.choice(self.given)


def sentences(which: str, seed: int) -> Iterator[Sentence]:
    """Filled frames, normalised, and where their names stand."""
    rng = random.Random(seed)
    names = Names(rng)
    for frame in str(_TEXTS[which]).strip().split("\n"):
        for _ in range(EACH):
            yield _filled(frame, names, rng)


def _filled(frame: str, names: Names, rng: random.Random) -> Sentence:
    door = f"{rng.randrange(1, 200)}号{rng.randrange(1, 30)}栋{rng.randrange(100, 900)}室"
    values = {"<m>": mobile(rng), "<o>": str(rng.randrange(10**11, 10**12)), "<a>": f"湖滨路{door}"}
    for mark, value in values.items():
        frame = frame.replace(mark, value)
    text, spans = "", []
    for place, piece in enumerate(normalise([f"x{part}x" for part in frame.split("{}")])):
        if place:
            name = names.one()
            spans.append((len(text), len(text) + len(name)))
            text += name
        text += piece[1:-1]
    return text, spans


def measured(which: str, seed: int, model: NameModel | None) -> tuple[int, float, float]:
    """Names, share found, share of what is called a name that is one."""
    rows = list(sentences(which, seed))
    masks = mask([text for text, _ in rows], model).findings
    found = [[(m.start, m.end) for m in row] for row in masks]
    called = [[(m.start, m.end) for m in row if m.kind == "姓名"] for row in masks]
    hits = [_covered(spans, a, b) for spans, (_, names) in zip(found, rows, strict=True) for a, b in names]
    good = [
        any(a < end and b > start for start, end in names)
        for spans, (_, names) in zip(called, rows, strict=True)
        for a, b in spans
    ]
    return len(hits), sum(hits) / len(hits), sum(good) / max(len(good), 1)


def _covered(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    inside = sum(max(0, min(b, end) - max(a, start)) for a, b in spans)
    return inside >= 0.8 * (end - start)


def main() -> None:
    """Print one table; other files of names may be given as arguments."""
    for path in sys.argv[1:] or [str(SHIPPED)]:
        model = load_names(Path(path).read_bytes())
        print(f"model {model.version}\n\n| sentences | names | found | called names, are names |")
        print("| --- | --- | --- | --- |")
        for which, seed in SETS.items():
            count, recall, precision = measured(which, seed, model)
            print(f"| {which} | {count} | {recall:.3f} | {precision:.3f} |")


if __name__ == "__main__":
    main()
