"""Whole batches made ready while others are stored: by a thread, by processes, or by a Dask cluster."""

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
from importlib import import_module
from itertools import islice
from typing import Any, TypeVar

from models.engine import database_url
from settings import get_settings
from tasks.interpreter import OFTEN
from voc.errors import ConfigError

T = TypeVar("T")
WORTH_IT = 30_000  # rows; below, starting processes (three seconds of CPU each) takes longer than they save
PATIENCE = 10  # seconds to reach a Dask scheduler
PR_SET_PDEATHSIG = 1


@contextmanager
def in_order(work: Callable[[int], T], ids: Sequence[int], rows: int) -> Iterator[Iterator[T]]:
    """Give the results of `work` in the order of `ids`, made ahead of who takes them."""
    if len(ids) < 2:
        yield map(work, ids)
        return
    with _pool(rows) as (pool, hands):
        try:
            yield _ahead(pool, work, ids, hands + 1)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _pool(rows: int) -> Iterator[tuple[Executor, int]]:
    """Who does the work, and how many hands they have."""
    settings = get_settings()
    # Who takes the results keeps a CPU busy, and PostgreSQL a second one from time to time.
    workers = settings.workers or (os.cpu_count() or 1) - 1
    if rows >= WORTH_IT and settings.dask_scheduler:
        with _cluster(settings.dask_scheduler) as client:
            yield _Cluster(client), sum(client.nthreads().values())
    elif rows >= WORTH_IT and workers > 1:
        # A fork would copy connections and threads of this process; a fresh one has none.
        context, told = multiprocessing.get_context("spawn"), (os.getpid(), database_url())
        yield ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=told), workers
    else:
        # One batch is understood while PostgreSQL stores another: most of that is waiting, without Python's lock.
        yield ThreadPoolExecutor(1, thread_name_prefix="prepare"), 1


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    dask: Any = import_module("distributed")  # half a second, and few have a cluster
    try:
        client = dask.Client(address, timeout=PATIENCE, set_as_default=False)
    except OSError as error:
        hint = "请检查 VOC_DASK_SCHEDULER，或先启动调度器；留空则在本机分析。"
        raise ConfigError(8, f"连不上 Dask 调度器 {address}。{hint}") from error
    with client:
        if not client.nthreads():
            raise ConfigError(8, f"Dask 调度器 {address} 没有工作进程，请先启动 dask worker。")
        client.run(gc.set_threshold, *OFTEN)
        yield client


class _Cluster(Executor):
    """A Dask client as an executor; what its workers have not begun is cancelled at the end."""

    def __init__(self, client: Any) -> None:
        self._inner = client.get_executor(pure=False)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = self._inner.submit(fn, *args, **kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._inner.shutdown(wait=wait and not cancel_futures)


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
