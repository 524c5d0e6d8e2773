"""One week of the company: the files that arrive, the orders behind them, and the truth about every row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from voc.simulation import noise
from voc.simulation.channels import BY_NAME, CHANNELS, Channel, Kind
from voc.simulation.company import PRODUCTS, REGIONS, Scenario
from voc.simulation.demand import actual_orders
from voc.simulation.dice import Dice, generator
from voc.simulation.feedback import Draft, Live, block, write_down
from voc.simulation.language import say
from voc.simulation.slots import Scene

LATE_SHARE = 0.04  # of a week's feedback reaches us with the next week's files
AGAIN_SHARE = 0.30  # of those late rows are delivered once more a week after
TWICE_SHARE = 0.006  # of a week's rows stand twice in one file


@dataclass(frozen=True)
class ChannelFile:
    """One export as its system would write it; a row may carry the physical line as `__raw__`."""

    source: str
    name: str
    kind: Kind
    encoding: str
    columns: tuple[str, ...]
    rows: list[dict[str, str]]


@dataclass(frozen=True)
class OrderDay:
    """Orders and service contacts of one day, region and product."""

    day: date
    region: str
    product: str
    orders: int
    contacts: int


@dataclass(frozen=True)
class Truth:
    """What one delivered row really is."""

    source: str
    external_id: str
    kind: str
    type: str
    issue: str | None
    planted: bool


@dataclass(frozen=True)
class Week:
    """Everything a week brings; `truth` has one entry per delivered row."""

    files: list[ChannelFile]
    orders: list[OrderDay]
    truth: list[Truth]


def simulate_week(scenario: Scenario, week: int, went_live: Live) -> Week:
    """Week number `week` (from 0), given the day on which the action of an issue went live."""
    fresh = block(scenario, week, "fresh", 1 - LATE_SHARE, went_live)
    late = block(scenario, week - 1, "late", LATE_SHARE, went_live) if week >= 1 else []
    older = block(scenario, week - 2, "late", LATE_SHARE, went_live) if week >= 2 else []
    dice = Dice(generator(scenario.seed, week, 7))
    again = [_again(draft) for draft in older if dice.chance(AGAIN_SHARE)]
    twice = [_again(draft) for draft in fresh if dice.chance(TWICE_SHARE)]
    spoiled = _spoiled(scenario, week, fresh, dice)
    drafts = sorted([*fresh, *late, *again, *twice, *spoiled], key=lambda draft: draft.scene.when)
    monday = scenario.start + timedelta(weeks=week)
    return Week(
        [_file(channel, monday, drafts) for channel in CHANNELS],
        _orders(scenario, week),
        [truth for channel in CHANNELS for truth in _truths(channel, drafts)],
    )


def _again(draft: Draft) -> Draft:
    return Draft(draft.scene, draft.source, "duplicate", draft.type, draft.issue, draft.planted,
                 draft.external_id, draft.text, draft.row)  # fmt: skip


def _file(channel: Channel, monday: date, drafts: list[Draft]) -> ChannelFile:
    rows = [draft.row for draft in drafts if draft.source == channel.name]
    name = f"{channel.name}_{monday:%Y%m%d}.{channel.kind}"
    return ChannelFile(channel.name, name, channel.kind, channel.encoding, channel.header, rows)


def _truths(channel: Channel, drafts: list[Draft]) -> list[Truth]:
    return [
        Truth(draft.source, draft.external_id, draft.kind, draft.type, draft.issue, draft.planted)
        for draft in drafts
        if draft.source == channel.name
    ]


def _orders(scenario: Scenario, week: int) -> list[OrderDay]:
    rng = generator(scenario.seed, week, 8)
    orders = actual_orders(scenario, week, rng)
    contacts = rng.poisson(orders * 0.31)
    monday = scenario.start + timedelta(weeks=week)
    return [
        OrderDay(
            monday + timedelta(days=day),
            region.name,
            product.name,
            int(orders[day, r, p]),
            int(contacts[day, r, p]),
        )
        for day in range(7)
        for r, region in enumerate(REGIONS)
        for p, product in enumerate(PRODUCTS)
    ]


def _spoiled(scenario: Scenario, week: int, fresh: list[Draft], dice: Dice) -> list[Draft]:
    rng = generator(scenario.seed, week, 9)
    copied = [draft for draft in fresh if len(draft.text) >= 20]
    spoiled: list[Draft] = []
    for kind, share in noise.SHARES.items():
        for _ in range(int(rng.poisson(share * len(fresh)))):
            original = dice.pick(copied if kind == "near_duplicate" else fresh)
            number = f"{week:02d}{len(spoiled):05d}"
            make = _copy if kind == "near_duplicate" else _noise
            spoiled.append(make(scenario, kind, original, number, dice))
    return spoiled


def _copy(scenario: Scenario, kind: str, original: Draft, number: str, dice: Dice) -> Draft:
    channel = BY_NAME[original.source]
    last = original.scene.when.replace(hour=23, minute=59)
    when = min(original.scene.when + timedelta(minutes=dice.number(2, 600)), last)
    text = noise.nearly_same(original.text, dice)
    external_id = f"{channel.prefix}9{number}"
    column = {field: name for name, field in channel.columns.items()}
    row = original.row | {column["external_id"]: external_id, column["occurred_at"]: channel.stamp(when),
                          column["text"]: text}  # fmt: skip
    scene = Scene(when, original.scene.region, original.scene.product)
    return Draft(
        scene, channel.name, kind, original.type, original.issue, original.planted, external_id, text, row
    )


def _noise(scenario: Scenario, kind: str, like: Draft, number: str, dice: Dice) -> Draft:
    channel = BY_NAME[dice.pick(noise.CHANNELS[kind])]
    scene = Scene(_moved(like.scene.when, dice), like.scene.region, like.scene.product)
    draft = Draft(scene, channel.name, kind, "", None, False, f"{channel.prefix}8{number}")
    if kind == "broken":
        draft.type, draft.issue = like.type, like.issue
    if kind == "vague":
        draft.type = "complaint"
    text = None if kind == "broken" else _noise_text(kind, channel, scene, dice)
    write_down(draft, scenario, dice, text, _rating(kind, channel, dice))
    if kind == "broken":
        draft.row = noise.broken_row(draft.row, channel, scene, dice)
    return draft


def _noise_text(kind: str, channel: Channel, scene: Scene, dice: Dice) -> str:
    if kind == "blank":
        return noise.blank_text(channel, dice)
    first = say(kind, scene, dice)
    return f"{first}，{say(kind, scene, dice)}" if kind == "vague" and dice.chance(0.5) else first


def _rating(kind: str, channel: Channel, dice: Dice) -> str:
    low, high = channel.scale
    if kind == "vague":
        return str(low + dice.number(0, 1))
    if kind == "blank" and dice.chance(0.35):
        return ""
    return str(dice.number(low, high))


def _moved(when: datetime, dice: Dice) -> datetime:
    return when.replace(hour=dice.number(8, 22), minute=dice.number(0, 59))
