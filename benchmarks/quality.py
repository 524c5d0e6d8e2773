"""Measure issues of a simulated company and the speed of the text stages: `python -m benchmarks.quality`.

Tone, areas, rejection, personal data and copies have modules of their own (docs/benchmarks.md lists them). The data
sets are named in `benchmarks/corpora.py`; set VOC_PUBLIC_DATA to their folder.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import corpora, simulated
from voc.cleaning.duplicates import bands, content_hash
from voc.cleaning.rejection import reject
from voc.privacy.masking import mask
from voc.reading.labels import annotate, assemble
from voc.reading.taxonomy import parse_taxonomy
from voc.text.uniform import normalise

ASSETS = Path(__file__).resolve().parents[1] / "voc" / "data"
MODEL = assemble((ASSETS / "tone.npz").read_bytes(), (ASSETS / "topics.npz").read_bytes())
TAXONOMY = parse_taxonomy((ASSETS / "taxonomy.toml").read_text(encoding="utf-8"))
SEED = 7
Result = tuple[str, str, str]


def issues() -> Iterator[Result]:
    yield from simulated.rows(
        TAXONOMY, replace(MODEL, topics=replace(MODEL.topics, issues=None)), "cues alone, "
    )
    yield from simulated.rows(TAXONOMY, MODEL)


def speed() -> Iterator[Result]:
    rows = corpora._clean([*corpora.aircon(), *corpora.apps(), *corpora.waimai()])
    random.Random(SEED).shuffle(rows)
    texts, ratings = [r.text for r in rows][:15_000], [r.rating for r in rows][:15_000]
    length = np.mean([len(t) for t in texts])
    stages: dict[str, Callable[[list[str], list[Any]], object]] = {
        "normalise": lambda t, r: normalise(t),
        "mask": lambda t, r: mask(t),
        "reject": lambda t, r: reject(t),
        "content_hash": lambda t, r: content_hash(t),
        "bands": lambda t, r: bands(t),
        "annotate": lambda t, r: annotate(t, r, TAXONOMY, MODEL),
    }
    total = 0.0
    for name, stage in stages.items():
        stage(texts[:100], ratings[:100])
        begun = time.process_time()
        for at in range(0, len(texts), 5000):
            stage(texts[at : at + 5000], ratings[at : at + 5000])
        took = time.process_time() - begun
        total += took
        yield f"speed, {name}", f"{len(texts) / took:,.0f}", "rows per CPU second, batches of 5,000"
    yield (
        "speed, all text stages",
        f"{len(texts) / total:,.0f}",
        f"rows per CPU second; {length:.0f} characters on average",
    )


def main() -> None:
    """Print every measure."""
    print(f"model {MODEL.version}, taxonomy {TAXONOMY.version}\n")
    print("| measure | value | on |\n| --- | --- | --- |")
    for part in (issues, speed):
        for name, value, note in part():
            print(f"| {name} | {value} | {note} |", flush=True)


if __name__ == "__main__":
    main()
