"""The rungs that compare units: cohorts, two groups, and one unit against a mix of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from voc.effect import cohort, did, significance, synthetic
from voc.effect import diagnostics as checks
from voc.effect.before_after import Effect
from voc.effect.panel import Answer, Floats, Panel, Path, Terms, mean_known
from voc.effect.rungs import answer, effect_of, group_path
from voc.errors import InputError


def scaled(panel: Panel, terms: Terms) -> tuple[Floats, str]:
    """The rates, or their logs where a ratio is asked for."""
    rates = panel.rates
    if terms.scale != "ratio":
        return rates, "log" if terms.scale == "log" else "difference"
    if (rates <= 0).any():
        raise InputError("有不大于 0 的数值，不能按比值比较；请用 --scale difference。")
    return np.log(rates), "ratio"


def from_difference(design: str, scale: str, found: Any, interval: tuple[float, float], level: float, seen: float,
                     sides: tuple[int, int], **facts: Any) -> Effect:  # fmt: skip
    """An effect from a difference, or from one of logarithms as a ratio."""
    values: tuple[float, float, float] = (found.estimate, *interval)
    if scale == "ratio":
        one, low, high = (float(v) for v in np.exp(np.minimum(values, 700.0)))
        values = one, low, high
        level, seen = float(np.exp(level)), float(np.exp(seen))
    return effect_of(design, scale, *values, found.p_value, level, seen, 1.0, sides, **facts)


def differences(panel: Panel, terms: Terms) -> Answer:
    """DiD with errors clustered by unit."""
    y, scale = scaled(panel, terms)
    y = without_washout(y, panel, terms)
    _, both = did.changes(y, panel.after)
    if not (both & panel.treated).any() or not (both & ~panel.treated).any():
        raise InputError("实施单位或对照单位里，没有一个在上线前后都有数值。")
    found = did.difference(y, panel.treated, panel.after)
    sides = (panel.after, y.shape[1] - panel.after)
    effect = from_difference("did", scale, found, found.interval(terms.alpha), found.before, found.after, sides,
                              standard_error=found.error, df=found.df, wait=0)  # fmt: skip
    own, other = (mean_known(y[who]) for who in (panel.treated, ~panel.treated))
    shift = mean_known(own[: panel.after]) - mean_known(other[: panel.after])
    half = found.interval(terms.alpha)[1] - found.estimate
    path = group_path(own, other + shift, half, panel.after)
    tested = [
        checks.few_units(found.treated, found.controls),
        *checks.parallel(y, panel.treated, panel.after, found),
    ]
    other_models = [{"model": "不要求每个单位前后都有值（合并均值）", "estimate": found.facts["pooled"]}]
    return answer(effect, terms, tested, path, others=other_models, details=found.facts)


def without_washout(y: Floats, panel: Panel, terms: Terms) -> Floats:
    """The values with nothing known during the wash-out."""
    if not terms.washout:
        return y
    cut = y.copy()
    cut[:, panel.after : panel.after + terms.washout] = np.nan
    return cut


def synthetic_controls(panel: Panel, terms: Terms) -> Answer:
    """Synthetic control for the treated units' mean."""
    y, scale = scaled(panel, terms)
    own = mean_known(y[panel.treated])
    whole = np.isfinite(y).all(axis=1) & ~panel.treated
    if whole.sum() < 2 or not np.isfinite(own).all():
        raise InputError("合成对照至少要两个各期都有值的对照单位，且实施单位各期都要有值。")
    pool, after = y[whole], panel.after
    found = synthetic.synthetic_control(own, pool, after)
    level, seen = float(found.expected[after:].mean()), float(own[after:].mean())
    facts = {"standard_error": found.error, "df": found.df, "wait": 0, "placebo_p": found.p_placebo}
    sides = (after, y.shape[1] - after)
    effect = from_difference("sc", scale, found, found.interval(terms.alpha), level, seen, sides, **facts)
    tested = [checks.few_units(int(panel.treated.sum()), int(whole.sum())),
              *checks.fit_before(found, own, pool, after, terms.smallest)]  # fmt: skip
    names = [panel.units[i] for i in np.flatnonzero(whole)]
    weights = {name: round(float(w), 4) for name, w in zip(names, found.weights, strict=True) if w > 5e-4}
    half = found.interval(terms.alpha)[1] - found.estimate
    details = {"weights": weights, "pre_rmspe": found.fit, "placebos": int(found.used.sum()),
               "dropped_units": int((~whole & ~panel.treated).sum())}  # fmt: skip
    return answer(effect, terms, tested, group_path(own, found.expected, half, after), details=details)


def cohorts(panel: Panel, terms: Terms) -> Answer:
    """Callaway–Sant'Anna by cohort and time."""
    y, scale = scaled(panel, terms)
    whole = np.isfinite(y).all(axis=1) & (panel.began > 0)
    covariates = None if panel.covariates is None else panel.covariates[whole]
    y, began = y[whole], panel.began[whole]
    found = cohort.cells(y, began, terms.controls, covariates, terms.base)
    if not [c for c in found if c.time >= c.cohort]:
        raise InputError("没有可用的对照：未实施（或当时尚未实施）的单位太少，无法按批次比较。")
    total = cohort.overall(found, began)
    treated, never = int((began != cohort.NEVER).sum()), int((began == cohort.NEVER).sum())
    df = max(min(treated, max(never, treated if terms.controls == "not-yet" else never)) - 1, 1)
    half = float(significance.student(terms.alpha, df)) * total.error
    seen = float(np.mean([y[began == c.cohort, c.time].mean() for c in found if c.time >= c.cohort]))
    interval = (total.estimate - half, total.estimate + half)
    effect = from_difference("cohort", scale, total, interval, seen - total.estimate, seen, (0, 0),
                              standard_error=total.error, df=df, wait=0)  # fmt: skip
    tested = [
        checks.few_units(treated, never),
        checks.cohorts(found, began, total.estimate, df),
        *checks.dropped(int((~whole).sum())),
    ]
    details = _cohort_details(found, began, int((~whole).sum()))
    return answer(effect, terms, tested, _event_path(found, began), details=details)


def _cohort_details(found: list[cohort.Cell], began: Any, dropped: int) -> dict[str, Any]:
    shown = [
        {"cohort": c.cohort, "time": c.time, "att": c.estimate, "se": c.error, "units": c.units}
        for c in found
    ]
    kinds = {kind: cohort.overall(found, began, kind) for kind in ("simple", "group", "dynamic")}
    return {
        "att_gt": shown,
        "aggregates": _told(kinds),
        "by_cohort": _told(cohort.by_cohort(found, began)),
        "by_exposure": _told(cohort.by_exposure(found, began)),
        "uniform_critical": cohort.uniform_critical(found),
        "dropped_units": dropped,
    }


def _told(means: Mapping[Any, cohort.Aggregate]) -> dict[Any, dict[str, float]]:
    return {key: {"att": one.estimate, "se": one.error} for key, one in means.items()}


def _event_path(found: list[cohort.Cell], began: Any) -> Path:
    steps = cohort.by_exposure(found, began)
    values, errors = (
        np.array([getattr(one, part) for one in steps.values()]) for part in ("estimate", "error")
    )
    places = np.array(list(steps), dtype=np.float64)
    return Path(places, values, np.zeros(len(values)), values - 1.96 * errors, values + 1.96 * errors, True)
