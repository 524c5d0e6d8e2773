"""Watch: walk through the days that were not looked at yet, raise alarms, and say so.

The walk starts three years before the first new day, or with the first day of the history, and is decided by counts
alone, so that a history that is imported at once gives the alarms that would have been raised day by day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
from prefect.artifacts import create_markdown_artifact
from sqlalchemy.orm import Session

from models.analysis.newest import last_moment
from models.change import lock_out
from models.engine import transaction
from models.measures.improving import store_departments
from models.problems import series as counting
from models.problems.watching import raise_alarms, told_around
from models.views import alarm_list
from settings import get_settings
from tasks.aggregate import organisation
from tasks.alarms import Found, Ground, explain, is_one_thing
from tasks.common import by, stage
from tasks.naming import table
from tasks.register import background
from voc.alarms.births import Ints, begins
from voc.alarms.events import Event, EventPolicy, Heard, busy, happenings
from voc.alarms.grid import Grid, grid_of
from voc.alarms.rare import silences, urgent
from voc.alarms.rhythm import BY_NAME, profiles_of
from voc.alarms.series import ALL, precision
from voc.alarms.telling import Members, worth_telling
from voc.alarms.values import KINDS
from voc.alarms.walk import Episode, Policy, walk
from voc.alarms.words import Saying, Spoken, WordPolicy, sayings
from voc.registry.packing import unpacked
from voc.registry.pairs import Facts
from voc.zone import CHINA

SHOWN = 100
REACH = timedelta(days=3 * 366)  # of the past that a walk begins with: the season of three years
MOST_A_DAY = 500  # texts whose words are scanned: with more, a rise shows in the counts
MARGIN = timedelta(days=60)  # how far before the first new day episodes are told again, to know what was said


def policy() -> Policy:
    """Return how much evidence an alarm needs."""
    return Policy(false_per_year=get_settings().alarm_false_per_year)


@stage("查看预警")
def watch_days(now: datetime) -> dict[str, int]:
    """Raise the alarms of every complete day that was not looked at yet, and of days that got rows since."""
    with transaction() as session:
        lock_out(session, "watch")
        store_departments(session, organisation())
        raised = _raise(session, now)
    return {"alarms": raised}


@stage("展示预警")
def show_alarms() -> None:
    """Show the newest alarms with their likely causes."""
    with transaction() as session:
        rows = [
            {**row, "kind": KINDS[row["kind"]], "days": f"{row['start']} 至 {row['end']}"}
            for row in alarm_list.alarms(session, limit=SHOWN)
        ]
    # Cells are not broken: what is long stands last.
    columns = {"id": "编号", "kind": "类型", "label": "对象", "days": "起止", "observed": "实际",
               "expected": "预期", "raised_at": "发出", "department_name": "责任部门",
               "cause": "可能的原因"}  # fmt: skip
    create_markdown_artifact(f"# 预警\n\n{table(rows, columns)}", key="alarms", description="最近的预警")


def _raise(session: Session, now: datetime) -> int:
    batches, until = counting.unwatched(session), _horizon(session, now)
    looked = counting.looked_until(session)
    if until is None or (not batches and looked is not None and until <= looked):
        return 0
    ground = Ground(looked, until, frozenset(counting.days_of(session, batches)))
    found = [*_spikes(session, ground), *_urgent(session, ground), *_silent(session, ground)]
    news = [one for one in found if _is_news(one, ground) and not _told_before(session, one, ground)]
    alarms = [explain(session, one, late=_late(one, ground)) for one in news]
    raised = raise_alarms(session, alarms, by("rule:alarms", now))
    counting.mark_watched(session, batches, until, now)
    return len(raised)


def _horizon(session: Session, now: datetime) -> date | None:
    """Return the newest day of the data that is over; a house that is fed daily is watched up to yesterday."""
    last = last_moment(session)
    if last is None:
        return None
    newest, yesterday = last.astimezone(CHINA).date(), now.astimezone(CHINA).date() - timedelta(days=1)
    fed = (yesterday - newest).days <= get_settings().alarm_history_days
    return yesterday if fed else newest


def _spikes(session: Session, ground: Ground) -> Iterable[Found]:
    counts = counting.daily_counts(session, policy().own_history, ground.earliest - MARGIN - REACH)
    grid = _laid_out(counts, "series", ground)
    if grid is None:
        return []
    since = max(grid.place(ground.earliest - MARGIN), 0)
    episodes = [
        one
        for one in walk(grid.counts, grid.names, grid.first, policy(), _begins(session, grid))
        if one.end >= since
    ]
    members = [_members(session, grid, one.series, one.start, one.end) for one in episodes]
    said: list[Saying | Event] = [*_sayings(session, grid, since)]
    said += _events(session, grid, since, len(grid.names) + len(said))
    spoken = [(one.episode, _held(one)) for one in said if one.episode.end >= since]
    told = [*zip(episodes, members, strict=True), *spoken]
    told.sort(key=lambda one: one[0].raised)
    names = [*grid.names, *(one.series for one in said)]
    ordered = [episode for episode, _ in told]
    chosen = worth_telling(ordered, [held for _, held in told], names, policy())
    days = [_by_day(names[told[n][0].series], grid, *told[n]) for n in chosen]
    return [found for one in days if (found := _when_one_thing(session, one, ground))]


def _by_day(series: str, grid: Grid, episode: Episode, held: Members) -> list[Found]:
    """Draw an episode as known on its first day and on each later day on which it was improbable still."""
    return [
        Found("spike", series, grid, replace(episode, raised=day), _known(held, day))
        for day in (episode.raised, *episode.seen)
    ]


def _when_one_thing(session: Session, days: Sequence[Found], ground: Ground) -> Found | None:
    """Return an episode on the first day on which its feedback has one matter; not asked of what is no news."""
    if not any(_is_news(one, ground) for one in days):
        return None
    return next((one for one in days if is_one_thing(session, one, policy())), None)


def _sayings(session: Session, grid: Grid, since: int) -> list[Saying]:
    """Look for words that come up, from a little before the first new day; the past they need is read with them."""
    own = WordPolicy()
    first = grid.day(max(since - own.past - max(own.windows), 0))
    rows = counting.spoken(session, first, grid.day(grid.counts.shape[1] - 1), MOST_A_DAY)
    days = np.array([grid.place(day) for day in rows["day"]], dtype=np.int64)
    spoken = Spoken(rows["id"].to_numpy(), days, rows["customer"].to_numpy(), rows["text"].to_list())
    return sayings(spoken, len(grid.names), policy(), since)


def _events(session: Session, grid: Grid, since: int, series: int) -> list[Event]:
    """Look for events that several customers tell of, in the groups of the registry."""
    own = EventPolicy()
    first, last = grid.day(max(since - WordPolicy().past, 0)), grid.day(grid.counts.shape[1] - 1)
    daily = grid.counts[grid.names.index(ALL)] if ALL in grid.names else np.zeros(grid.counts.shape[1])
    rows = counting.heard(session, first, last, own, paired=not busy(daily, own).all())
    if not rows:
        return []
    numbers = [[row.id, row.group_id, grid.place(row.day), row.customer] for row in rows]
    ids, groups, days, customers = np.array(numbers, dtype=np.int64).T
    facts = Facts(*np.array([[row.at, row.product, row.region] for row in rows], dtype=np.int64).T)
    signs = unpacked([bytes(row.signs) for row in rows])
    texts = [row.text for row in rows]
    heard = Heard(ids, groups, days, customers, texts, signs, facts, daily)
    return happenings(heard, series, background(), own)


def _held(one: Saying | Event) -> Members:
    return Members(
        np.array(list(one.members), dtype=np.int64), np.array(list(one.members.values()), dtype=np.int64)
    )


def _begins(session: Session, grid: Grid) -> Ints:
    days = grid.counts.shape[1]
    born = {slice_: max(grid.place(day), 0) for slice_, day in counting.births(session).items()}
    sources = grid_of(counting.everything(session), "source", grid.first, grid.day(days - 1))
    return begins(grid.names, days, born, sources.counts)


def _members(session: Session, grid: Grid, series: int, start: int, end: int) -> Members:
    ids, days = counting.members(session, grid.names[series], grid.day(start), grid.day(end))
    return Members(ids, np.array([grid.place(day) for day in days], dtype=np.int64))


def _known(members: Members, day: int) -> frozenset[int]:
    return frozenset(members.until(day))


def _urgent(session: Session, ground: Ground) -> Iterable[Found]:
    rows = counting.urgent_words(session).filter(pl.col("day") <= ground.until)
    grid = _laid_out(counting.everything(session), "source", ground)
    if grid is None or rows.is_empty():
        return []
    days = np.array([grid.place(day) for day in rows["day"]], dtype=np.int64)
    members = Members(rows["id"].to_numpy(), days)
    found = []
    for one in urgent(days, rows["customer"].to_numpy()):
        ids = members.ids[(days >= one.start) & (days <= one.raised)].tolist()
        found.append(Found("safety", "safety", grid, one, frozenset(ids)))
    return found


def _silent(session: Session, ground: Ground) -> Iterable[Found]:
    counts, fed = counting.everything(session), counting.fed(session)
    for source in sorted(counts["source"].unique().to_list()):
        grid = _laid_out(counts.filter(source=source), "source", ground)
        if grid is not None:
            last = grid.counts.shape[1] - 1
            for gap in silences(grid.counts[0], profiles_of(grid.days, BY_NAME["day"])):
                if gap.end < last or source in fed:
                    yield Found("silence", f"source:{source}", grid, gap)


def _laid_out(counts: pl.DataFrame, key: str, ground: Ground) -> Grid | None:
    first = counts["day"].min()
    if not isinstance(first, date) or first > ground.until:
        return None
    return grid_of(counts, key, first, ground.until)


def _late(one: Found, ground: Ground) -> bool:
    return ground.looked is not None and one.raised <= ground.looked


def _is_news(one: Found, ground: Ground) -> bool:
    """Tell whether an alarm is of new days, lasts into them, or is of days that got rows since they were looked at."""
    if not _late(one, ground) or (ground.looked and one.grid.day(one.episode.end) > ground.looked):
        return True
    return any(one.start <= day <= one.raised for day in ground.new_days)


def _told_before(session: Session, one: Found, ground: Ground) -> bool:
    """Tell whether rows that came later only put another name to what was raised before."""
    if not _late(one, ground) or one.kind != "spike":
        return False
    return any(
        series != one.series
        and precision(series) >= precision(one.series)
        and len(one.ids & ids) >= policy().explains * len(one.ids)
        for series, ids in told_around(session, one.start, one.raised)
    )
