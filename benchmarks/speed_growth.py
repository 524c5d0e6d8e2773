"""What a new row costs when more and more are stored, and the memory it takes; nothing else is in this process.

    python -m benchmarks.speed_growth 10000 100000 1100000

History goes through the product's own stages like everything else; before each probe it is filled up to a size by one
file, so the last file of the line above has a million rows. Quote CPU on a machine that others use.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

from prefect.logging import disable_run_logger

from benchmarks.speed_house import Times, house, own_memory, register, table, take_in


def written(path: Path, first: int, count: int) -> dict[str, str]:
    """Write rows by a process of its own, whose memory is not ours, and return how they are to be read."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found: dict[str, str] = pool.apply(_write, (path, first, count))
    return found


def _write(path: Path, first: int, count: int) -> dict[str, str]:
    from benchmarks import speed_rows

    speed_rows.write(path, first, count)
    return speed_rows.MAP


def stored(folder: Path, name: str, first: int, count: int) -> Times:
    """Take so many rows in and say what it took."""
    times = Times()
    mapping = written(folder / f"{name}.csv", first, count)
    take_in(register(name, folder / f"{name}.csv", mapping), times)
    return times


def line(size: int, rows: int, times: Times) -> tuple[object, ...]:
    """What rows cost, in microseconds each."""
    wall, own, server = (sum(part.values()) / rows * 1e6 for part in (times.wall, times.own, times.server))
    return (f"{size:,}", f"{rows:,}", wall, own, server, own + server, own_memory())


def main() -> None:
    """Fill, probe, and print after each size, so that a run cut short has said something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--probe", type=int, default=10_000)
    asked = parser.parse_args()
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    head = ("stored before", "rows", "µs a row", "own CPU", "PostgreSQL CPU", "both", "peak MB so far")
    with disable_run_logger(), house() as home:
        stored(home, "warm", 10**8, 2_000)  # imports, models and kernels
        known = 0
        for size in asked.sizes:
            filled = stored(home, f"history{size}", known, size - known)
            probe = stored(home, f"probe{size}", size, asked.probe)
            lines = [line(known, size - known, filled), line(size, asked.probe, probe)]
            table(f"Up to {size:,} rows", head, lines)
            known = size + asked.probe
            sys.stdout.flush()


if __name__ == "__main__":
    main()
