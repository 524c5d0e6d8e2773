"""What a verification costs on each rung, beside a loop over statsmodels' formula models; and ten thousand in one run.

Run: python -m benchmarks.verifications [--series 40] [--whole 10000] [--seed 1]
CPU time of this process, one thread. The rungs are the estimators of `voc.effect` alone, on the same arrays as the
formula models; "whole" is `voc.effect.verification.judge_series`: estimate, checks, verdict, picture.
"""

from __future__ import annotations

import argparse
import os

# Before numpy loads: threads of the linear algebra would hide what one verification costs.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import time
import warnings
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.calibration.world import YEAR, simulate, usual
from voc.effect import before_after, cohort, did, its, negative_binomial, synthetic, synthetic_did
from voc.effect.contract import Contract
from voc.effect.its import Series
from voc.effect.verification import judge_series

Floats = NDArray[np.float64]
Work = Callable[[Floats], Any]

BEFORE, AFTER, UNITS = 104, 26, 13
PLACE = np.arange(BEFORE + AFTER)
TREATED = np.arange(UNITS) < 4
FIRST = date(2024, 1, 1)
LIVE = FIRST + timedelta(days=7 * BEFORE)


def main() -> None:
    """Print both tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--series", type=int, default=40)
    options.add_argument("--whole", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(chosen.seed)
    days = [simulate(usual(100), UNITS, BEFORE + AFTER, rng) for _ in range(chosen.series)]
    panels = [one.reshape(UNITS, -1, 7).sum(axis=2) for one in days]
    print(
        "| rung | ours, ms | statsmodels' formula, ms | times faster | the formula |\n|---|---|---|---|---|"
    )
    for name, (ours, theirs, formula) in _rungs().items():
        own = _timed(ours, panels)
        other = _timed(theirs, panels[: max(len(panels) // 4, 5)]) if theirs else None
        told = f"{other:.2f} | {other / own:.0f}" if other else "— | —"
        print(f"| {name} | {own:.2f} | {told} | {formula} |", flush=True)
    whole(chosen.whole, chosen.seed)


def _rungs() -> dict[str, tuple[Work, Work | None, str]]:
    began = np.array([5, 5, 5, 8, 8, 8] + [cohort.NEVER] * (UNITS - 6))
    return {
        "cohort": (lambda p: cohort.overall(cohort.cells(_quarters(p), began), began), None, ""),
        "did": (lambda p: did.difference(p, TREATED, BEFORE), _did_formula,
                "`ols y ~ d + C(unit) + C(time)`, clustered"),
        "sc, 12 placebos": (_synthetic, None, ""),
        "sdid, 12 placebos": (_synthetic_did, None, ""),
        "cits": (_cits, _cits_formula, "`glm y + other ~ t + after + s + c`, binomial, HAC"),
        "its": (_its, _its_formula, "`glm y ~ t + after + s + c`, Poisson, HAC"),
        "its-nb": (lambda p: negative_binomial.interrupted(_series(p), "level", pairs=1), _nb_formula,
                   "`negativebinomial y ~ t + after + s + c`, HAC"),
        "before-after": (_before_after, _before_after_formula, "`glm y ~ after`, Poisson, φ by Pearson"),
        "before-after, 1,000 at once": (_batch, None, ""),
    }  # fmt: skip


def _series(panel: Floats) -> Series:
    return Series(panel[0], BEFORE, "counts", None, YEAR)


def _its(panel: Floats) -> Any:
    return its.interrupted(_series(panel), "level", pairs=1).interval()


def _cits(panel: Floats) -> Any:
    total = np.maximum(panel[:2].sum(axis=0), 1.0)
    return its.interrupted(Series(panel[0], BEFORE, "shares", total, YEAR), "level", pairs=1).interval()


def _before_after(panel: Floats) -> Any:
    old, new = panel[0, BEFORE - AFTER : BEFORE], panel[0, BEFORE:]
    return before_after.rate_ratios(old, np.ones(AFTER), new, np.ones(AFTER), block=1)


def _batch(panel: Floats) -> Any:
    old, new = (np.tile(part, (1000, 1)) for part in (panel[0, BEFORE - AFTER : BEFORE], panel[0, BEFORE:]))
    return before_after.rate_ratios(old, np.ones_like(old), new, np.ones_like(new), block=1)


def _synthetic(panel: Floats) -> Any:
    return synthetic.synthetic_control(_months(panel)[0], _months(panel)[1:], BEFORE // 4).interval()


def _synthetic_did(panel: Floats) -> Any:
    return synthetic_did.synthetic_did(_months(panel)[:1], _months(panel)[1:], BEFORE // 4).interval()


def _months(panel: Floats) -> Floats:
    return np.asarray(panel[:, : 130 // 4 * 4].reshape(UNITS, -1, 4).sum(axis=2))


def _quarters(panel: Floats) -> Floats:
    return np.asarray(panel[:, : 130 // 13 * 13].reshape(UNITS, -1, 13).sum(axis=2))


def _frame(y: Floats) -> Any:
    import pandas as pd

    angle = 2 * np.pi * PLACE / YEAR
    return pd.DataFrame(
        {"y": y, "t": PLACE / 130, "after": 1.0 * (PLACE >= BEFORE), "s": np.sin(angle), "c": np.cos(angle)}
    )


def _its_formula(panel: Floats) -> Any:
    import statsmodels.formula.api as smf
    from statsmodels.api import families

    model = smf.glm("y ~ t + after + s + c", _frame(panel[0]), family=families.Poisson())
    return model.fit(cov_type="HAC", cov_kwds={"maxlags": 4}).conf_int()


def _cits_formula(panel: Floats) -> Any:
    import statsmodels.formula.api as smf
    from statsmodels.api import families

    frame = _frame(panel[0]).assign(other=panel[1])
    model = smf.glm("y + other ~ t + after + s + c", frame, family=families.Binomial())
    return model.fit(cov_type="HAC", cov_kwds={"maxlags": 4}).conf_int()


def _nb_formula(panel: Floats) -> Any:
    import statsmodels.formula.api as smf

    model = smf.negativebinomial("y ~ t + after + s + c", _frame(panel[0]))
    return model.fit(disp=0, maxiter=200, cov_type="HAC", cov_kwds={"maxlags": 4}).conf_int()


def _before_after_formula(panel: Floats) -> Any:
    import pandas as pd
    import statsmodels.formula.api as smf
    from statsmodels.api import families

    frame = pd.DataFrame({"y": panel[0, BEFORE - AFTER :], "after": np.repeat([0.0, 1.0], AFTER)})
    return smf.glm("y ~ after", frame, family=families.Poisson()).fit(scale="X2").conf_int()


def _did_formula(panel: Floats) -> Any:
    import pandas as pd
    import statsmodels.formula.api as smf

    unit, week = np.indices(panel.shape)
    after = (week >= BEFORE) & TREATED[:, None]
    frame = pd.DataFrame(
        {"y": panel.ravel(), "unit": unit.ravel(), "time": week.ravel(), "d": 1.0 * after.ravel()}
    )
    model = smf.ols("y ~ d + C(unit) + C(time)", frame)
    return model.fit(cov_type="cluster", cov_kwds={"groups": frame["unit"]}).conf_int()


def _timed(work: Work, panels: Sequence[Floats]) -> float:
    work(panels[0])
    start = time.process_time()
    for panel in panels:
        work(panel)
    return 1000 * (time.process_time() - start) / len(panels)


def whole(count: int, seed: int) -> None:
    """Time an enterprise's year of verifications, half of them interrupted series and half before/after."""
    rng = np.random.default_rng(seed)
    days = simulate(usual(30), min(count, 500), BEFORE + 9, rng)
    divisor = np.ones(days.shape[1])
    contracts = [
        Contract("p", design="its", baseline_days=7 * (BEFORE - 1)),
        Contract("p", design="before_after"),
    ]
    spent, wall = {c.design: 0.0 for c in contracts}, time.perf_counter()
    for number in range(count):
        contract = contracts[number % 2]
        start = time.process_time()
        judge_series(FIRST, days[number % len(days)], divisor, contract, LIVE)
        spent[contract.design] += time.process_time() - start
    each = ", ".join(f"{name} {1000 * 2 * total / count:.1f} ms" for name, total in spent.items())
    total, passed = sum(spent.values()), time.perf_counter() - wall
    print(
        f"\n{count:,} whole verifications in one run: {total:.0f} s of CPU, {passed:.0f} s by the clock; {each}"
    )


if __name__ == "__main__":
    main()
