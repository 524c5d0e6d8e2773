"""What 10,000 new rows cost the registry at several sizes of history, without and with a database."""

from __future__ import annotations

import gc
import re
import resource
import time

import numpy as np

from benchmarks import registry_rows
from voc.registry.anchors import hashed
from voc.registry.memory import Registry
from voc.registry.pairs import DAY, Facts
from voc.registry.signs import signs

BATCH = 10_000
PART = re.compile(r"[，。！？!?；;\s]+")
FIRST_DAY, DAYS, PRODUCTS = 17_000, 730, 400


def made(count: int, seed: int) -> tuple[list[str], Facts]:
    """Feedback made of real reviews, clauses of two exchanged, over two years and 400 products."""
    chance = np.random.default_rng(seed)
    real = [row[1] for name in ("jd", "mijia", "midea_meiju") for row in registry_rows.reviews(name)]
    parts = [[part for part in PART.split(text) if part] or [text] for text in real]
    picks = chance.integers(0, len(parts), (count, 2))
    cuts = chance.random((count, 2))
    texts = ["，".join(_mixed(parts[a], parts[b], x, y)) for (a, b), (x, y) in zip(picks, cuts, strict=True)]
    moment = (FIRST_DAY * DAY + chance.integers(0, DAYS * DAY, count)).astype(np.int64)
    product = hashed([f"产品{number}" for number in chance.integers(0, PRODUCTS, count)])
    return texts, Facts(moment, product, np.zeros(count, dtype=np.int64))


def _mixed(a: list[str], b: list[str], x: float, y: float) -> list[str]:
    return [*a[: 1 + int(x * len(a))], *b[int(y * len(b)) :]][:12]


def growth(sizes: list[int]) -> None:
    """Print the CPU time of registering 10,000 rows when so many were registered before."""
    print("rows before | signs s | assigning s | total for 10,000 rows s | memory MB")
    registry = Registry(registry_rows.background())
    stored = 0
    for size in sorted(sizes):
        while stored < size:
            _add(registry, stored)
            stored += BATCH
        texts, facts = made(BATCH, 10_000_019 + size)
        started = time.process_time()
        read = signs(texts, registry.background)
        middle = time.process_time()
        registry.add(np.arange(stored, stored + BATCH), read, facts, facts.product)
        ended = time.process_time()
        stored += BATCH
        gc.collect()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{size:,} | {middle - started:.1f} | {ended - middle:.1f} | {ended - started:.1f} | {memory:,.0f}",
            flush=True,
        )


def _add(registry: Registry, stored: int) -> None:
    texts, facts = made(BATCH, stored)
    registry.add(np.arange(stored, stored + BATCH), signs(texts, registry.background), facts, facts.product)
