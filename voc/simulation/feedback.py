"""Genuine feedback of a week: how much of what, when, where, by whom, and the row it becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import numpy as np

from voc.simulation import registers
from voc.simulation.channels import BY_NAME, CHANNELS
from voc.simulation.company import (
    EARLY,
    HOTLINE_AGENTS,
    INSTALLERS,
    PLANTED,
    PRODUCTS,
    REGIONS,
    Planted,
    Scenario,
    in_scope,
)
from voc.simulation.demand import FEEDBACK_WEEKDAY, baseline, exposure
from voc.simulation.dice import Dice, generator
from voc.simulation.language import headline, speak, title
from voc.simulation.library import issues
from voc.simulation.people import customers_of
from voc.simulation.releases import version_used
from voc.simulation.slots import Scene

WEEKLY = {"praise": 385.0, "enquiry": 50.0, "suggestion": 42.0}  # at 900 rows a week
BACKGROUND = 3.2
FREQUENT: Mapping[str, float] = {
    "product.fault": 8.0, "product.noise": 6.0, "aftersales.repair_slow": 6.5, "service.unreachable": 5.5,
    "installation.fee": 6.0, "installation.quality": 4.5, "price.drop": 5.0, "logistics.late": 6.0,
    "authenticity.fake": 2.0, "authenticity.used": 2.0, "app.privacy": 2.0, "site.facility": 2.0,
    "product.safety": 2.0, "site.clean": 2.0,
}  # fmt: skip
STREAM_KEYS = {"fresh": 1, "late": 2}
# Issue → the days its measures went live, round after round.
Live = Mapping[str, Sequence[date]]
PAGES = ("设备页", "订单页", "售后页", "首页", "我的")


@dataclass(slots=True)
class Draft:
    """One row on its way into a file, with the truth about it."""

    scene: Scene
    source: str
    kind: str
    type: str
    issue: str | None
    planted: bool
    external_id: str
    text: str = ""
    row: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Stream:
    """A steady source of feedback of one type and issue, in some cells of the company."""

    type: str
    issue: str | None
    weekly: float
    cells: np.ndarray
    planted: Planted | None = None


@lru_cache(maxsize=1)
def streams() -> tuple[Stream, ...]:
    """Everything customers speak about; the planted problems last."""
    everywhere = in_scope({})
    planted = {problem.issue: problem for problem in PLANTED}
    quiet = [
        Stream("complaint", issue, FREQUENT.get(issue, BACKGROUND), cells)
        for issue, products in issues().items()
        if (cells := _fitting(products) & ~_instead(planted.get(issue))).any()
    ]
    loud = [
        Stream("complaint", p.issue, p.rate, _fitting(issues()[p.issue]) & in_scope(p.scope), p)
        for p in PLANTED
    ]
    return (*(Stream(kind, None, rate, everywhere) for kind, rate in WEEKLY.items()), *quiet, *loud)


def _fitting(products: frozenset[str]) -> np.ndarray:
    return np.tile([product.name in products for product in PRODUCTS], (len(REGIONS), 1))


def _instead(problem: Planted | None) -> np.ndarray:
    """The cells in which a planted problem takes the place of the ordinary complaints about its issue."""
    if problem is None or problem.on_top:
        return np.zeros((len(REGIONS), len(PRODUCTS)), dtype=bool)
    return in_scope(problem.scope)


def present(problem: Planted | None, scenario: Scenario, day: date, went_live: Live) -> float:
    """How strongly a problem is there on a day: 0 before its onset, what its last live measure leaves after."""
    if problem is None:
        return 1.0
    since = (day - scenario.start).days / 7 - problem.onset_week
    if since < 0:
        return 0.0
    live = sum(day >= first for first in went_live.get(problem.issue, ()))
    return problem.left(live) * (0.5 if since < 1 else 1.0)


@lru_cache(maxsize=4096)
def ordinary_rates(scenario: Scenario, day: date) -> np.ndarray:
    """Expected rows of a day by stream if every planted problem were there in full, shape (streams,)."""
    now, usual = exposure(scenario, day), baseline(scenario)
    weekly = np.array([s.weekly * now[s.cells].sum() / usual[s.cells].sum() for s in streams()])
    return np.asarray(weekly / 7 * scenario.scale * FEEDBACK_WEEKDAY[day.weekday()])


def day_rates(scenario: Scenario, week: int, went_live: Live) -> np.ndarray:
    """Expected rows per (day, stream) before the random day effect, shape (7, streams)."""
    days = [scenario.start + timedelta(weeks=week, days=d) for d in range(7)]
    strength = [[present(s.planted, scenario, day, went_live) for s in streams()] for day in days]
    ordinary = np.stack([ordinary_rates(scenario, day) for day in days])
    return np.asarray(ordinary * np.array(strength))


def block(scenario: Scenario, week: int, name: str, share: float, went_live: Live) -> list[Draft]:
    """A share of the genuine feedback of a week, the same whenever it is asked for again."""
    rates = day_rates(scenario, week, went_live)
    shape = scenario.day_dispersion
    # The day effect has its own generator: the shares of one week must rise and fall together.
    # What begins later draws from another one: the first half year is the same with and without it.
    late = len(PLANTED) - EARLY
    sizes = {3: rates.shape[1] - late, 5: late}
    effect = np.hstack(
        [generator(scenario.seed, week, key).gamma(shape, 1 / shape, (7, n)) for key, n in sizes.items()]
    )
    drafts: list[Draft] = []
    for d in range(7):
        drafts += _day(scenario, week, d, STREAM_KEYS[name], rates[d] * effect[d] * share)
    return drafts


def _day(scenario: Scenario, week: int, d: int, key: int, means: np.ndarray) -> list[Draft]:
    # A generator per day and planted problem: an action changes nothing but its own problem's rows from the
    # day it goes live, so rows delivered before it was known are made again unchanged.
    day = scenario.start + timedelta(weeks=week, days=d)
    quiet = len(streams()) - len(PLANTED)
    drafts: list[Draft] = []
    for group, members in enumerate([slice(0, quiet), *(slice(s, s + 1) for s in range(quiet, means.size))]):
        rng = generator(scenario.seed, week, key, d, group)
        counts = rng.poisson(means[members])
        dice, spoken = Dice(rng), list[Draft]()
        for stream, count in zip(streams()[members], counts.tolist(), strict=True):
            if count:
                stamp = f"{week:02d}{key}{d}{group}"
                _draw(scenario, day, stream, count, stamp, rng, dice, spoken)
        drafts += spoken
    return drafts


def _draw(
    scenario: Scenario, day: date, stream: Stream, count: int, stamp: str,
    rng: np.random.Generator, dice: Dice, drafts: list[Draft],
) -> None:  # fmt: skip
    weights = np.cumsum(np.where(stream.cells, exposure(scenario, day), 0.0).ravel())
    cells = np.searchsorted(weights, rng.random(count) * weights[-1], side="right").tolist()
    spread = np.cumsum(
        registers.SPREAD.get((stream.issue or "").partition(".")[0], registers.SPREAD[stream.type])
    )
    channels = np.searchsorted(spread, rng.random(count) * spread[-1], side="right").tolist()
    midnight = datetime.combine(day, time())
    for cell, index in zip(cells, channels, strict=True):
        channel = CHANNELS[index]
        minute = dice.pick(_minutes(channel.hours)) * 60 + dice.number(0, 59)
        scene = Scene(midnight + timedelta(minutes=minute), *divmod(cell, len(PRODUCTS)))
        number = f"{channel.prefix}{stamp}{len(drafts):05d}"
        draft = Draft(
            scene, channel.name, "genuine", stream.type, stream.issue, stream.planted is not None, number
        )
        write_down(draft, scenario, dice)
        drafts.append(draft)


@lru_cache(maxsize=8)
def _minutes(habit: str) -> tuple[int, ...]:
    return tuple(hour for hour, weight in enumerate(registers.HOURS[habit]) for _ in range(weight))


def write_down(
    draft: Draft, scenario: Scenario, dice: Dice, text: str | None = None, rating: str | None = None
) -> None:
    """Gives a draft its customer, its words and the row of its channel."""
    base, scene, channel = customers_of(scenario), draft.scene, BY_NAME[draft.source]
    who = dice.pick(base.by_region[scene.region])
    scene.phone, scene.mail, scene.name = base.phones[who], base.emails[who], base.names[who]
    scene.order = f"QCO{scene.when:%y%m}{dice.digits(8)}"
    draft.text = speak(draft.type, draft.issue, draft.source, scene, dice) if text is None else text
    values = {
        "external_id": draft.external_id,
        "occurred_at": channel.stamp(scene.when.replace(second=dice.number(0, 59))),
        "text": draft.text,
        "title": _title(draft, dice) if text is None else "",
        "rating": _rating(draft, dice) if rating is None else rating,
        "customer": base.ids[who] if dice.chance(0.94) else "",
        "customer_value": base.tiers[who],
        "phone": scene.phone,
        "email": scene.mail,
        "agent": _agent(draft, dice),
        "region": scene.place.name,
        "product": scene.line.name if dice.chance(0.96) else "",
        "order_no": scene.order if dice.chance(0.7) else "",
        "touchpoint": dice.pick(PAGES),
        "version": _version(draft, scenario, dice),
    }
    draft.row = channel.row(values, dice)


def _version(draft: Draft, scenario: Scenario, dice: Dice) -> str:
    if "version" not in BY_NAME[draft.source].columns.values():
        return ""
    return version_used(draft.scene.when.date(), draft.issue, scenario, dice)


def _agent(draft: Draft, dice: Dice) -> str:
    if (draft.issue or "").startswith("installation") or draft.source == "sms":
        return dice.pick(INSTALLERS[draft.scene.region])
    return dice.pick(HOTLINE_AGENTS)


def _title(draft: Draft, dice: Dice) -> str:
    if draft.source == "email":
        return title(draft.type, draft.scene, dice)
    return headline(draft.type, draft.scene, dice) if draft.type in ("praise", "complaint") else ""


def _rating(draft: Draft, dice: Dice) -> str:
    channel = BY_NAME[draft.source]
    if not dice.chance(channel.rated):
        return ""
    low, high = channel.scale
    # One customer in twenty presses the best key and then complains, or the other way round.
    happy = (draft.type == "praise") != dice.chance(0.05)
    if draft.type in ("suggestion", "enquiry"):
        return str(round(low + (high - low) * (0.4 + 0.6 * dice.roll())))
    return str(
        round(high - (high - low) * 0.25 * dice.roll() ** 2)
        if happy
        else round(low + (high - low) * 0.35 * dice.roll())
    )
