"""Back-test of priorities on simulated companies and on real reviews: what was known then, what came later.

Run: python -m benchmarks.priority [--seeds 1 2 3] [--held-out 11 12 13] [--rows 400] [--weeks 20]
Every complaint is ranked with the history before it; then the days after it say whether its issue became a
problem (the rule the product uses), whether the same customer complained again, and, in the simulated company,
whether it belonged to a problem that was really planted. Candidates are compared on --seeds and, chosen or not,
shown on --held-out.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import resources

import numpy as np

from benchmarks import corpora
from voc.backtest import RANKING_NAMES, Found, History, Outcome, backtest
from voc.intake.identity import tiers
from voc.intake.rows import definition_from_dict, map_rows, parse_ratings, parse_times
from voc.priority import DEFAULT_POLICY, LEVEL_NAMES, Factors, Policy, prioritise
from voc.problems import Policy as Recurrence
from voc.problems import first_recurrence, recurrence, seconds
from voc.reading.labels import Annotations
from voc.reading.model import Model, assemble
from voc.reading.taxonomy import Taxonomy, parse_taxonomy
from voc.reading.understanding import take, understand
from voc.simulation.company import Scenario
from voc.simulation.sources import definitions
from voc.simulation.weeks import simulate_week

DAYS = 28
WINDOW = timedelta(days=DAYS)
RULE = Recurrence(WINDOW, 8, 0.015)  # the defaults of the settings
DATA = resources.files("voc") / "data"
# Judgements other than the shipped one, to see whether another would clearly do better.
CANDIDATES = {
    "shipped": DEFAULT_POLICY,
    "frequency first": replace(
        DEFAULT_POLICY, frequency=0.45, scope=0.25, customer_value=0.1, severity=0.1, sentiment=0.1
    ),
    "no frequency": replace(
        DEFAULT_POLICY, frequency=0.0, scope=0.0, customer_value=0.3, severity=0.4, sentiment=0.3
    ),
    "equal": replace(
        DEFAULT_POLICY, frequency=0.2, scope=0.2, customer_value=0.2, severity=0.2, sentiment=0.2
    ),
}


@dataclass(frozen=True)
class Said:
    """Feedback in order of time: who, when, how many stars, what tier, and whether a planted problem is behind it."""

    at: list[datetime]
    customers: np.ndarray
    ratings: list[float | None]
    values: np.ndarray
    planted: np.ndarray | None
    read: Annotations


def simulated(seed: int, weeks: int, rows: int, taxonomy: Taxonomy, model: Model) -> Said:
    """Read the genuine feedback of a simulated company in which nobody acts on anything."""
    scenario = Scenario(seed=seed, weeks=weeks, rows_per_week=rows)
    known = {name: definition_from_dict(values) for name, values in definitions().items()}
    records = []
    for week in range(weeks):
        lived = simulate_week(scenario, week, {})
        truth = {(t.source, t.external_id): t for t in lived.truth if t.kind == "genuine"}
        for file in lived.files:
            plain = [row for row in file.rows if "__raw__" not in row]
            mapped, definition = map_rows(plain, known[file.source]), known[file.source]
            times, stars = (
                parse_times(mapped["occurred_at"]),
                parse_ratings(mapped["rating"], definition.rating_scale),
            )
            for i, key in enumerate(mapped["external_id"]):
                real = truth.get((file.source, key or ""))
                moment = times[i]
                if real and moment and mapped["text"][i]:
                    who = mapped["customer"][i] or mapped["phone"][i] or f"?{file.source}{key}"
                    words = "\n".join(filter(None, (mapped["title"][i], mapped["text"][i])))
                    records.append((moment, who, stars[i], mapped["customer_value"][i], real.planted, words))
    return _read(records, taxonomy, model)


def aircon(taxonomy: Taxonomy, model: Model) -> Said:
    """Read two years of real air-conditioner reviews; customers are the pseudonyms of the data set."""
    rows = corpora.rows("jd_aircon_reviews/jd_aircon_dev.csv")
    times = parse_times([row["reviewed_at"] for row in rows])
    records = [
        (moment, row["user_hash"] or f"?{n}", float(row["star"]), None, False, row["content"])
        for n, (row, moment) in enumerate(zip(rows, times, strict=True))
        if moment and row["star"] in {"1", "2", "3", "4", "5"} and row["content"].strip()
    ]
    return replace(_read(records, taxonomy, model), planted=None)


def _read(
    records: Sequence[tuple[datetime, str, float | None, str | None, bool, str]],
    taxonomy: Taxonomy,
    model: Model,
) -> Said:
    records = sorted(records, key=lambda record: record[0])
    at, who, stars, value, planted, words = (list(column) for column in zip(*records, strict=True))
    understood = understand(words, stars, taxonomy, model)
    kept = understood.kept
    names = {name: n for n, name in enumerate(sorted(set(who)))}
    worth = tiers(value)
    return Said(
        at=[at[i] for i in kept],
        customers=np.array([names[who[i]] for i in kept]),
        ratings=[stars[i] for i in kept],
        values=np.array([worth[i] for i in kept], dtype=np.float64),
        planted=np.array([planted[i] for i in kept]),
        read=take(understood.annotations, range(len(kept))),
    )


def factors(said: Said) -> Factors:
    """What was known of every row when it came: the 28 days before it, itself included."""
    issues = [{m.issue for m in row if m.polarity < 0} for row in said.read.mentions]
    times = seconds(said.at)
    frequency, scope = np.zeros(len(times), np.int64), np.zeros(len(times), np.int64)
    for issue in sorted(set().union(*issues)):
        rows = np.array([n for n, named in enumerate(issues) if issue in named])
        counted, people = recurrence(times[rows], said.customers[rows], times[rows], WINDOW)
        frequency[rows], scope[rows] = np.maximum(frequency[rows], counted), np.maximum(scope[rows], people)
    return Factors(
        frequency,
        scope,
        said.values,
        np.array(said.read.severity),
        np.asarray(said.read.sentiment),
        said.read.type,
    )


def outcomes(said: Said, rows: np.ndarray) -> list[Outcome]:
    """What happened in the 28 days after each complaint; nothing is known of the last 28 days."""
    times, seen = seconds(said.at), seconds(said.at) <= seconds(said.at)[-1] - WINDOW.total_seconds()
    issues = [{m.issue for m in row if m.polarity < 0} for row in said.read.mentions]
    became = _became(said, issues, times)
    already = np.array(
        [any(became.get(i, np.inf) <= t for i in named) for named, t in zip(issues, times, strict=True)]
    )
    later = np.array(
        [
            any(t < became.get(i, np.inf) <= t + WINDOW.total_seconds() for i in named)
            for named, t in zip(issues, times, strict=True)
        ]
    )
    found = [
        Outcome("problem", later[rows], (seen & ~already)[rows]),
        Outcome("again", _again(said, times, rows), seen[rows]),
    ]
    return (
        found
        if said.planted is None
        else [*found, Outcome("planted", said.planted[rows], np.ones(len(rows), bool))]
    )


def _became(said: Said, issues: list[set[str]], times: np.ndarray) -> dict[str, float]:
    found = {}
    for issue in sorted(set().union(*issues)):
        rows = np.array([n for n, named in enumerate(issues) if issue in named])
        window = first_recurrence(times[rows], said.customers[rows], times, RULE, datetime.now(UTC))
        if window:
            found[issue] = window.end.timestamp()
    return found


def _again(said: Said, times: np.ndarray, rows: np.ndarray) -> np.ndarray:
    again, last = np.zeros(len(rows), dtype=bool), dict[int, float]()
    for place in reversed(range(len(rows))):
        row = rows[place]
        again[place] = last.get(int(said.customers[row]), np.inf) - times[row] <= WINDOW.total_seconds()
        last[int(said.customers[row])] = times[row]
    return again


@dataclass(frozen=True)
class Past:
    """A history with what was known of every row when it came, and what came after each complaint."""

    said: Said
    known: Factors
    rows: np.ndarray
    after: list[Outcome]


def past(said: Said) -> Past:
    """Look at a history once: neither what was known nor what came after depends on the weights."""
    rows = np.array([n for n, kind in enumerate(said.read.type) if kind == "complaint"])
    return Past(said, factors(said), rows, outcomes(said, rows))


def judge(history: Past, policy: Policy = DEFAULT_POLICY) -> list[Found]:
    """Back-test one history under one policy."""
    said, rows = history.said, history.rows
    given = prioritise(history.known, policy)
    at = seconds(said.at)[rows]
    ratings = np.array(
        [np.nan if said.ratings[n] is None else said.ratings[n] for n in rows], dtype=np.float64
    )
    columns = History(
        at,
        ((at - at[0]) // (7 * 86_400)).astype(np.int64),
        [given.level[n] for n in rows],
        given.score[rows],
        ratings,
        np.asarray(said.read.sentiment)[rows],
    )
    return backtest(columns, history.after)


def pooled(histories: Iterable[Past], policy: Policy) -> dict[str, tuple[float, float]]:
    """Mean AUC of the score, and its range over histories, by outcome."""
    aucs: dict[str, list[float]] = {}
    for history in histories:
        for found in judge(history, policy):
            aucs.setdefault(found.outcome, []).append(found.rankings[0].auc)
    return {name: (float(np.mean(values)), float(np.ptp(values))) for name, values in aucs.items()}


LEVEL_HEAD = "| outcome | complaints | of all | 紧急 | 高 | 中 | 低 | 高+ precision | 高+ recall |"
POLICY_HEAD = "| policy | part | problem | again | planted |"


def show(title: str, found: Sequence[Found]) -> None:
    """Print the tables of one history."""
    print(f"\n### {title}\n\n{LEVEL_HEAD}\n|{' --- |' * 9}")
    for one in found:
        levels = {row.level: f"{row.rate:.1%} of {row.count}" for row in one.levels}
        cells = " | ".join(levels[level] for level in reversed(LEVEL_NAMES_IN_ORDER))
        print(
            f"| {one.outcome} | {one.count} | {one.base:.1%} | {cells} | {one.precision:.1%} | {one.recall:.1%} |"
        )
    print(f"\n| outcome | {' | '.join(RANKING_NAMES)} |\n|{' --- |' * (len(RANKING_NAMES) + 1)}")
    for one in found:
        cells = " | ".join(
            f"{r.auc:.3f} ({r.low:.3f}–{r.high:.3f}), top tenth {r.top:.1%}" for r in one.rankings
        )
        print(f"| {one.outcome} | {cells} |")


LEVEL_NAMES_IN_ORDER = [code for code in ("low", "medium", "high", "urgent") if code in LEVEL_NAMES]


def main() -> None:
    """Print everything docs/benchmarks/priority.md reports on priorities."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    options.add_argument("--held-out", type=int, nargs="*", default=[11, 12, 13])
    options.add_argument("--rows", type=int, default=400)
    options.add_argument("--weeks", type=int, default=20)
    chosen = options.parse_args()
    taxonomy = parse_taxonomy((DATA / "taxonomy.toml").read_text("utf-8"))
    model = assemble((DATA / "tone.npz").read_bytes(), (DATA / "topics.npz").read_bytes())
    print(f"model {model.version}, taxonomy {taxonomy.version}")
    parts = {
        name: [past(simulated(seed, chosen.weeks, chosen.rows, taxonomy, model)) for seed in seeds]
        for name, seeds in (("seeds", chosen.seeds), ("held out", chosen.held_out))
    }
    for name, histories in parts.items():
        for said, seed in zip(histories, chosen.seeds if name == "seeds" else chosen.held_out, strict=True):
            show(f"simulated company, {name}, seed {seed}", judge(said))
    print(f"\n### Other weights, mean AUC of the score (range over seeds)\n\n{POLICY_HEAD}\n|" + " --- |" * 5)
    for title, policy in CANDIDATES.items():
        for name, histories in parts.items():
            aucs = pooled(histories, policy)
            cells = " | ".join(
                f"{aucs[o][0]:.3f} ({aucs[o][1]:.3f})" if o in aucs else "–"
                for o in ("problem", "again", "planted")
            )
            print(f"| {title} | {name} | {cells} |")
    show("real reviews of air conditioners", judge(past(aircon(taxonomy, model))))


if __name__ == "__main__":
    main()
