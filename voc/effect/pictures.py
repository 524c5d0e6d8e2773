"""What a verification shows: a value a week as plain lists, on a scale that people read."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.effect.before_after import Effect
from voc.effect.contract import Contract
from voc.effect.panel import Path
from voc.effect.weeks import Calendar

Floats = NDArray[np.float64]
SAID = {"complaint_rate": ("每千单投诉", 1000.0), "complaint_share": ("每百条反馈中的投诉", 100.0)}


def flat(y: Floats, e: Floats, weeks: Calendar, effect: Effect, critical: float) -> Path:
    """The course of before/after: the level before, with the band of that level alone."""
    counts, exposure = weeks.gather(y), weeks.gather(e)
    seen = np.where(weeks.kept & (exposure > 0), counts / np.where(exposure > 0, exposure, 1.0), np.nan)
    events = max(effect.diagnostics["events_before"], 1.0)
    reach = critical * math.sqrt(effect.dispersion / events)
    level = np.full(len(seen), effect.before)
    return Path(
        np.arange(len(seen), dtype=float), seen, level, level * math.exp(-reach), level * math.exp(reach)
    )


def picture_of(
    path: Path, weeks: Calendar, went_live: date, contract: Contract, scale: float = 1.0
) -> dict[str, Any]:
    """A picture as plain lists, one value per week; what is not counted is None."""
    unit, factor = SAID[contract.metric]
    shown = {
        name: [rounded(v * scale * factor) for v in getattr(path, part)]
        for name, part in (("observed", "seen"), ("expected", "expected"), ("low", "low"), ("high", "high"))
    }
    since = int(weeks.kept.argmax())
    lists = {name: [v if kept or name != "observed" else None for v, kept in zip(column, weeks.kept, strict=True)]
             for name, column in shown.items()}  # fmt: skip
    return {"start": [day.isoformat() for day in weeks.starts[since:]], "days": 7, "went_live": went_live.isoformat(),
            "unit": unit, **{name: column[since:] for name, column in lists.items()}}  # fmt: skip


def rounded(value: float) -> float | None:
    """A number for a picture; None where there is none."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
