"""What a leadership report is made of: plain values, gathered by a task, worded by `voc.reporting.report`.

Every figure carries a lineage key; `Facts.lineage` says for each key where the figure came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from voc.reporting.data import AuditFact as AuditFact
from voc.reporting.data import Break as Break
from voc.reporting.data import Corrected as Corrected
from voc.reporting.data import Flag as Flag
from voc.reporting.data import Impact as Impact
from voc.reporting.data import QualityFact as QualityFact

Span = tuple[date, date]


@dataclass(frozen=True)
class Number:
    """A headline figure; `unit` is percent, permille, count, score, hours or days."""

    key: str
    name: str
    value: float | None
    unit: str
    definition: str
    low: float | None = None
    high: float | None = None
    previous: float | None = None
    better: str = ""  # "up" or "down": which way is good news
    note: str = ""
    basis: str = ""  # what it is a share of, in words: 1,204 条评分


@dataclass(frozen=True)
class EffectFact:
    """One verification: change, low, high are relative (−0.58 = fell by 58 %), before and after are rates."""

    key: str
    problem: str
    action: str
    department: str
    metric: str
    verdict: str
    sentence: str
    went_live: date | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    before: float | None = None
    after: float | None = None
    smallest_effect: float = 0.2
    direction: str = "decrease"
    alpha: float = 0.05
    design: str = "before_after"
    dispersion: float | None = None
    contract: str = ""
    weeks_more: int | None = None
    action_id: int = 0
    problem_id: int = 0
    attempt: int = 1
    computed_at: datetime | None = None
    picture: Picture | None = None
    diagnostics: tuple[tuple[str, bool, str], ...] = ()  # name, held, sentence
    adjusted: tuple[str, ...] = ()  # what was done about mix and misreading, in sentences
    late_rows: int = 0  # rows of its windows that arrived after it was computed
    alone: str = ""  # how it reads by itself, if this report does not credit it
    q_value: float | None = None  # of a claim, corrected over all that the report compares
    compared: int = 0  # measures that the report compares


@dataclass(frozen=True)
class Picture:
    """The series of one effect: bins of `days` days from `start`, and what was expected without the measure.

    All columns have the length of `start`; nan where nothing was expected or known.
    """

    start: tuple[date, ...]
    days: int
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    went_live: date
    unit: str = ""


@dataclass(frozen=True)
class Awaiting:
    """A measure that is live and not judged yet, and when it can be."""

    problem: str
    action: str
    department: str
    went_live: date
    due: date | None


@dataclass(frozen=True)
class Overdue:
    """Something past its deadline: a measure, or the cases of a department, of which there are `count`."""

    kind: str
    name: str
    owner: str
    due: datetime
    hours_late: float
    key: str = ""
    count: int = 1


@dataclass(frozen=True)
class Slice:
    """A part that stands out: dimension 地区, value 华东, its share of the feedback of the problem."""

    dimension: str
    value: str
    share: float


@dataclass(frozen=True)
class ProblemFact:
    """A problem in the period; `share` is of all problem feedback, quotations are masked."""

    id: str
    name: str
    state: str
    count: int
    share: float
    key: str = ""
    previous: int | None = None
    weekly: tuple[float, ...] = ()
    areas: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()
    quotations: tuple[str, ...] = ()
    department: str = ""
    round: int = 1


@dataclass(frozen=True)
class Trend:
    """Weekly values of one problem (week = its Monday) with the go-live day and the compared windows."""

    problem: str
    weeks: tuple[date, ...]
    values: tuple[float, ...]
    unit: str = "条"
    went_live: date | None = None
    baseline: Span | None = None
    followup: Span | None = None
    verdict: str = ""


@dataclass(frozen=True)
class Stage:
    """One step of the loop funnel, and what was lost on the way to it: sentences that name where."""

    name: str
    count: int
    definition: str
    key: str = ""
    leak: int = 0
    leaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChannelFact:
    """Feedback of one channel; complaints among them."""

    name: str
    count: int
    complaints: int | None = None
    key: str = ""


@dataclass(frozen=True)
class DepartmentFact:
    """What a department was given and what of it was *verified* to work."""

    name: str
    actions: int
    implemented: int
    effective: int
    failed: int
    overdue: int
    key: str = ""
    partly: int = 0
    open: int = 0  # judged without a conclusion
    cases: int = 0
    answered: float | None = None  # share in time
    solved: float | None = None  # share, gamed closures not counted
    gamed: int = 0
    complaints: int | None = None


@dataclass(frozen=True)
class Lineage:
    """Where a figure came from: query, hash of its rows, versions, contract and run."""

    key: str
    query: str
    rows_hash: str
    model: str = ""
    taxonomy: str = ""
    contract: str = ""
    run: str = ""
    name: str = ""
    definition: str = ""
    beside: str = ""  # fingerprint of what else it is set against: the period before, a total, a state


@dataclass(frozen=True)
class Facts:
    """Everything the report says; sections that have nothing yet stay empty."""

    company: str
    period: Span
    generated_at: datetime
    title: str = "客户之声闭环报告"
    kind: str = "run"
    about: str = ""  # the department or measure a report is about
    previous: Span | None = None
    taxonomy_version: str = ""
    model_version: str = ""
    run: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)  # read, stored, duplicate, … as in kpi.PARTS
    quality_score: float | None = None  # 0–100
    quality: tuple[QualityFact, ...] = ()
    numbers: tuple[Number, ...] = ()
    effects: tuple[EffectFact, ...] = ()
    overdue: tuple[Overdue, ...] = ()
    problems: tuple[ProblemFact, ...] = ()
    trends: tuple[Trend, ...] = ()
    breaks: tuple[Break, ...] = ()
    stages: tuple[Stage, ...] = ()
    channels: tuple[ChannelFact, ...] = ()
    departments: tuple[DepartmentFact, ...] = ()
    lineage: tuple[Lineage, ...] = ()
    awaiting: tuple[Awaiting, ...] = ()
    flags: tuple[Flag, ...] = ()
    audit: AuditFact | None = None
    impacts: tuple[Impact, ...] = ()
    queries: Mapping[str, str] = field(default_factory=dict)  # name → SQL
    timeline: tuple[tuple[date, str, str], ...] = ()  # day, what, who; of a report about one measure
