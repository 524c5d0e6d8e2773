"""What is said of the data themselves: checks, breaks, the audit, signs of gaming, and what faults do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Break:
    """History read again by another model or taxonomy; `since` None means all of it, so that series stay whole."""

    on: date
    versions: str
    rows: int
    type_share: float
    issue_share: float
    since: date | None = None


@dataclass(frozen=True)
class Flag:
    """A sign that a figure was worked on instead of the problem."""

    kind: str
    department: str
    subject: str
    sentence: str


@dataclass(frozen=True)
class QualityFact:
    """One data check: rows looked at and rows that passed."""

    name: str
    passed: int
    total: int
    key: str = ""


@dataclass(frozen=True)
class Corrected:
    """A share as the model reads it and as the audit corrects it, with its interval."""

    name: str
    model: float
    corrected: float
    low: float
    high: float
    key: str = ""


@dataclass(frozen=True)
class AuditFact:
    """What two readers found: rows read, agreement, and corrected shares."""

    weeks: tuple[str, ...]
    rows: int
    kappa: float | None
    right: float
    shares: tuple[Corrected, ...]


@dataclass(frozen=True)
class Impact:
    """One fault of the data and what it does to the conclusions."""

    name: str
    amount: str
    effect: str
    grave: bool = False
    key: str = ""
