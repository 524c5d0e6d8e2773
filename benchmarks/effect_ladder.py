"""Published effects beside ours, and how often each rung credits nothing: `voc effect` measured.

Run: python -m benchmarks.effect_ladder [--loops 200] [--seed 1] [--published] [--calibration] [--rungs its] [--speed]
Without a choice all three are printed. The series are those of the public data folder (VOC_PUBLIC_DATA). The
calibration plays weekly series in which nothing happens: rates that wander (gamma, correlation 0.3 from week to
week), a yearly season of ±15 % shared by all units, 104 weeks before and 26 after.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cli.effect_input import Asked, read
from voc.effect import before_after, cohort, did, its, ladder, synthetic
from voc.effect.intervals import quantile
from voc.effect.its import Series
from voc.effect.panel import Terms

Floats = NDArray[np.float64]

DATA = Path(os.environ.get("VOC_PUBLIC_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
YEAR, BEFORE, AFTER, UNITS = 365.25 / 7, 104, 26, 13
LEVELS = ((10, 1.5), (30, 2.0), (100, 3.0), (1000, 11.0))  # complaints a week, variance over mean
SHARED, SEASON, SMALLEST = 0.3, 0.15, 0.1
PROP99 = (
    "prop99_california.csv --time Year --value PacksPerCapita --unit State --treated California "
    "--intervention 1989"
)
SICILY = "sicily_smoking_ban.csv --time year+month --value aces --exposure stdpop --intervention 2005-01"
STEP = f"{SICILY} --season 0 --shape level --errors poisson"
MPDTA = "mpdta_minimum_wage.csv --time year --value lemp --unit countyreal --group first.treat --scale log"
GOOGLE = "ci_google.csv --time date --value y --control x1 --control x2 --intervention 2020-03-02 --direction increase"
NOTHING = (
    "ci_comparison.csv --time DATE --value CHANGED --control NOT_CHANGED_1 --control NOT_CHANGED_2 "
    "--control NOT_CHANGED_3 --intervention 2019-07-15"
)
PUBLISHED = (
    ("California's tobacco tax, DiD", "−27.349", f"{PROP99} --design did"),
    ("the same, synthetic control, outcome only", "−19.514", PROP99),
    ("the same, synthetic DiD", "−15.604 (s.e. 8.4)", f"{PROP99} --design sdid"),
    ("Sicily's smoking ban, Poisson step", "0.894 (0.865–0.925)", STEP),
    ("the same, as we would do it", "0.885 (0.839–0.933), two harmonics", SICILY),
    ("minimum wage, simple mean of ATT(g,t)", "−0.0400", MPDTA),
    ("the same, negative binomial", "", f"{SICILY} --design its-nb"),
    ("advertising (CausalImpact)", "+21 % (14–28)", f"{GOOGLE} --design bsts"),
    ("the same as we would do it (CausalImpact's series)", "", GOOGLE),
    ("a true null (CausalImpact)", "−0.8 % (−2.6–1.0)", f"{NOTHING} --design bsts"),
    ("the same as we would do it (CausalImpact's series)", "", NOTHING),
)  # fmt: skip
TAKEN = {"--time": "time", "--value": "value", "--exposure": "exposure", "--unit": "unit", "--treated": "treated",
         "--group": "group", "--intervention": "intervention", "--season": "season"}  # fmt: skip


def main() -> None:
    """Print what was asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--loops", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--rungs", default=",".join(DESIGNS), help="of the calibration")
    for name in ("published", "calibration", "speed"):
        options.add_argument(f"--{name}", action="store_true")
    chosen = options.parse_args()
    every = not (chosen.published or chosen.calibration or chosen.speed)
    if chosen.published or every:
        published()
    if chosen.calibration or every:
        calibration(chosen.loops, chosen.seed, chosen.rungs.split(","))
    if chosen.speed or every:
        speed(chosen.seed)


def published() -> None:
    """Each published value beside ours, with the command."""
    print("| series | published | ours | verdict | command |\n|---|---|---|---|---|")
    for name, value, command in PUBLISHED:
        found = ask(command)
        one = found.effect
        shown = f"{one.estimate:.5g} ({one.low:.4g} – {one.high:.4g})"
        if "CausalImpact" in name:
            shown = "{:+.1%} ({:+.1%} – {:+.1%})".format(*one.change)
        print(f"| {name} | {value} | {shown} | {found.verdict.name} | `voc effect {command}` |")
    table = ask(MPDTA).details["att_gt"]
    print(
        "\nATT(g,t) of the minimum wage, place of cohort and time from 2003 = 0, published to four digits the same:"
    )
    print(json.dumps({f"{2003 + r['cohort']},{2003 + r['time']}": round(r["att"], 4) for r in table}))


def ask(command: str) -> Any:
    """What `voc effect` answers."""
    file, *words = shlex.split(command)
    pairs = list(zip(words[::2], words[1::2], strict=True))
    asked = {TAKEN[key]: value for key, value in pairs if key in TAKEN}
    control = tuple(value for key, value in pairs if key == "--control")
    rest = {key[2:]: value for key, value in pairs if key not in TAKEN and key != "--control"}
    design = rest.pop("design", "auto")
    table = read(DATA / "before_after_series" / file, Asked(**asked, control=control))
    return ladder.measure(table.panel, Terms(**rest, pairs=0 if asked.get("season") == "0" else None), design)


@dataclass
class Tally:
    """Loops in which nothing was credited as an improvement, and in which the interval held nothing."""

    effective: int = 0
    covered: int = 0


