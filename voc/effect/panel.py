"""What a question about an effect is asked of: values by unit and time, who was treated, and from when on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.effect.before_after import Effect
from voc.effect.verdict import Verdict

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def mean_known(rows: Floats) -> Floats:
    """Mean of the known values of each column, NaN where a column has none."""
    known = np.isfinite(rows)
    count = known.sum(axis=0)
    total = np.where(known, rows, 0.0).sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


@dataclass(frozen=True)
class Panel:
    """Values (units, times), NaN where nothing is known; times are equally spaced places 0 … t − 1.

    `began` is the first treated place of each unit, `cohort.NEVER` for controls. `exposure` has the shape of the
    values: what to divide them by. `columns` (times, c) are series that the action cannot have moved.
    """

    values: Floats
    began: Ints
    exposure: Floats | None = None
    columns: Floats | None = None
    covariates: Floats | None = None
    season: float = 0.0
    counts: bool = False
    block: int = 1  # points that make one independent piece before/after: 7 days
    units: tuple[str, ...] = ()

    @property
    def rates(self) -> Floats:
        """Values over exposure."""
        if self.exposure is None:
            return self.values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(self.exposure > 0, self.values / self.exposure, np.nan))

    @property
    def treated(self) -> NDArray[np.bool_]:
        """Which units were ever treated."""
        never: NDArray[np.bool_] = np.asarray(self.began != np.iinfo(np.int64).max)
        return never

    @property
    def after(self) -> int:
        """The first treated place of all."""
        return int(self.began.min())


@dataclass(frozen=True)
class Terms:
    """How an effect is asked for; the defaults are what `voc effect` does without options."""

    direction: str = "decrease"
    smallest: float = 0.1
    alpha: float = 0.05
    scale: str = "auto"
    shape: str = "auto"
    errors: str = "auto"
    controls: str = "never"
    pairs: int | None = None
    trend: bool = True
    washout: int = 0
    name: str = "指标"
    base: int = 1  # places before a cohort's go-live whose mean it is compared with


@dataclass(frozen=True)
class Check:
    """One diagnostic: its code and value, a sentence, and the fault it raises (empty: none)."""

    code: str
    value: Any
    sentence: str
    fault: str = ""


@dataclass(frozen=True)
class Path:
    """What a picture shows: places, what was seen, what was expected without the action, and its band."""

    places: Floats
    seen: Floats
    expected: Floats
    low: Floats
    high: Floats
    events: bool = False  # places are steps since treatment, `seen` effects with low and high


@dataclass(frozen=True)
class Answer:
    """An effect with everything that goes with it."""

    effect: Effect
    verdict: Verdict
    why: str
    checks: list[Check]
    path: Path
    others: list[dict[str, Any]] = field(default_factory=list)  # the same question under other assumptions
    details: dict[str, Any] = field(default_factory=dict)
