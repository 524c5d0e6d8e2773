"""`voc detect` on labelled series, beside simple rivals and published detectors.

    python -m benchmarks.spikes

Weekly counts of the Robert Koch Institute with labelled outbreak weeks (cran/surveillance) and hourly counts of
tweets with labelled windows (numenta/NAB). Every detector judges a point by the points before it. All of these
series were looked at when the defaults were chosen; which defaults, is told in docs/benchmarks/alarms.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpora import DATA, rows
from voc.alarms.detect import detect
from voc.alarms.rhythm import rhythm_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Detector = Callable[[list[datetime], Floats], Bools]
TWEETS = ("AAPL", "AMZN", "CVS", "KO", "UPS")
# Sensitivity and specificity pooled over fourteen series of the institute, of which four are here.
PUBLISHED = {"bayes": (0.54, 0.93), "rki": (0.37, 0.96), "cdc": (0.30, 0.97), "farrington": (0.20, 0.97)}


@dataclass(frozen=True)
class Series:
    """Counts, and what is labelled in them: points, and the windows they form."""

    times: list[datetime]
    counts: Floats
    labelled: Bools
    windows: list[tuple[int, int]]


def outbreaks() -> dict[str, Series]:
    """Read the weekly series; a run of outbreak weeks is one window."""
    found: dict[str, list[tuple[float, bool]]] = {}
    for row in rows("spike_series/rki_dev.csv"):
        found.setdefault(row["series"], []).append((float(row["count"]), row["outbreak"] == "1"))
    return {name: _weekly(points) for name, points in found.items()}


def _weekly(points: list[tuple[float, bool]]) -> Series:
    monday = datetime(2001, 1, 1)  # noqa: DTZ001  (the year and week of the file; a series has local times)
    labelled = np.array([outbreak for _, outbreak in points])
    times = [monday + timedelta(weeks=n) for n in range(len(points))]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], labelled.astype(int), [0]])))
    windows = [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return Series(times, np.array([count for count, _ in points]), labelled, windows)


def tweets() -> dict[str, Series]:
    """Read the hourly series."""
    labels = json.loads((DATA / "spike_series/nab_labels.json").read_text("utf-8"))
    return {name: _hourly(f"nab_Twitter_volume_{name}.csv", labels) for name in TWEETS}


def _hourly(file: str, labels: dict[str, dict[str, list[list[str]]]]) -> Series:
    table = rows(f"spike_series/{file}")
    times = [datetime.fromisoformat(row["timestamp"]) for row in table]
    spans = [
        [datetime.fromisoformat(at.split(".")[0]) for at in window] for window in labels[file]["windows"]
    ]
    inside = [np.array([first <= at <= last for at in times]) for first, last in spans]
    windows = [(int(np.flatnonzero(w)[0]), int(np.flatnonzero(w)[-1])) for w in inside]
    counts = np.array([float(row["value"]) for row in table])
    return Series(times, counts, np.any(inside, axis=0), windows)


def ours(times: list[datetime], counts: Floats) -> Bools:
    """Run what `voc detect` runs, with its defaults."""
    return detect(times, counts, rhythm_of(times)).flag


def moving(length: int, deviations: float, gap: int = 0) -> Detector:
    """Make the rule that flags a point above mean plus so many standard deviations of the steps before.

    With seven steps and three deviations it is EARS C1, with two steps between them and the point C2.
    """

    def judge(times: list[datetime], counts: Floats) -> Bools:
        flags = np.zeros(len(counts), dtype=bool)
        for step in range(length + gap, len(counts)):
            past = counts[step - gap - length : step - gap]
            flags[step] = counts[step] > past.mean() + deviations * max(past.std(ddof=1), 0.5)
        return flags

    return judge


def rivals(a_day: int) -> dict[str, Detector]:
    """Return the rules to compare with; `a_day` is how many steps the baseline of C1 and C2 counts as one."""
    return {
        "ours": ours,
        "mean + 2 sd": moving(28 * a_day, 2.0),
        "mean + 3 sd": moving(28 * a_day, 3.0),
        "EARS C1": moving(7 * a_day, 3.0),
        "EARS C2": moving(7 * a_day, 3.0, gap=2 * a_day),
    }


def pooled(series: dict[str, Series], judge: Detector, since: int = 0) -> tuple[float, float, float, int]:
    """Return sensitivity and specificity over all points, mean lag of the outbreaks found, and how many were."""
    counts = np.zeros(4)
    lags = []
    for one in series.values():
        flags = judge(one.times, one.counts)
        told, truth = flags[since:], one.labelled[since:]
        counts += [(told & truth).sum(), (~told & truth).sum(), (told & ~truth).sum(), (~told & ~truth).sum()]
        found = [np.flatnonzero(flags[first : last + 1]) for first, last in one.windows if first >= since]
        lags += [int(places[0]) for places in found if len(places)]
    hit, missed, false, right = counts
    return hit / max(hit + missed, 1), right / (right + false), float(np.mean(lags or [np.nan])), len(lags)


def windows_found(series: dict[str, Series], judge: Detector) -> tuple[int, int, float, float]:
    """Return windows found and in all, and false flags and false episodes a week and series."""
    found = total = false = episodes = weeks = 0.0
    for one in series.values():
        flags = judge(one.times, one.counts)
        found += sum(bool(flags[first : last + 1].any()) for first, last in one.windows)
        total += len(one.windows)
        wrong = flags & ~one.labelled
        false += wrong.sum()
        episodes += (wrong & ~np.concatenate([[False], wrong[:-1]])).sum()
        weeks += len(flags) / 168
    return int(found), int(total), false / weeks, episodes / weeks


def main() -> None:
    """Print both tables."""
    weekly, hourly = outbreaks(), tweets()
    weeks = sum(len(one.counts) for one in weekly.values())
    labelled = sum(int(one.labelled.sum()) for one in weekly.values())
    print(f"weekly: {len(weekly)} series, {weeks} weeks, {labelled} of them outbreak weeks\n")
    print(
        "| detector | sensitivity | specificity | outbreaks found | mean lag, weeks |\n|---|---|---|---|---|"
    )
    for name, judge in rivals(1).items():
        hit, right, lag, found = pooled(weekly, judge)
        print(f"| {name} | {hit:.2f} | {right:.3f} | {found} | {lag:.1f} |")
    for name, (hit, right) in PUBLISHED.items():
        print(f"| {name}, published, 14 series | {hit:.2f} | {right:.2f} | | |")
    print("\nhourly tweets, 5 series\n")
    print("| detector | windows found | false flags a week | false episodes a week |\n|---|---|---|---|")
    for name, judge in rivals(24).items():
        told, total, flags, episodes = windows_found(hourly, judge)
        print(f"| {name} | {told} of {total} | {flags:.1f} | {episodes:.1f} |")


if __name__ == "__main__":
    main()