def calibration(loops: int, seed: int, rungs: Sequence[str]) -> None:
    """False-effective rate and coverage of each rung, and of two usual rules, where nothing happens."""
    print(
        f"\nNothing happens, {loops} loops; false 有效 or 部分有效 (nominal 2.5 %) / coverage of the 95 % interval\n"
    )
    print(f"| a week | {' | '.join(rungs)} | fell by 20 % | Poisson test |\n|{'---|' * (len(rungs) + 3)}")
    for mean, dispersion in LEVELS:
        rng = np.random.default_rng(seed)
        tallies = {name: Tally() for name in rungs}
        drop = poisson = 0
        for _ in range(loops):
            panel = _panel(rng, mean, dispersion)
            for name in rungs:
                low, high = DESIGNS[name](panel)
                tallies[name].effective += high < 0
                tallies[name].covered += low <= 0 <= high
            old, new = panel[0, BEFORE - 4 : BEFORE].sum(), panel[0, BEFORE : BEFORE + 4].sum()
            drop += new <= 0.8 * old
            poisson += stats.binom.cdf(new, old + new, 0.5) < 0.025
        cells = [f"{one.effective / loops:.1%} / {one.covered / loops:.1%}" for one in tallies.values()]
        print(f"| {mean} | {' | '.join(cells)} | {drop / loops:.1%} | {poisson / loops:.1%} |", flush=True)


def _panel(rng: np.random.Generator, mean: float, dispersion: float) -> Floats:
    """Counts (units, weeks); the first unit is the one with an action that does nothing."""
    weeks = BEFORE + AFTER
    shape = mean / (dispersion - 1)
    noise = rng.standard_normal((UNITS, weeks))
    for week in range(1, weeks):
        noise[:, week] = SHARED * noise[:, week - 1] + np.sqrt(1 - SHARED**2) * noise[:, week]
    rates = stats.gamma.ppf(stats.norm.cdf(noise), shape) / shape
    season = np.exp(SEASON * np.sin(2 * np.pi * np.arange(weeks) / YEAR + rng.uniform(0, 2 * np.pi)))
    return np.asarray(rng.poisson(mean * rates * season), dtype=np.float64)


def _its(panel: Floats) -> tuple[float, float]:
    return its.interrupted(Series(panel[0], BEFORE, "counts", None, YEAR)).interval()


def _before_after(panel: Floats) -> tuple[float, float]:
    old, new = panel[0, BEFORE - 26 : BEFORE], panel[0, BEFORE:]
    found = before_after.rate_ratios(old, np.ones(26), new, np.ones(26), block=1)
    return float(np.log(max(found.low, 1e-9))), float(np.log(found.high))


def _controlled(panel: Floats) -> tuple[float, float]:
    total = panel[:2].sum(axis=0)
    return its.interrupted(Series(panel[0], BEFORE, "shares", np.maximum(total, 1.0), YEAR)).interval()


def _did(panel: Floats) -> tuple[float, float]:
    return did.difference(panel, np.arange(UNITS) < 4, BEFORE).interval()


def _synthetic(panel: Floats) -> tuple[float, float]:
    months = panel[:, : 130 // 4 * 4].reshape(UNITS, -1, 4).sum(axis=2)
    return synthetic.synthetic_control(months[0], months[1:], BEFORE // 4).interval()


def _cohort(panel: Floats) -> tuple[float, float]:
    months = panel[:, : 130 // 13 * 13].reshape(UNITS, -1, 13).sum(axis=2)
    began = np.array([5, 5, 5, 8, 8, 8] + [cohort.NEVER] * (UNITS - 6))
    found = cohort.overall(cohort.cells(months, began), began)
    half = float(quantile(0.05, 5)) * found.error
    return found.estimate - half, found.estimate + half


DESIGNS: dict[str, Callable[[Floats], tuple[float, float]]] = {
    "cohort": _cohort, "did": _did, "sc": _synthetic, "cits": _controlled, "its": _its,
    "before-after": _before_after,
}  # fmt: skip


def speed(seed: int) -> None:
    """CPU time per verification beside a loop over statsmodels' formula models."""
    import pandas as pd
    import statsmodels.formula.api as smf
    from statsmodels.api import families

    rng = np.random.default_rng(seed)
    panels = [_panel(rng, 100, 3.0) for _ in range(20)]
    print("\n| rung | CPU ms per verification |\n|---|---|")
    for name, design in DESIGNS.items():
        print(f"| {name} | {_timed(lambda p, d=design: d(p), panels):.2f} |")
    place = np.arange(BEFORE + AFTER)

    def formula(panel: Floats) -> Any:
        angle = 2 * np.pi * place / YEAR
        columns = {
            "y": panel[0],
            "t": place,
            "after": place >= BEFORE,
            "s": np.sin(angle),
            "c": np.cos(angle),
        }
        frame = pd.DataFrame(columns)
        model = smf.glm("y ~ t + after + s + c", frame, family=families.Poisson())
        return model.fit(cov_type="HAC", cov_kwds={"maxlags": 4})

    print(f"| its by statsmodels' formula model with Newey–West | {_timed(formula, panels):.2f} |")


def _timed(work: Callable[[Floats], Any], panels: list[Floats]) -> float:
    work(panels[0])
    start = time.process_time()
    for panel in panels:
        work(panel)
    return 1000 * (time.process_time() - start) / len(panels)


if __name__ == "__main__":
    main()
