"""Relapse: week by week, has a problem that was solved come back? A week is judged once, when its late rows are in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.change import advance
from models.engine import transaction
from models.measures.proving import Daily, Reading, first_day, observe, readings
from models.measures.relapse import Watched, judged_through, solved, watched
from models.schema.proof import RelapseWatch
from settings import get_settings
from tasks.common import by, stage
from voc.effect.contract import Windows
from voc.effect.names import METRIC_NAMES
from voc.effect.yearly import yearly
from voc.monitor import Course, Level, Watching, follow, level, ready_weeks
from voc.zone import CHINA

WEEK = timedelta(days=7)
YEAR = timedelta(weeks=52)
HISTORY = 3 * YEAR  # before the baseline, to know the season from


@stage("监测复发")
def watch_solved(now: datetime) -> dict[str, int]:
    """Judge the finished weeks of every solved problem, each in a transaction of its own."""
    last = _watermark(now)
    with transaction() as session:
        through = judged_through(session)
        waiting = [id_ for id_ in solved(session) if through.get(id_, date.min) + WEEK <= last]
    counts = {"watched": 0, "relapsed": 0}
    for problem in waiting:
        with transaction() as session:
            found = _watch(session, problem, last, now)
        counts["watched"] += found is not None
        counts["relapsed"] += found is True
    return counts


def _watermark(now: datetime) -> date:
    """The last day for which no more feedback is waited for."""
    return now.astimezone(CHINA).date() - timedelta(days=1 + get_settings().verify_grace_days)


def _terms() -> Watching:
    settings = get_settings()
    return Watching(settings.relapse_false_reopen, settings.relapse_margin)


def _watch(session: Session, problem: int, last: date, now: datetime) -> bool | None:
    """Whether a problem has relapsed; None: there was nothing to judge."""
    one = watched(session, problem)
    if one is None:
        return None
    spans = _windows(one.result["windows"])
    through = one.watch.through if one.watch else spans.followup_end
    weeks = (last - through).days // 7
    if weeks < 1:
        return None
    first, until = through + timedelta(days=1), through + weeks * WEEK
    held = _held(session, one, spans, first, until)
    if held is None:
        return None
    watch = held
    daily = observe(session, problem, first, until, _reading(watch))
    counts, exposure = _weekly(daily, one.result["metric"])
    ready = ready_weeks(exposure)
    is_ = Level(np.array(watch.reached), np.array(watch.highest), np.array(watch.phi))
    before = Course(watch.weeks, tuple(watch.logs), watch.evidence)
    expected = exposure[:ready] * _season(session, one, spans, watch, ready)
    course, relapsed = follow(before, counts[:ready], expected, is_, _terms())
    watch.through = through + (course.weeks - before.weeks) * WEEK
    watch.weeks, watch.logs, watch.evidence = course.weeks, list(course.logs), course.evidence
    if relapsed:
        _reopen(session, one, watch, counts[: course.weeks - before.weeks], exposure, now)
    return relapsed


def _season(
    session: Session, one: Watched, spans: Windows, watch: RelapseWatch, weeks: int
) -> NDArray[np.float64]:
    """What the season makes of the next weeks against those of the follow-up, told by the years before the measure."""
    end, reading = spans.followup_end, _reading(watch)
    asked = max(first_day(session) or end, spans.baseline_start - HISTORY)
    length = (end - asked).days // 7  # whole weeks, counted back from the end of the follow-up
    since = end - length * WEEK + timedelta(days=1)
    if spans.baseline_end - since < YEAR or (
        reading and reading not in (readings(session, since, end) or ())
    ):
        return np.ones(weeks)
    counts, exposure = _weekly(observe(session, one.problem, since, end, reading), one.result["metric"])
    place = {name: (day - since).days // 7 for name, day in vars(spans).items() if isinstance(day, date)}
    exposure[place["baseline_end"] :] = 0  # what the measure touched teaches no season
    reference = np.arange(place["followup_start"], length)
    later = length + (watch.through - end).days // 7 + np.arange(weeks)
    return yearly(counts, exposure, reference, later, place["baseline_start"])


def _windows(told: Mapping[str, Any]) -> Windows:
    days = {key: date.fromisoformat(value) for key, value in told.items() if isinstance(value, str)}
    spans = tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in told.get("excluded", ()))
    return Windows(**days, excluded=spans)


def _reading(watch: RelapseWatch) -> Reading | None:
    return Reading(watch.model, watch.taxonomy) if watch.model and watch.taxonomy else None


def _held(session: Session, one: Watched, spans: Windows, first: date, until: date) -> RelapseWatch | None:
    """The watch with a level counted by a reading that knows the new days too; None: there is none, wait."""
    new = readings(session, first, until)
    agreed = _reading(one.watch) if one.watch else Reading(one.lineage["model"], one.lineage["taxonomy"])
    if one.watch and (new is None or agreed in new):
        return one.watch
    # The model has changed, or the watch begins: old level and new weeks have to be read alike.
    whole = readings(session, spans.baseline_start, until)
    if not whole:
        return None
    chosen = agreed if agreed in whole else whole[0]
    return _learn(session, one, spans, chosen)


def _learn(session: Session, one: Watched, spans: Windows, reading: Reading) -> RelapseWatch:
    daily = observe(session, one.problem, spans.baseline_start, spans.followup_end, reading)
    sides = [
        _columns(daily.between(days), one.result["metric"]) for days in (spans.baseline(), spans.followup())
    ]
    is_ = level(*sides[0], *sides[1], _terms())
    watch = one.watch or RelapseWatch(
        problem_id=one.problem, problem_round=one.round, verification_id=one.verification,
        through=spans.followup_end, weeks=0, logs=[], evidence=1.0,
    )  # fmt: skip
    watch.model, watch.taxonomy = reading.model, reading.taxonomy
    watch.reached, watch.highest, watch.phi = float(is_.reached), float(is_.highest), float(is_.phi)
    session.add(watch)
    return watch


def _columns(daily: Daily, metric: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return daily.numerator, np.nan_to_num(daily.exposure) if metric == "complaint_rate" else daily.denominator


def _weekly(daily: Daily, metric: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    counts, exposure = _columns(daily, metric)
    # A day without orders is a day whose orders are not known: its complaints have nothing to be set against.
    known = exposure > 0
    return (counts * known).reshape(-1, 7).sum(axis=1), exposure.reshape(-1, 7).sum(axis=1)


def _reopen(
    session: Session, one: Watched, watch: RelapseWatch, counts: NDArray[np.float64],
    exposure: NDArray[np.float64], now: datetime,
) -> None:  # fmt: skip
    watch.relapsed_at = now
    recent = float(counts[-1] / exposure[len(counts) - 1])
    facts = {"reason": _reason(one.result["metric"], watch, recent), "evidence": round(watch.evidence, 1),
             "weeks": watch.weeks, "reached": watch.reached, "recent": recent,
             "through": watch.through.isoformat()}  # fmt: skip
    advance(session, "problem", "relapse", {one.problem: facts}, by("rule:relapse", now), strict=False)


def _reason(metric: str, watch: RelapseWatch, recent: float) -> str:
    name = METRIC_NAMES.get(metric, metric)
    times = f"是见效时的 {recent / watch.reached:.1f} 倍" if watch.reached > 0 else "而见效时已经没有"
    return (
        f"复发：见效后监测第 {watch.weeks} 周（截至 {watch.through:%Y-%m-%d}），{name}{times}。"
        f"若并未复发，误判的可能不超过 {get_settings().relapse_false_reopen:.0%}。"
    )
