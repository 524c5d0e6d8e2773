"""How far the root-cause view can be believed: beginnings with their intervals, false places, planted causes.

Run: python -m benchmarks.causes [--series 300] [--pages 300] [--seeds 11 12 13 14 15] [--rows 500]
Series and pages are made, so the truth is known; nothing in the product was fitted to them. The simulated company
is read with the true issue of each row: what is measured is the view, not the reading of texts.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import date

import numpy as np
import polars as pl

from voc.causes.changes import read_changes, suspicions
from voc.causes.onset import find_onset
from voc.causes.slices import SCHEMA, Lift, lifts, over_represented
from voc.simulation.channels import BY_NAME
from voc.simulation.company import PLANTED, Planted, Scenario
from voc.simulation.feedback import Draft, block
from voc.simulation.releases import HEADER, changes

FIRST, DAYS, BEGIN = date(2026, 1, 1), 200, 120
# events a day before, how many times afterwards, shape of the day's gamma effect, of the week's (None: none)
KINDS = (
    (3.0, 3.0, 12.0, None), (3.0, 1.6, 12.0, None), (0.3, 6.0, 12.0, None), (3.0, 3.0, 3.0, None),
    (3.0, 2.0, 12.0, 12.0), (3.0, 1.0, 6.0, None), (3.0, 1.0, 12.0, 12.0),
)  # fmt: skip
WEEKS = 12
# What the simulated company did that each planted problem came from, and where the problem is concentrated.
CAUSES = {
    "installation.late": ("安装预约改由区域外包团队排班", set()), "payment.refund": ("退款改为两级审核", set()),
    "app.connect": ("晴川智家 5.3.0 上线，重写设备配网", {("product", "空调"), ("version", "5.3.0")}),
    "logistics.damaged": ("武汉仓更换承运商", {("region", "武汉"), ("region", "长沙")}),
}  # fmt: skip


def series(
    rng: np.random.Generator, base: float, times: float, day: float, week: float | None
) -> tuple[np.ndarray, np.ndarray]:
    """Counts and exposure of DAYS days that rise on BEGIN, over-dispersed by day and by week."""
    exposure = rng.poisson(100, DAYS).astype(float)
    rate = base / 100 * np.where(np.arange(DAYS) >= BEGIN, times, 1.0) * rng.gamma(day, 1 / day, DAYS)
    if week:
        rate *= np.repeat(rng.gamma(week, 1 / week, DAYS // 7 + 1), 7)[:DAYS]
    return rng.poisson(rate * exposure), exposure


def beginnings(count: int) -> None:
    """Print how often a beginning is found, how often its interval holds the truth, and how far it is off."""
    print("events/day  times  day  week   found   90 % holds   off (days)   wide (days)")
    for base, times, day, week in KINDS:
        rng = np.random.default_rng(20261122)
        found = [find_onset(FIRST, *series(rng, base, times, day, week)) for _ in range(count)]
        seen = [
            ((o.day - FIRST).days, (o.earliest - FIRST).days, (o.latest - FIRST).days) for o in found if o
        ]
        named = f"{base:10g} {times:6g} {day:4g} {week or '–':>5}  {len(seen) / count:6.1%}"
        if times == 1.0 or not seen:
            print(f"{named}   (nothing began)")
            continue
        at, low, high = np.array(seen).T
        holds = np.mean((low <= BEGIN) & (high >= BEGIN))
        print(f"{named} {holds:11.1%} {np.median(abs(at - BEGIN)):12g} {np.median(high - low + 1):13g}")


def surges(count: int) -> None:
    """Print how often the beginning of a surge of sixty days is dated within three days."""
    rng = np.random.default_rng(20261122)
    right = np.zeros(2)
    for _ in range(count):
        exposure = rng.poisson(100, DAYS).astype(float)
        rate = 0.03 * np.where((np.arange(DAYS) >= 80) & (np.arange(DAYS) < 140), 3.0, 1.0)
        counts = rng.poisson(rate * exposure * rng.gamma(12.0, 1 / 12, DAYS)).astype(float)
        found = find_onset(FIRST, counts, exposure)
        right += [
            abs(_one_change(counts, exposure) - 80) <= 3,
            found and abs((found.day - FIRST).days - 80) <= 3,
        ]
    one, ours = right / count
    print(f"\na surge of sixty days dated within three days: one change point {one:.1%}, ours {ours:.1%}")


def _one_change(counts: np.ndarray, exposure: np.ndarray) -> int:
    """The likeliest day at which one Poisson rate becomes another."""
    y, n = np.cumsum(counts)[:-1], np.cumsum(exposure)[:-1]
    parts = ((y, n), (counts.sum() - y, exposure.sum() - n))
    return int(np.argmax(sum(a * np.log(np.maximum(a, 1e-9) / e) for a, e in parts))) + 1


def page(rng: np.random.Generator, mixed: bool, repeats: int) -> pl.DataFrame:
    """Cells of a page on which no place is special; mixed: places differ in channel, and channels in the problem.

    repeats: how often each customer who has the problem says so.
    """
    rows = []
    for channel, rate in (("hotline", 0.09), ("app", 0.02), ("web", 0.03)):
        for place in range(20):
            size = int(rng.integers(50, 400) * (rng.gamma(0.7) + 0.05 if mixed else 1.0)) + 2
            rows.append(
                ("region", channel, f"城{place}", repeats * int(rng.binomial(size, rate / repeats)), size)
            )
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def crude(cells: pl.DataFrame) -> pl.DataFrame:
    """The same cells without what they should be compared within."""
    return cells.group_by("kind", "value").agg(pl.sum("members", "total")).select(
        "kind", pl.lit("").alias("stratum"), "value", "members", "total"
    )  # fmt: skip


def places(count: int) -> None:
    """Print how many pages without anything special name a place, and how many slices of all are named."""
    print("\npages on which nothing is special, 20 places each    naming a place    places named")
    for title, mixed, repeats, plain, told in (
        ("alike places", False, 1, False, 1),
        ("places differ in channel", True, 1, False, 1),
        ("places differ in channel, compared without it", True, 1, True, 1),
        ("every customer says it twice", False, 2, False, 2),
        ("every customer says it twice, not accounted for", False, 2, False, 1),
    ):
        rng = np.random.default_rng(20261122)
        found = []
        for _ in range(count):
            cells = page(rng, mixed, repeats)
            found.append(len(over_represented(lifts(crude(cells) if plain else cells, repeats=float(told)))))
        print(f"{title:48} {np.mean(np.array(found) > 0):17.1%} {np.sum(found) / (20 * count):15.2%}")


def company(seed: int, rows: int) -> list[tuple[Planted, list[Lift], int | None, str, str]]:
    """Look at each planted problem of a simulated company: places, days the beginning is off, first change."""
    scenario = Scenario(seed=seed, weeks=WEEKS, rows_per_week=rows)
    drafts = [draft for week in range(WEEKS) for draft in block(scenario, week, "fresh", 1.0, {})]
    known = read_changes(HEADER, changes(scenario), range(2, 2 + len(changes(scenario)))).changes
    return [(one, *_look(one, drafts, scenario, known)) for one in PLANTED if one.issue in CAUSES]


def _look(one: Planted, drafts: list[Draft], scenario: Scenario, known: Iterable[object]) -> tuple:
    day = np.array([(draft.scene.when.date() - scenario.start).days for draft in drafts])
    member = np.array([draft.issue == one.issue for draft in drafts])
    length = WEEKS * 7
    onset = find_onset(
        scenario.start, np.bincount(day[member], minlength=length), np.bincount(day, minlength=length)
    )
    since = (onset.day - scenario.start).days if onset else 0
    kept = [i for i in range(len(drafts)) if day[i] >= since]
    over = over_represented(lifts(_cells([drafts[i] for i in kept], member[kept], day[kept])))
    if onset is None:
        return over, None, "", ""
    where = {
        kind: [lift.value for lift in over if lift.kind == kind] for kind in ("region", "product", "version")
    }
    ranked = suspicions(list(known), onset, where, one.issue)
    off = (onset.day - scenario.start).days - 7 * one.onset_week
    nearest = min(ranked, key=lambda one: abs(one.days), default=None)
    return over, off, ranked[0].change.title if ranked else "", nearest.change.title if nearest else ""


def _cells(drafts: list[Draft], member: np.ndarray, day: np.ndarray) -> pl.DataFrame:
    rows = []
    for draft, own, when in zip(drafts, member.tolist(), day.tolist(), strict=True):
        columns = {field: draft.row.get(name, "") for name, field in BY_NAME[draft.source].columns.items()}
        week = f"{draft.source}|{when // 7}"
        for kind, stratum in (("region", draft.source), ("product", draft.source), ("version", week)):
            if columns.get(kind):
                rows.append((kind, stratum, columns[kind], int(own)))
    frame = pl.DataFrame(rows, schema=["kind", "stratum", "value", "member"], orient="row")
    grouped = frame.group_by("kind", "stratum", "value").agg(members=pl.sum("member"), total=pl.len())
    return grouped.cast(SCHEMA).select(list(SCHEMA))


def planted(seeds: list[int], rows: int) -> None:
    """Print for each planted problem how often its places and its change are named first."""
    seen: dict[str, list[tuple[bool, int, int | None, bool, bool]]] = {}
    for seed in seeds:
        for one, over, off, first, nearest in company(seed, rows):
            title, where = CAUSES[one.issue]
            named = {(lift.kind, lift.value) for lift in over}
            seen.setdefault(one.issue, []).append(
                (where <= named, len(named - where), off, first == title, nearest == title)
            )
    title = f"planted problem      ({len(seeds)} companies)"
    print(f"\n{title}   all places   wrong places   days off   its change first   by closeness alone")
    for issue, found in seen.items():
        right, wrong, off, first, nearest = zip(*found, strict=True)
        days = ", ".join("–" if d is None else f"{d:+d}" for d in off)
        many = len(found)
        print(f"{issue:36} {sum(right):8} of {many} {sum(wrong):14}   {days:>20} {sum(first):10} of {many}"
              f" {sum(nearest):15} of {many}")  # fmt: skip


def main() -> None:
    """Print all three."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=300)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13, 14, 15])
    parser.add_argument("--rows", type=int, default=500)
    given = parser.parse_args()
    beginnings(given.series)
    surges(given.series)
    places(given.pages)
    planted(given.seeds, given.rows)


if __name__ == "__main__":
    main()
