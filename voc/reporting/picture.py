"""The picture of an effect from daily counts, for verdicts that were stored without one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voc.reporting.facts import Picture

Z = 1.959963984540054
BIN_DAYS = 7
PER = {"complaint_rate": (1000.0, "每千单投诉"), "complaint_share": (100.0, "占反馈的百分比")}


def from_days(
    days: Sequence[date],
    events: ArrayLike,
    exposure: ArrayLike,
    went_live: date,
    baseline: tuple[date, date],
    metric: str,
    dispersion: float | None,
) -> Picture | None:
    """Draw weekly rates, and after the go-live what the baseline's rate would have led to, with its 95 % band.

    Columns have the length of `days`. The band is that of a quasi-Poisson count about its expectation; it leaves
    out what is not known of the baseline itself, which the interval of the effect has. None without any exposure.
    """
    count, size = np.asarray(events, np.float64), np.nan_to_num(np.asarray(exposure, np.float64))
    if not len(days) or not size.sum():
        return None
    # Bins are cut from the go-live: no bin may hold days before and after it.
    place = np.array([(day - went_live).days // BIN_DAYS for day in days])
    bins = np.unique(place)
    seen = np.array([[count[place == b].sum(), size[place == b].sum(), (place == b).sum()] for b in bins])
    whole = seen[:, 2] == BIN_DAYS
    bins, seen = bins[whole], seen[whole]
    inside = np.array([baseline[0] <= day <= baseline[1] for day in days])
    rate = count[inside].sum() / size[inside].sum() if size[inside].sum() else np.nan
    per, unit = PER.get(metric, (1.0, ""))
    return _drawn(bins, seen, rate, max(dispersion or 1.0, 1.0), per, unit, went_live)


def _drawn(
    bins: NDArray[np.int64],
    seen: NDArray[np.float64],
    rate: float,
    spread: float,
    per: float,
    unit: str,
    live: date,
) -> Picture:
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = np.where(seen[:, 1] > 0, per * seen[:, 0] / seen[:, 1], np.nan)
        half = np.where(seen[:, 1] > 0, Z * per * np.sqrt(spread * rate / seen[:, 1]), np.nan)
    expected = np.full(len(bins), per * rate)
    after = bins >= 0
    low, high = np.maximum(expected - half, 0.0), expected + half
    return Picture(
        tuple(live + timedelta(days=int(b) * BIN_DAYS) for b in bins),
        BIN_DAYS,
        tuple(observed.tolist()),
        tuple(np.where(after, expected, np.nan).tolist()),
        tuple(np.where(after, low, np.nan).tolist()),
        tuple(np.where(after, high, np.nan).tolist()),
        live,
        unit,
    )
