"""How Python runs while batches are worked on: its collector looks seldom, and its threads hand over soon."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

OFTEN = (100_000, 20, 20)  # new objects, and rounds of each generation, between two looks
SOON = 0.0005  # seconds
_USUAL = gc.get_threshold(), sys.getswitchinterval()


class _Stages:
    """The stages at work in this process: sources are read side by side, and the last to end puts things back."""

    def __init__(self) -> None:
        self._lock, self._running = Lock(), 0

    def begin(self) -> None:
        with self._lock:
            self._running += 1
            gc.freeze()
            gc.set_threshold(*OFTEN)
            sys.setswitchinterval(SOON)

    def end(self) -> None:
        with self._lock:
            self._running -= 1
            if not self._running:
                thresholds, interval = _USUAL
                gc.set_threshold(*thresholds)
                sys.setswitchinterval(interval)
                gc.unfreeze()


_stages = _Stages()


@contextmanager
def at_work() -> Iterator[None]:
    """Let batches be worked on without the pauses that suit programs of many small objects and one thread.

    Their rows hold no cycles and live shortly, while a look at libraries and models, half a million objects, takes a
    fifth of a second. And while one thread understands a batch, the one that stores another asks PostgreSQL dozens
    of things: after each answer it waits for Python's lock, by default for five milliseconds.
    """
    _stages.begin()
    try:
        yield
    finally:
        _stages.end()
