"""How Python runs while batches are worked on: its collector looks seldom, and its threads hand over soon."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

OFTEN = (100_000, 20, 20)  # new objects, and rounds of each generation, between two looks
SOON = 0.0005  # seconds
_USUAL = gc.get_threshold(), sys.getswitchinterval()


@contextmanager
def at_work() -> Iterator[None]:
    """Let batches be worked on without the pauses that suit programs of many small objects and one thread.

    Their rows hold no cycles and live shortly, while a look at libraries and models, half a million objects, takes a
    fifth of a second. And while one thread understands a batch, the one that stores another asks PostgreSQL hundreds
    of things: after each answer it waits for Python's lock, by default for five milliseconds.
    """
    gc.freeze()
    gc.set_threshold(*OFTEN)
    sys.setswitchinterval(SOON)
    try:
        yield
    finally:
        # Not what it was when this began: sources are read side by side, and the last to end began among others.
        thresholds, interval = _USUAL
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)
        gc.unfreeze()
