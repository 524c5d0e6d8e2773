"""A collection campaign at its target: does it stop by itself, and are its causes the true ones?

    python -m benchmarks.campaign --target 1000 --late 40

Complaints of the simulated company, whose true issues are known, come back as answers to a questionnaire through the
intake of the pages; more arrive than are wanted. Prints how many were taken and the causes beside the true ones.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime

from benchmarks.simulated import told

CAUSES = 3


def main() -> None:
    """Collect, read, compare."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--target", type=int, default=1000)
    asked.add_argument("--late", type=int, default=40)
    options = asked.parse_args()
    said = told(weeks=tuple(range(4, 8)))
    complaints = [
        (words, issue)
        for words, kind, issue in zip(said.texts, said.types, said.issues, strict=True)
        if kind == "complaint" and issue
    ][: options.target + options.late]
    truth = Counter(issue for _, issue in complaints[: options.target])
    with tempfile.TemporaryDirectory(prefix="voc-campaign-") as home:
        os.environ["VOC_HOME"] = home
        taken, seconds = _collect([words for words, _ in complaints], options.target)
        found = _causes()
    print(f"{len(complaints)} answers came, {taken} were taken (target {options.target}) in {seconds:.0f} s")
    print("| cause found | answers | truly | true rank |\n|---|---:|---:|---:|")
    ranks = {issue: rank for rank, (issue, _) in enumerate(truth.most_common(), 1)}
    for issue, answers in found:
        print(f"| {issue} | {answers} | {truth[issue]} | {ranks.get(issue, 0)} |")


def _collect(texts: list[str], target: int) -> tuple[int, float]:
    from models.customers import asking
    from models.engine import migrate, transaction
    from settings import asset_text
    from voc.surveys.forms import parse_surveys

    migrate()
    now, began = datetime.now(UTC), time.perf_counter()
    with transaction() as session:
        asking.write_down(session, parse_surveys(asset_text("surveys.toml"))["csat"], now)
        asking.publish(session, "csat", now)
        asking.start_campaign(session, "csat", "为什么不满意", target, CAUSES, now)
    taken = 0
    for number, words in enumerate(texts):
        with transaction() as session:
            row = asking.newest(session, "csat")
            answers = {"score": "1", "part": "其他", "words": words}
            taken += asking.take(session, row, f"a-{number}", answers, "", datetime.now(UTC))
    return taken, time.perf_counter() - began


def _causes() -> list[tuple[str, int]]:
    from prefect.logging import disable_run_logger

    from models.customers import asking
    from models.engine import transaction
    from tasks.analyse import analyse_waiting
    from tasks.check import check_waiting

    with disable_run_logger():
        check_waiting.fn(datetime.now(UTC))
        analyse_waiting.fn(datetime.now(UTC))
    with transaction() as session:
        rows = asking.causes(session, "survey-csat", CAUSES)
    return [(row["issue"], row["answers"]) for row in rows]


if __name__ == "__main__":
    main()
