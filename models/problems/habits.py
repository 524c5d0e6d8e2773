"""Weekly complaints of every issue, from which the habits of the data are read."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from settings import asset_text
from voc.calibration.choosing import span_volumes
from voc.calibration.world import World
from voc.reading.taxonomy import parse_taxonomy

WEEKS = 156
QUERY = """
    WITH span AS (
        SELECT greatest(min(day), max(day) - 7 * :weeks + 1) AS first, max(day) AS last FROM issue_day
    )
    SELECT d.issue, (s.last - d.day) / 7 AS back, (s.last - s.first + 1) / 7 AS weeks, sum(d.events) AS events
    FROM issue_day d CROSS JOIN span s WHERE d.day >= s.first GROUP BY 1, 2, 3
"""
# What is known to have moved the level: a problem set in, and a measure went live. Not how the issue is by itself.
STEPS = """
    WITH span AS (
        SELECT greatest(min(day), max(day) - 7 * :weeks + 1) AS first, max(day) AS last FROM issue_day
    ), known AS (
        SELECT issue, detected_at AS at FROM problem WHERE issue IS NOT NULL
        UNION ALL
        SELECT p.issue, a.went_live FROM action a JOIN problem p ON p.id = a.problem_id
        WHERE p.issue IS NOT NULL AND a.went_live IS NOT NULL
    )
    SELECT k.issue, (s.last - CAST(k.at AT TIME ZONE 'Asia/Shanghai' AS date)) / 7 AS back
    FROM known k CROSS JOIN span s WHERE CAST(k.at AT TIME ZONE 'Asia/Shanghai' AS date) BETWEEN s.first AND s.last
"""


def own_worlds(session: Session) -> list[World]:
    """The habits of a few issues from small to large, over the last three years at most, per accepted feedback."""
    names = {issue.code: issue.name for issue in parse_taxonomy(asset_text("taxonomy.toml")).issues}
    counts: dict[str, dict[int, float]] = defaultdict(dict)
    weeks = 0
    for row in session.execute(text(QUERY), {"weeks": WEEKS}):
        counts[row.issue][row.back] = float(row.events)
        weeks = row.weeks
    series = {issue: _column(by_week, weeks) for issue, by_week in counts.items()}
    everything = series.pop("", None)
    steps: dict[str, list[int]] = defaultdict(list)
    for row in session.execute(text(STEPS), {"weeks": WEEKS}):
        steps[names.get(row.issue, row.issue)].append(weeks - 1 - row.back)
    named = {names.get(issue, issue): column for issue, column in series.items()}
    return span_volumes(named, everything, steps=steps)


def _column(by_week: dict[int, float], weeks: int) -> NDArray[np.float64]:
    return np.array([by_week.get(back, 0.0) for back in range(weeks - 1, -1, -1)])
