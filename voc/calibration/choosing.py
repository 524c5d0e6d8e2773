"""Which of many series to rehearse: a few that span the volumes from small to large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from voc.calibration.world import Floats, World, habits

MOST = 4
LEAST_WEEKLY = 3.0  # complaints a week below which no measure could ever be judged


def span_volumes(
    series: Mapping[str, Floats],
    exposure: Floats | None = None,
    most: int = MOST,
    steps: Mapping[str, Sequence[int]] | None = None,
) -> list[World]:
    """Habits of `most` series, evenly spread over the ranks of their weekly means, smallest first.

    `steps`: weeks from which on the level of a series is another for a reason that is known.
    """
    means = {name: float(y.mean()) for name, y in series.items() if y.size and y.mean() >= LEAST_WEEKLY}
    ranked = sorted(means, key=lambda name: (means[name], name))
    places = (
        sorted({round(p) for p in np.linspace(0, len(ranked) - 1, min(most, len(ranked)))}) if ranked else []
    )
    known = steps or {}
    return [habits(series[ranked[p]], exposure, ranked[p], known.get(ranked[p], ())) for p in places]
