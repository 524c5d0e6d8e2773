"""When issues become problems: the planted ones of simulated years and those of public reviews, by share and by rise.

    python -m benchmarks.recurrence [--seeds 14 15 16 17] [--weeks 52] [--rows 720]    # some minutes

Nobody acts on anything in these companies. Shares, times and the rule were chosen on the seeds 20260525 and 11 to 13.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from benchmarks.alarm_rows import Voices, aircon, appstore, letters
from benchmarks.priority import simulated
from benchmarks.topics import MODEL, TAXONOMY
from voc.problems import Daily, Policy, first_recurrence, seconds
from voc.reading.mentions import Mention
from voc.recurring import DAY
from voc.simulation.company import PLANTED, Scenario

BOTH = Policy(min_share=0.015)  # the defaults of the settings
SHARE = replace(BOTH, chance=-1.0)
PUBLIC = {
    "air conditioners": aircon,
    "米家": lambda: appstore("mijia"),
    "美居": lambda: appstore("midea_meiju"),
    "letters": letters,
}


@dataclass(frozen=True)
class Heard:
    """Feedback in order of time: when (seconds), by whom, and the issues each complains of."""

    at: np.ndarray
    customers: np.ndarray
    issues: Sequence[set[str]]


def company(seed: int, weeks: int, rows: int) -> Heard:
    """Read a simulated company in which nobody acts."""
    said = simulated(seed, weeks, rows, TAXONOMY, MODEL)
    return Heard(seconds(said.at), said.customers, [complained(row) for row in said.read.mentions])


def complained(mentions: Sequence[Mention]) -> set[str]:
    return {one.issue for one in mentions if one.polarity < 0}


def public(voices: Voices) -> Heard:
    """Read what is known of public reviews; of each only the day is."""
    named: dict[int, set[str]] = {}
    for row, issue in voices.named.select("id", "issue").iter_rows():
        named.setdefault(row, set()).add(issue)
    said = voices.said.sort("day", "id")
    at = seconds([datetime.combine(day, time(), UTC) for day in said["day"]])
    customers = said["customer"].rank("dense").to_numpy().astype(np.int64)
    return Heard(at + np.arange(len(at)) * 1e-3, customers, [named.get(row, set()) for row in said["id"]])


def problems(heard: Heard, policy: Policy) -> Mapping[str, float]:
    """The moment, in seconds, at which each issue became a problem."""
    first, last = int(heard.at[0] // DAY), int(heard.at[-1] // DAY)
    whole = counted(heard.at, first, last)
    found = {}
    for issue in sorted(set().union(*heard.issues)):
        rows = np.array([n for n, named in enumerate(heard.issues) if issue in named])
        own = heard.at[rows]
        daily = Daily(first, counted(own, first, last), whole)
        window = first_recurrence(
            own, heard.customers[rows], heard.at, policy, datetime.now(UTC), daily=daily
        )
        if window:
            found[issue] = window.end.timestamp()
    return found


def counted(times: np.ndarray, first: int, last: int) -> np.ndarray:
    return np.bincount((times // DAY).astype(int) - first, minlength=last - first + 1)


def planted(seed: int, weeks: int, rows: int) -> Iterator[str]:
    """Rows of a table: weeks from the beginning of a planted problem until it was found, and what was not planted."""
    heard = company(seed, weeks, rows)
    begin = datetime.combine(Scenario().start, time(), UTC).timestamp()
    onset = {one.issue: one.onset_week for one in PLANTED}
    for name, policy in {"by share": SHARE, "or by rise": BOTH}.items():
        found = problems(heard, policy)
        late = [weeks_between(found.get(issue), begin, week) for issue, week in onset.items()]
        others = sorted(set(found) - set(onset))
        yield f"| {seed} | {name} | {' | '.join(late)} | {', '.join(others) or '–'} |"


def weeks_between(found: float | None, begin: float, onset: int) -> str:
    return "never" if found is None else f"{(found - begin) / (7 * DAY) - onset:.1f}"


def real() -> Iterator[str]:
    """Rows of a table: how many problems public feedback holds, and which of them rose."""
    for name, source in PUBLIC.items():
        heard = public(source())
        share, both = problems(heard, SHARE), problems(heard, BOTH)
        sooner = [f"{issue} {said_on(at)}" for issue, at in both.items() if at < share.get(issue, np.inf)]
        yield f"| {name} | {len(share)} | {len(both)} | {', '.join(sooner) or '–'} |"


def said_on(at: float) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).date()


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[14, 15, 16, 17])
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--rows", type=int, default=720)
    asked = parser.parse_args()
    print(f"| seed | found | {' | '.join(one.issue for one in PLANTED)} | not planted |")
    print(f"|{' --- |' * (len(PLANTED) + 3)}")
    for seed in asked.seeds:
        print(*planted(seed, asked.weeks, asked.rows), sep="\n", flush=True)
    print("\n| feedback | problems by share | or by rise | sooner or more |\n|---|---|---|---|")
    print(*real(), sep="\n")


if __name__ == "__main__":
    main()
