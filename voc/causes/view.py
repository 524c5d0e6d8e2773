"""The root-cause view of one problem as a value: what a page shows and what `--json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from voc.causes.changes import Suspicion, likely
from voc.causes.costs import Estimate, money_span
from voc.causes.fishbone import Bone
from voc.causes.onset import Onset
from voc.causes.rates import SliceRate, WeekRate
from voc.causes.slices import ALONE, SLICE_NAMES, Lift
from voc.causes.wording import concentration, times
from voc.zone import day_of_year, day_words

AROUND = 6  # slices of one kind in a table: those over-represented and the largest others
CHOSEN = 3  # in a table of rates


@dataclass(frozen=True)
class Head:
    """What a problem is: its number, name, state, owner, size and times."""

    id: int
    name: str
    issue: str
    area: str
    state: str
    round: int
    department: str
    owner: str
    dimension: str
    root_cause: str
    first_seen: datetime
    last_seen: datetime
    count: int
    customers: int
    quotations: tuple[str, ...]


@dataclass(frozen=True)
class Week:
    """A week of the problem: its feedback, and all feedback of that week."""

    week: date
    count: int
    total: int


@dataclass(frozen=True)
class Spread:
    """What the slices were counted over."""

    since: date
    until: date
    members: int
    total: int


@dataclass(frozen=True)
class Raised:
    """An alarm of the same matter: when it began, and when it was seen."""

    id: int
    label: str
    start: date
    end: date
    raised_at: datetime
    observed: int
    expected: float


@dataclass(frozen=True)
class View:
    """Everything a root-cause page says of one problem."""

    head: Head
    weeks: tuple[Week, ...]
    onset: Onset | None
    spread: Spread
    lifts: tuple[Lift, ...]
    changes: tuple[Suspicion, ...]
    changes_known: int
    exposure: str
    rates: tuple[WeekRate, ...]
    slice_rates: tuple[SliceRate, ...]
    cost: Estimate
    cost_recent: Estimate
    bones: tuple[Bone, ...]
    company: str
    written_at: datetime
    alarms: tuple[Raised, ...] = ()


@dataclass(frozen=True)
class Kind:
    """The slices of one kind as a table shows them, and how many were left out and why."""

    code: str
    name: str
    shown: tuple[Lift, ...]
    hidden: int
    hidden_members: int
    because: str
    stands_out: bool
    comparable: bool


def kinds(lifts: Sequence[Lift]) -> list[Kind]:
    """Group slices by kind: those with something over-represented first, small samples put together."""
    found = []
    for code, name in SLICE_NAMES.items():
        own = [lift for lift in lifts if lift.kind == code]
        if not own:
            continue
        said = [lift for lift in own if not lift.unsaid]
        over, others = (
            [x for x in said if x.over],
            sorted((x for x in said if not x.over), key=lambda x: -x.members),
        )
        # A person without anything special about him is nobody's business.
        shown = over if code == "agent" else [*over, *others[: max(0, AROUND - len(over))]]
        left = [lift for lift in own if lift not in shown]
        found.append(Kind(code, name, tuple(shown), len(left), sum(lift.members for lift in left),
                          _because(left), bool(over), any(lift.unsaid != ALONE for lift in own)))  # fmt: skip
    return sorted(found, key=lambda kind: -sum(lift.excess for lift in kind.shown if lift.over))


def chosen(rates: Sequence[SliceRate]) -> list[SliceRate]:
    """Keep of each kind the rates that stand out and a few others beside them."""
    kept: list[SliceRate] = []
    for kind in dict.fromkeys(rate.kind for rate in rates):
        own = [rate for rate in rates if rate.kind == kind]
        kept += [rate for i, rate in enumerate(own) if rate.over or i < CHOSEN]
    return kept


def _because(left: Sequence[Lift]) -> str:
    reasons = list(dict.fromkeys(lift.unsaid for lift in left if lift.unsaid))
    return "；".join(reasons) if reasons else "与其他没有明显差别"


def looked_at(lifts: Sequence[Lift]) -> int:
    """Count the slices that were tested."""
    return sum(1 for lift in lifts if not lift.unsaid)


def beginning(view: View) -> str:
    """Say when the problem began and how sure that is, and whether it still goes on."""
    onset = view.onset
    if onset is None:
        return "没有明显的起点：在现有数据里，它的占比没有出现过可以确认的突然上升（或者一开始就有）。"
    first, last = _short(onset.earliest, onset), _short(onset.latest, onset)
    between = "" if onset.earliest == onset.latest else f"（90% 可能在{first}至{last}之间）"
    times_more = times(onset.during / onset.before) if onset.before > 0 else ""
    if not onset.main and onset.until:
        grew = f"，是之前的 {times_more} 倍" if times_more else ""
        return (
            f"最明显的一次上升从{day_words(onset.day)}开始{between}{grew}，到{_short(onset.until, onset)}为止，"
            f"占全部的 {onset.share:.0%}；其余时间也一直存在。"
        )
    grew = f"升到之前的 {times_more} 倍" if times_more else "此前几乎没有"
    end = f"，{day_words(onset.until)}之后回落" if onset.until else "，至今没有回落"
    return f"从{day_words(onset.day)}起明显上升{between}，{grew}{end}。"


def _short(day: date, onset: Onset) -> str:
    return day_of_year(day) if day.year == onset.day.year else day_words(day)


def summary(view: View) -> list[str]:
    """Say in three or four sentences what a director has to know."""
    head = view.head
    said = [
        f"共 {head.count:,} 条反馈、{head.customers:,} 位客户，{head.department}负责，目前「{head.state}」。"
        f"{beginning(view)}",
        concentration(view.lifts),
    ]
    near = likely(view.changes)
    if near:
        named = "；".join(f"「{s.change.title}」（{suspicion_days(s)}）" for s in near)
        point = "起点" if view.onset and view.onset.main else "这次上升"
        said.append(f"{point}前后的变更：{named}。可能相关，不等于原因。")
    cost = money_span(view.cost.low, view.cost.high, view.cost.currency)
    basis = "默认假设" if view.cost.assumed else "本公司单位成本"
    said.append(f"按{basis}估算，这些反馈的处理成本约 {cost}（是估算，不是账面数）。")
    return said


def suspicion_days(suspicion: Suspicion) -> str:
    """Say how long before the beginning a change was."""
    if suspicion.days > 0:
        return f"起点前 {suspicion.days} 天"
    return "起点当天" if suspicion.days == 0 else f"起点后 {-suspicion.days} 天，仍在误差范围内"
