"""Whole batches made ready while others are stored: by a thread, or by processes where there are CPUs for them."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from models.engine import database_url
from settings import get_settings
from tasks.memory import OFTEN

T = TypeVar("T")
WORTH_IT = 30_000  # rows; below, starting processes (three seconds of CPU each) takes longer than they save
PR_SET_PDEATHSIG = 1


@contextmanager
def in_order(work: Callable[[int], T], ids: Sequence[int], rows: int) -> Iterator[Iterator[T]]:
    """Give the results of `work` in the order of `ids`, made ahead of who takes them."""
    # Who takes the results keeps a CPU busy, and PostgreSQL a second one from time to time.
    workers = min(get_settings().workers or (os.cpu_count() or 1) - 1, len(ids))
    if len(ids) < 2:
        yield map(work, ids)
        return
    with _executor(workers, rows) as pool:
        try:
            yield _ahead(pool, work, ids, workers + 1)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _executor(workers: int, rows: int) -> Executor:
    if workers < 2 or rows < WORTH_IT:
        # One batch is understood while PostgreSQL stores another: most of that is waiting, without Python's lock.
        return ThreadPoolExecutor(1, thread_name_prefix="prepare")
    # A fork would copy connections and threads of this process; a fresh one has none.
    context = multiprocessing.get_context("spawn")
    told = (os.getpid(), database_url())
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=told)


def _ahead(pool: Executor, work: Callable[[int], T], ids: Sequence[int], ahead: int) -> Iterator[T]:
    """Keep a few results ahead of who takes them, so that memory does not grow with the backlog."""
    left = iter(ids)
    begun: deque[Future[T]] = deque(pool.submit(work, id_) for id_ in islice(left, ahead))
    while begun:
        yield begun.popleft().result()
        begun.extend(pool.submit(work, id_) for id_ in islice(left, 1))


def _begin(parent: int, url: str) -> None:
    # The parent keeps the embedded server; workers need not enter themselves in the register of its users.
    os.environ["VOC_DATABASE_URL"] = url
    # A parent that is killed cannot tell its workers to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*OFTEN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
