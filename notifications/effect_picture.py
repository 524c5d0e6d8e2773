"""The picture of one effect in a report: what was seen, the go-live, and what was expected without the measure.

Readable in grey: what was seen is a full dark line with points, what was expected a dashed one with a pale band.
"""

from __future__ import annotations

import math
from typing import Any

from notifications.charts import ACCENT, INK, LINE, MUTED, svg
from voc.reporting.facts import Picture

WIDTH, HEIGHT = 470, 200
BAND = "#cfd9e3"
MANY = 60  # bins from which on points would touch each other


def effect(picture: Picture, title: str) -> str:
    """Draw a picture as inline SVG."""
    import altair as alt

    rows = _rows(picture)
    x = alt.X("at:T", title=None, scale=alt.Scale(type="utc", padding=6), axis=_time_axis(rows))
    y = alt.Y(
        "seen:Q",
        title=None,
        scale=alt.Scale(domainMin=0, nice=True),
        axis=alt.Axis(tickCount=4, format=".3~r"),
    )
    base = alt.Chart(alt.Data(values=rows)).encode(x=x)
    banded = [row for row in rows if row["low"] is not None]
    layers: list[Any] = [
        alt.Chart(alt.Data(values=banded)).mark_area(color=BAND, opacity=0.85).encode(
            x=x, y=alt.Y("low:Q", title=None), y2="high:Q"
        ),
        base.mark_line(color=MUTED, strokeWidth=1.8, strokeDash=[5, 3]).encode(y="expected:Q"),
        base.mark_line(color=LINE, strokeWidth=2.4).encode(y=y),
        base.mark_point(color=LINE, filled=True, size=0 if len(rows) > MANY else 24, opacity=1).encode(y=y),
        *_go_live(picture),
        *_labels(rows),
    ]  # fmt: skip
    return svg(alt.layer(*layers).properties(width=WIDTH - 90, height=HEIGHT), title)


def _rows(picture: Picture) -> list[dict[str, Any]]:
    columns = zip(picture.start, picture.observed, picture.expected, picture.low, picture.high, strict=True)
    return [
        {"at": day.isoformat(), "seen": _known(s), "expected": _known(e), "low": _known(a), "high": _known(b)}
        for day, s, e, a, b in columns
    ]


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _time_axis(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    form = "%Y-%m" if len(rows) > 2 * MANY else "%-m/%-d"
    return alt.Axis(format=form, tickCount=6, grid=False, labelOverlap="parity", labelSeparation=4)


def _go_live(picture: Picture) -> list[Any]:
    import altair as alt

    base = alt.Chart(alt.Data(values=[{"at": picture.went_live.isoformat(), "label": "措施上线"}]))
    x = alt.X("at:T", scale=alt.Scale(type="utc"))
    return [
        base.mark_rule(color=ACCENT, strokeWidth=1.6, strokeDash=[2, 2]).encode(x=x),
        base.mark_text(color=INK, fontSize=12, baseline="bottom", y=-4).encode(x=x, text="label:N"),
    ]


def _labels(rows: list[dict[str, Any]]) -> list[Any]:
    """Name both lines at their ends; where the ends meet, they are set apart."""
    import altair as alt

    ends = [(words, column, next((row for row in reversed(rows) if row[column] is not None), None))
            for words, column in (("实际", "seen"), ("无措施时", "expected"))]  # fmt: skip
    known = [(words, column, row) for words, column, row in ends if row is not None]
    top = max(
        (value for row in rows for value in (row["seen"], row["high"]) if value is not None), default=1.0
    )
    places = [float(row[column]) for _, column, row in known]
    if len(places) == 2 and abs(places[0] - places[1]) < 0.09 * top:
        middle, half = sum(places) / 2, 0.05 * top
        places = [middle + half, middle - half] if places[0] >= places[1] else [middle - half, middle + half]
    colours = {"seen": LINE, "expected": MUTED}
    return [
        alt.Chart(alt.Data(values=[{"at": row["at"], "y": place, "label": words}]))
        .mark_text(align="left", dx=7, fontSize=12, color=colours[column])
        .encode(x=alt.X("at:T", scale=alt.Scale(type="utc")), y="y:Q", text="label:N")
        for (words, column, row), place in zip(known, places, strict=True)
    ]
