"""Which of two designs to believe, decided by what they say of the time before: the outcome plays no part.

Made-up go-lives in the points before, where the truth is known to be nothing, show whether an interval holds it and
how wide it is. Interval score: Gneiting & Raftery (2007), J. Am. Stat. Assoc. 102:359.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from voc.effect import rungs, rungs_named, rungs_units
from voc.effect.before_after import Effect
from voc.effect.panel import Panel, Terms, mean_known
from voc.effect.synthetic import synthetic_control
from voc.errors import InputError

Design = Callable[[Panel, Terms], Effect]

LEAST_LONG = 42  # points before from which on some of them can be spared for made-up go-lives
ORIGINS = 5


@dataclass(frozen=True)
class Foretold:
    """Mean interval score of the relative change, and how many intervals did not hold that nothing happened."""

    score: float
    missed: int


def foretold(panel: Panel, terms: Terms, design: Design) -> Foretold:
    """Try a design on made-up go-lives in the second half of the points before."""
    scores, missed = [], 0
    for cut, end in _origins(panel):
        _, low, high = design(_until(panel, cut, end), terms).change
        out = max(low, -high, 0.0) if np.isfinite([low, high]).all() else 0.0
        missed += out > 0
        scores.append(high - low + 2 / terms.alpha * out)
    return Foretold(float(np.mean(scores)), missed)


def _origins(panel: Panel) -> list[tuple[int, int]]:
    """Places of made-up go-lives and the ends of what follows: as long as the real one, a quarter at most."""
    before, later = panel.after, panel.values.shape[1] - panel.after
    reach = max(3, min(later, before // 4))
    return [(int(cut), int(cut) + reach) for cut in np.linspace(before // 2, before - reach, ORIGINS)]


def _until(panel: Panel, cut: int, end: int) -> Panel:
    return replace(
        panel,
        values=panel.values[:, :end],
        began=np.where(panel.treated, cut, panel.began),
        exposure=None if panel.exposure is None else panel.exposure[:, :end],
        columns=None if panel.columns is None else panel.columns[:end],
    )


def beside_columns(panel: Panel, terms: Terms) -> tuple[str, str] | None:
    """The structural model in place of the regression, where it foretold known points better; with the reason."""
    if panel.after < LEAST_LONG or terms.errors != "auto" or terms.scale == "ratio":
        return None
    try:
        plain, deep = (foretold(panel, terms, one) for one in (_regression, rungs_named.structural_effect))
    except (InputError, np.linalg.LinAlgError):
        return None
    if deep.missed or deep.score >= plain.score:
        return None
    scores = f"区间得分 {deep.score:.2f}，比回归的 {plain.score:.2f} 更准"
    said = f"在上线前假设 {ORIGINS} 次上线，区间都含 0，{scores}"
    return "bsts", f"有 {_columns(panel)} 列对照序列，上线前 {panel.after} 个时点；{said}"


def _regression(panel: Panel, terms: Terms) -> Effect:
    return rungs.controlled(panel, terms).effect


def _columns(panel: Panel) -> int:
    return 0 if panel.columns is None else int(panel.columns.shape[1])


def mixes_well(panel: Panel, terms: Terms) -> bool:
    """Whether a mix of controls follows the one treated unit before, to within the smallest effect that matters."""
    y: NDArray[np.float64] = rungs_units.scaled(panel, terms)[0]
    own, whole = mean_known(y[panel.treated]), np.isfinite(y).all(axis=1) & ~panel.treated
    if whole.sum() < 2 or not np.isfinite(own).all():
        return True
    fit = synthetic_control(own, y[whole], panel.after).fit
    return bool(fit <= terms.smallest * abs(float(own[: panel.after].mean())))
