"""Pictures of the leadership report: plain data in, inline SVG out.

Drawn by Altair and vl-convert, which keep labels as text, so no font has to be shipped; how much room they take is
measured with the font of our paper, because the machine may have no Chinese one. Each picture is drawn narrow (about
a phone and a half) and scales up: labels stay readable at 390 pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from notifications.fonts import whole_fonts
from notifications.vector import responsive

if TYPE_CHECKING:
    import altair as alt

FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"
INK, MUTED, GRID, LINE, ACCENT = "#1f2933", "#66727f", "#e4e8ec", "#2f5d8a", "#b8862b"
VERDICT_COLOURS = {
    "effective": "#2e7d5b",
    "partly_effective": "#7aa68d",
    "ineffective": "#b26a1f",
    "worse": "#b3372f",
    "insufficient": "#7b8794",
    "invalid_contract": "#7b8794",
    "not_identifiable": "#7b8794",
}
ROW_COLOURS = ["#2f5d8a", "#9db4c9", "#c3d0dc", "#d9c7a3", "#c98f5a", "#d5d9de"]
NARROW, WIDE = 440, 980
FEW = 4  # up to which each whole number has a line
LONG = 52  # weeks from which on a trend is a line without points and its axis names years


def svg(chart: alt.TopLevelMixin, title: str) -> str:
    """An Altair chart as one `<svg>` element that scales to its container and says what it shows."""
    import vl_convert

    _know_the_font()
    # Validation against the schema adds about a third to the drawing; vl-convert refuses a broken picture anyway.
    text: str = vl_convert.vegalite_to_svg(_configured(chart).to_dict(validate=False))
    return responsive(text, title)


@lru_cache(maxsize=1)
def _know_the_font() -> None:
    """Let labels be measured in Chinese: without a font they count for half and are cut off at the edges."""
    import vl_convert

    if (folder := whole_fonts()) is not None:
        vl_convert.register_font_directory(str(folder))


def _configured(chart: Any) -> Any:
    axis = {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
    }
    return (
        chart.configure(font=FONT, background="transparent", padding=4)
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", labelLimit=220, **axis)
        .configure_view(stroke=None)
        .configure_legend(labelFontSize=12, titleFontSize=12, orient="top", labelColor=INK)
    )


def trend(
    weeks: Sequence[date],
    values: Sequence[float],
    title: str,
    went_live: date | None = None,
    baseline: tuple[date, date] | None = None,
    followup: tuple[date, date] | None = None,
) -> str:
    """Weekly values of one problem, the compared windows shaded and the go-live day marked."""
    import altair as alt

    points = [{"week": w.isoformat(), "value": float(v)} for w, v in zip(weeks, values, strict=True)]
    long = len(points) > LONG
    time = alt.X(
        "week:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(format="%Y-%m" if long else "%-m/%-d", tickCount=5 if long else 7, grid=False),
    )
    value = alt.Y(
        "value:Q", title=None, scale=alt.Scale(domainMin=0, nice=True), axis=alt.Axis(**_steps(values))
    )
    base = alt.Chart(alt.Data(values=points)).encode(x=time, y=value)
    layers: list[Any] = [
        *_window(baseline, "基线期", "#dfe7ef"),
        *_window(followup, "观察期", "#e6efe4"),
        base.mark_line(color=LINE, strokeWidth=2, strokeJoin="round"),
        base.mark_point(color=LINE, filled=True, size=0 if long else 28, opacity=1),
        *_go_live(went_live),
    ]
    return svg(alt.layer(*layers).properties(width=NARROW - 50, height=170), title)


def _steps(values: Sequence[float]) -> dict[str, Any]:
    # Half a complaint stands on no axis.
    top = max(values, default=0)
    few = top <= FEW and all(float(value).is_integer() for value in values)
    return {"values": [*range(int(top) + 1)], "format": "d"} if few else {"tickCount": 4}


def _window(span: tuple[date, date] | None, label: str, colour: str) -> list[Any]:
    if span is None:
        return []
    import altair as alt

    last = span[1] + timedelta(days=1)
    middle = span[0] + (last - span[0]) / 2
    row = {"from": span[0].isoformat(), "to": last.isoformat(), "middle": middle.isoformat(), "label": label}
    base = alt.Chart(alt.Data(values=[row]))
    scale = alt.Scale(type="utc")
    return [
        base.mark_rect(color=colour, opacity=0.8).encode(x=alt.X("from:T", scale=scale), x2="to:T"),
        base.mark_text(color=MUTED, fontSize=11, baseline="bottom", y=-3).encode(
            x=alt.X("middle:T", scale=scale), text="label:N"
        ),
    ]


def _go_live(day: date | None) -> list[Any]:
    if day is None:
        return []
    import altair as alt

    base = alt.Chart(alt.Data(values=[{"day": day.isoformat(), "label": "措施上线"}]))
    x = alt.X("day:T", scale=alt.Scale(type="utc"))
    return [
        base.mark_rule(color=ACCENT, strokeWidth=1.5, strokeDash=[5, 3]).encode(x=x),
        base.mark_text(color=ACCENT, fontSize=11, align="center", baseline="bottom", y=-17).encode(
            x=x, text="label:N"
        ),
    ]


def forest(rows: Sequence[dict[str, Any]], title: str, width: int = NARROW) -> str:
    """Effects with their intervals: rows of label, verdict, change, low, high, smallest (all relative)."""
    import altair as alt

    kept = [_forest_row(i, row) for i, row in enumerate(rows)]
    low = min(-0.4, *(r["from"] for r in kept), *(r["smallest"] for r in kept))
    high = max(0.4, *(r["to"] for r in kept), *(r["smallest"] for r in kept))
    x = alt.Scale(domain=[low - 0.05, high + 0.05], nice=False)
    y = alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0.1))
    base = alt.Chart(alt.Data(values=kept)).encode(y=y)
    colour = alt.Color(
        "verdict:N",
        legend=None,
        scale=alt.Scale(domain=list(VERDICT_COLOURS), range=list(VERDICT_COLOURS.values())),
    )
    axis = alt.Axis(labelExpr="datum.value ? format(datum.value, '+.0%') : '0'", tickCount=6)
    label = {"align": "left", "fontSize": 12.5, "x": 2, "yOffset": -12}
    layers = [
        # Beside the intervals only: on paper nothing keeps a line out of the words above them.
        base.mark_tick(color=INK, thickness=1, size=28, yOffset=9).encode(x="zero:Q"),
        base.mark_tick(color=ACCENT, thickness=1.5, size=28, yOffset=9).encode(x="smallest:Q"),
        base.mark_rule(strokeWidth=2.5, yOffset=8).encode(
            x=alt.X("from:Q", scale=x, axis=axis, title="相对变化（负值＝下降）"), x2="to:Q", color=colour
        ),
        base.mark_point(filled=True, size=80, opacity=1, yOffset=8).encode(x="change:Q", color=colour),
        base.mark_text(**label, stroke="white", strokeWidth=5, strokeJoin="round").encode(text="label:N"),
        base.mark_text(**label, color=INK).encode(text="label:N"),
        base.mark_text(align="right", fontSize=12.5, x=width - 4, yOffset=-12, fontWeight="bold").encode(
            text="word:N", color=colour
        ),
    ]
    return svg(alt.layer(*layers).properties(width=width, height=52 * len(kept)), title)


def _forest_row(index: int, row: dict[str, Any]) -> dict[str, Any]:
    # An interval without an upper end, or far beyond, is drawn to the edge: the words carry the number.
    ends = {"from": max(row["low"], -1.0), "to": min(row["high"], 1.5)}
    return {
        **row,
        **ends,
        "high": None,
        "low": None,
        "change": min(row["change"], 1.5),
        "zero": 0,
        "row": index,
    }


def bars(rows: Sequence[dict[str, Any]], title: str, colour: str = LINE, width: int = NARROW) -> str:
    """Horizontal bars in the order given: rows of name, value and the text behind the bar."""
    import altair as alt

    kept = [{**row, "row": i} for i, row in enumerate(rows)]
    top = max([row["value"] for row in kept] + [1])
    base = alt.Chart(alt.Data(values=kept)).encode(
        y=alt.Y(
            "name:N",
            sort=alt.EncodingSortField("row"),
            title=None,
            axis=alt.Axis(domain=False, ticks=False, labelColor=INK, labelPadding=8),
        ),
        x=alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, top * (width - 150) / (width - 270)])),
    )
    bar = base.mark_bar(color=colour, size=16, cornerRadiusEnd=2)
    part = base.mark_bar(color=LINE, size=16, cornerRadiusEnd=2).encode(x=alt.X("part:Q", axis=None))
    text = base.mark_text(align="left", dx=6, fontSize=12, color=INK).encode(text="text:N")
    layers = [bar, part, text] if any("part" in row for row in kept) else [bar, text]
    return svg(alt.layer(*layers).properties(width=width - 150, height=28 * len(kept)), title)


def accounting(rows: Sequence[tuple[str, int]], title: str) -> str:
    """One bar of all rows read, cut into where they went; the table below it names the colours."""
    import altair as alt

    kept = [{"part": name, "rows": count, "order": i} for i, (name, count) in enumerate(rows)]
    names = [row["part"] for row in kept]
    chart = (
        alt.Chart(alt.Data(values=kept))
        .mark_bar(size=34)
        .encode(
            x=alt.X("rows:Q", stack="zero", title=None, axis=None),
            order=alt.Order("order:Q"),
            color=alt.Color(
                "part:N",
                sort=names,
                scale=alt.Scale(domain=names, range=ROW_COLOURS[: len(names)]),
                legend=None,
            ),
        )
    )
    return svg(chart.properties(width=NARROW, height=40), title)


def sparkline(values: Sequence[float], title: str) -> str:
    """A line of words' height, for a table cell; drawn by hand because a table has many."""
    if len(values) < 2:
        return ""
    top = max(values) or 1
    step = 96 / (len(values) - 1)
    points = " ".join(f"{2 + i * step:.1f},{22 - 20 * v / top:.1f}" for i, v in enumerate(values))
    last_x, last_y = points.split(" ")[-1].split(",")
    return (
        f'<svg class="spark" role="img" aria-label="{escape(title)}" viewBox="0 0 100 24" width="100">'
        f'<polyline points="{points}" fill="none" stroke="{LINE}" stroke-width="1.5"/>'
        f'<circle cx="{last_x}" cy="{last_y}" r="2.2" fill="{LINE}"/></svg>'
    )
