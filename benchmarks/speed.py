"""Speed of the whole pipeline beside two others, in one run on one machine; prints Markdown tables.

    python -m benchmarks.speed --rows 100000 --rounds 3

Rates depend on the machine; ratios within one run are what is quoted. CPU seconds are those of our processes
and of PostgreSQL; on a machine that others use as well they say more than the clock.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

import jieba
from distributed import LocalCluster
from prefect.logging import disable_run_logger
from sklearn.svm import LinearSVC

from benchmarks import speed_rivals, speed_rows
from benchmarks.corpora import rows as corpus
from benchmarks.speed_house import Times, house, own_cpu, peak_memory, register, table, take_in, timed

STAGES = {
    "collect": "采集 collect",
    "check": "质检 check",
    "analyse": "分析 analyse",
    "aggregate": "聚合 aggregate",
}
EXPECTATIONS = "great_expectations"


def warm() -> None:
    """Load models, compiled kernels and Great Expectations before the clock starts; start-up is measured apart."""
    from expectations import engine
    from tasks.assets import model, taxonomy
    from voc.reading.understanding import understand

    words, _ = speed_rows.real()
    understand(words[:2_000], [None] * 2_000, taxonomy(), model())
    engine.library()
    engine._batches()


def ours(path: Path, rows: int, name: str = "web") -> Times:
    """Take a file in by the product's own stages."""
    from tasks import check

    times = Times()
    source = register(name, path, speed_rows.MAP)
    with timed(check, "validate_together", times, EXPECTATIONS):
        take_in(source, times)
    return times


def whole(times: Times, kind: str = "wall") -> float:
    """Seconds of all stages."""
    if kind == "cpu":
        return sum(times.own[stage] + times.server[stage] for stage in STAGES)
    return sum(times.wall[stage] for stage in STAGES)


def train_rivals() -> tuple[Any, Any]:
    """Fit the models of the careful pipeline on every third review; not part of what is timed."""
    shopping = corpus("chinese_nlp_corpus_basic/online_shopping_10_cats.csv")[::3]
    texts = [row["review"] for row in shopping]
    sentiment = speed_rivals.train(texts, [row["label"] for row in shopping])
    topic = LinearSVC().fit(sentiment[0].transform(texts), [row["cat"] for row in shopping])
    return sentiment, topic


def against_rivals(rows: int, rounds: int, sample: int, workers: int) -> None:
    """Ours, the careful and the day-one pipeline, in turns."""
    from models.engine import database_url

    models = train_rivals()
    measured: dict[str, list[tuple[float, float, int]]] = {"ours": [], "careful": [], "in a day": []}
    kept: Times | None = None
    for _ in range(rounds):
        with house(workers=workers) as home:
            path = speed_rows.write(home / "rows.csv", 0, rows)
            url, times = database_url().replace("+psycopg2", ""), Times()
            with times.of("careful"):
                speed_rivals.careful(path, url, *models)
            with times.of("in a day"):
                speed_rivals.in_a_day(path, url, sample)
            for name, count in (("careful", rows), ("in a day", sample)):
                measured[name].append((times.wall[name], times.own[name] + times.server[name], count))
        with house(workers=workers) as home:
            path = speed_rows.write(home / "rows.csv", 0, rows)
            kept = ours(path, rows)
            measured["ours"].append((whole(kept), whole(kept, "cpu"), rows))
    assert kept is not None
    stage_table(kept, rows, workers)
    ratio_table(measured)


def stage_table(times: Times, rows: int, workers: int) -> None:
    """What each stage of the last round took."""
    total = whole(times)
    lines = [
        (
            STAGES[s],
            times.wall[s],
            f"{times.wall[s] / total:.0%}",
            rows / times.wall[s],
            times.own[s],
            times.server[s],
        )
        for s in STAGES
    ]
    lines.append(
        (
            "whole",
            total,
            "100%",
            rows / total,
            *(sum(of[s] for s in STAGES) for of in (times.own, times.server)),
        )
    )
    head = ("stage", "seconds", "share", "rows/s", "own CPU s", "PostgreSQL CPU s")
    expected = times.wall[EXPECTATIONS]
    lines.append(("of it Great Expectations", expected, f"{expected / total:.0%}", "", "", ""))
    table(f"{rows:,} rows, VOC_WORKERS={workers}, peak {peak_memory():,.0f} MB", head, lines)


def ratio_table(measured: dict[str, list[tuple[float, float, int]]]) -> None:
    """Medians of the rounds; the day-one rate is that of a sample, carried on."""
    cost = {
        name: (
            statistics.median(wall / rows for wall, _, rows in runs) * 1e6,
            statistics.median(cpu / rows for _, cpu, rows in runs) * 1e6,
        )
        for name, runs in measured.items()
    }
    lines = [
        (name, 1e6 / wall, wall, cpu, wall / cost["ours"][0], cpu / cost["ours"][1])
        for name, (wall, cpu) in cost.items()
    ]
    head = ("pipeline", "rows/s", "µs a row", "CPU µs a row", "times ours (clock)", "times ours (CPU)")
    table("Ratios", head, lines)


def spread(rows: int) -> None:
    """The stages without history, by this process alone, by two processes, and by a Dask cluster of two workers."""
    from benchmarks.speed_house import NOW
    from models.engine import transaction
    from models.intake.checking import waiting_rows
    from tasks.check import check_waiting
    from tasks.collect import read_source

    with house() as home:
        register("web", speed_rows.write(home / "rows.csv", 0, rows), speed_rows.MAP)
        read_source("web", NOW)
        check_waiting.fn(NOW)
        with transaction() as session:
            batches = [id_ for id_, _ in waiting_rows(session, "checked")]
        took = {"this process": understood(batches, rows, workers="1")}
        took["two processes"] = understood(batches, rows, workers="2")
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
            took["Dask, two workers"] = understood(batches, rows, dask_scheduler=cluster.scheduler_address)
    alone = took["this process"].wall["rest"]
    lines = [(name, t.wall["rest"], t.own["rest"], alone / t.wall["rest"]) for name, t in took.items()]
    table(f"Pure stages of {rows:,} rows", ("by", "seconds", "CPU s", "times one"), lines)


def understood(batches: Sequence[int], rows: int, **values: str) -> Times:
    """Understand batches with some settings; the first result, by when everybody is up, is not timed."""
    from settings import get_settings
    from tasks.interpreter import at_work
    from tasks.understanding.prepare import prepare
    from tasks.understanding.workers import in_order

    changed = {f"VOC_{name.upper()}": value for name, value in values.items()}
    os.environ.update(changed)
    get_settings.cache_clear()
    times = Times()
    with at_work(), in_order(prepare, batches, rows) as results:
        next(iter(results))
        with times.of("rest"):
            for _ in results:
                pass
    for name in changed:
        del os.environ[name]
    get_settings.cache_clear()
    return times


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--sample", type=int, default=300, help="rows of the day-one pipeline")
    parser.add_argument("--workers", type=int, default=0, help="0: as many as the product would take")
    parser.add_argument("--processes", type=int, default=0, help="rows for one process against two, and Dask")
    asked = parser.parse_args()
    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    with disable_run_logger():
        warm()
        print(f"start-up of this process (imports, models, kernels): {own_cpu():.1f} CPU s")
        if asked.rows:
            against_rivals(asked.rows, asked.rounds, asked.sample, asked.workers)
        if asked.processes:
            spread(asked.processes)


if __name__ == "__main__":
    main()
