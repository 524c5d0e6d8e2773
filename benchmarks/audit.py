"""The audit's intervals: how often they hold the true share, on simulated weeks: `python -m benchmarks.audit`."""

from __future__ import annotations

import sys

import numpy as np

from voc.audit.drawing import draw, strata_of
from voc.audit.estimating import corrected

TYPES = ("complaint", "enquiry", "praise", "suggestion")
# Rows: what is true; columns: what the model says. Three models, from good to poor.
MODELS = {
    "good": [
        [0.94, 0.02, 0.02, 0.02],
        [0.05, 0.88, 0.03, 0.04],
        [0.02, 0.01, 0.95, 0.02],
        [0.06, 0.05, 0.04, 0.85],
    ],
    "middling": [
        [0.85, 0.04, 0.07, 0.04],
        [0.12, 0.7, 0.08, 0.1],
        [0.05, 0.03, 0.88, 0.04],
        [0.15, 0.08, 0.12, 0.65],
    ],
    "poor": [[0.7, 0.08, 0.14, 0.08], [0.25, 0.5, 0.1, 0.15], [0.12, 0.05, 0.78, 0.05], [0.3, 0.1, 0.2, 0.4]],
}
TRUTHS = {
    "mixed": [0.35, 0.15, 0.4, 0.1],
    "praise": [0.12, 0.03, 0.82, 0.03],
    "complaints": [0.7, 0.15, 0.1, 0.05],
}


def week(
    rng: np.random.Generator, truth: list[float], model: list[list[float]], size: int
) -> tuple[np.ndarray, ...]:
    """What is true of each row, what the model says, and how sure it is: surer where it is right."""
    true = rng.choice(4, size, p=truth)
    said = (np.cumsum(model, axis=1)[true] < rng.random(size)[:, None]).sum(axis=1).clip(0, 3)
    sure = np.where(said == true, rng.beta(8, 1.5, size), rng.beta(4, 2.5, size))
    return true, said, sure


def cover(truth: list[float], model: list[list[float]], sample: int, size: int, times: int) -> np.ndarray:
    """Count for each class how often the interval holds the truth, with mean width and bias, also of the raw share."""
    rng = np.random.default_rng(11)
    told = np.zeros((4, 4))
    for time in range(times):
        true, said, sure = week(rng, truth, model, size)
        strata, names = strata_of([TYPES[kind] for kind in said], sure)
        drawn = draw(strata, [["" for _ in range(size)]], sample, time)
        for kind in range(4):
            real, raw = float((true == kind).mean()), float((said == kind).mean())
            mine = np.array([name.rstrip("?") == TYPES[kind] for name in names])
            share = corrected(drawn.sizes, mine, drawn.strata, (true[drawn.rows] == kind).astype(float))
            told[kind] += [
                share.low <= real <= share.high,
                share.high - share.low,
                share.corrected - real,
                raw - real,
            ]
    return told / times


def main() -> None:
    """Print coverage by model, truth and size of the sample."""
    times = 300 if "--quick" in sys.argv else 1500
    everything = []
    print(
        "model     truth       sample  class        covered  width  bias of corrected  bias of the model's own"
    )
    for model, confused in MODELS.items():
        for truth, shares in TRUTHS.items():
            for sample in (60, 240):
                told = cover(shares, confused, sample, 1500, times)
                everything.append(told[:, 0])
                for kind, (held, width, bias, raw) in zip(TYPES, told, strict=True):
                    print(
                        f"{model:9} {truth:11} {sample:6}  {kind:11} {held:8.1%} {width:6.3f} {bias:+9.4f} {raw:+19.3f}"
                    )
    values = np.concatenate(everything)
    print(f"all: {values.mean():.1%} covered; least {values.min():.1%}, most {values.max():.1%}")


if __name__ == "__main__":
    main()
