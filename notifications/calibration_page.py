"""The page of a rehearsal: one HTML file that shows how far our verdicts can be believed, and needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notifications.charts import ACCENT, INK, LINE, MUTED, svg
from notifications.pages import render
from settings import get_settings
from voc.calibration.loops import Terms
from voc.calibration.summary import COVERED, Row, sentence

WIDTH, STEP = 620, 64
RULES = {"credited": "本系统的结论", "poisson": "普通 Poisson 检验", "drop": "“下降 20% 就算有效”"}
SHAPES = {"credited": "circle", "poisson": "diamond", "drop": "square"}
COLOURS = {"credited": LINE, "poisson": ACCENT, "drop": MUTED}
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [1, 3])
SHADES = ("#9db4c9", "#6f93b5", LINE, "#1f3f61", INK)


def render_calibration(rows: Sequence[Row], terms: Terms, own: bool) -> str:
    """Fill the page of a rehearsal; `own`: the habits were read off the user's own data."""
    return render(
        "calibration.html.j2", company=get_settings().company, rows=rows, terms=terms, own=own,
        sentence=sentence(rows, terms), rules=RULES, nominal=terms.alpha / 2,
        falsely=_falsely(rows, terms.alpha / 2), covered=_covered(rows), power=_power(rows, terms),
    )  # fmt: skip


def _point(row: Row, name: str) -> dict[str, Any]:
    share, low, high = row.rate(name)
    return {"share": share, "low": low, "high": high, "world": row.world.name}


def _order(rows: Sequence[Row]) -> list[str]:
    return [row.world.name for row in rows]


def _falsely(rows: Sequence[Row], nominal: float) -> str:
    """One line a world; a point with its interval for each rule, and the rate that was promised."""
    import altair as alt

    points = [_point(row, rule) | {"rule": name} for row in rows for rule, name in RULES.items()]
    names = list(RULES.values())
    base = alt.Chart(alt.Data(values=points)).encode(
        y=alt.Y("world:N", sort=_order(rows), title=None, axis=alt.Axis(grid=True, domain=False, ticks=False)),
        yOffset=alt.YOffset("rule:N", sort=names),
        color=alt.Color("rule:N", sort=names, title=None, legend=alt.Legend(symbolSize=80),
                        scale=alt.Scale(domain=names, range=list(COLOURS.values()))),
    )  # fmt: skip
    top = max(point["high"] for point in points)
    x = alt.X("share:Q", title=None, scale=alt.Scale(domain=[0, max(top * 1.08, 0.06)], nice=False),
              axis=alt.Axis(format=".0%", grid=False, tickCount=6))  # fmt: skip
    shape = alt.Shape(
        "rule:N", sort=names, title=None, scale=alt.Scale(domain=names, range=list(SHAPES.values()))
    )
    line = alt.Chart(alt.Data(values=[{"at": nominal, "label": f"约定 {nominal:.1%}"}])).encode(x="at:Q")
    layers = [
        line.mark_rule(color=INK, strokeDash=[4, 3]),
        line.mark_text(color=INK, align="left", dx=5, baseline="top", fontSize=11, y=1).encode(
            text="label:N"
        ),
        base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=None), x2="high:Q"),
        base.mark_point(filled=True, size=70, opacity=1).encode(x=x, shape=shape),
    ]
    chart = alt.layer(*layers).properties(width=WIDTH, height=alt.Step(18))
    return svg(chart, "什么都没改却被判有效的比例，按数据习性分行，三种规则并列")


def _covered(rows: Sequence[Row]) -> str:
    import altair as alt

    points = [_point(row, "covered") for row in rows]
    base = alt.Chart(alt.Data(values=points)).encode(
        y=alt.Y("world:N", sort=_order(rows), title=None, axis=alt.Axis(domain=False, ticks=False))
    )
    least = min(0.88, *(point["low"] - 0.01 for point in points))
    ends = alt.Scale(domain=[least, 1.0], nice=False, zero=False)
    x = alt.X("share:Q", title=None, scale=ends,
              axis=alt.Axis(format=".0%", grid=False, tickCount=6))  # fmt: skip
    wanted = alt.Chart(alt.Data(values=[{"from": COVERED[0], "to": COVERED[1], "at": 0.95}]))
    layers = [
        wanted.mark_rect(color="#dfe7ef").encode(x=alt.X("from:Q", title=None, scale=ends), x2="to:Q"),
        wanted.mark_rule(color=INK, strokeDash=[4, 3]).encode(x=alt.X("at:Q", scale=ends)),
        base.mark_rule(color=LINE, strokeWidth=2).encode(x=alt.X("low:Q", scale=ends), x2="high:Q"),
        base.mark_point(color=LINE, filled=True, size=70, opacity=1).encode(x=x),
    ]
    chart = alt.layer(*layers).properties(width=WIDTH, height=alt.Step(26))
    return svg(chart, "95% 区间盖住真值的比例，浅色带为 93% 至 97%")


def _power(rows: Sequence[Row], terms: Terms) -> str:
    import altair as alt

    points = [
        {"world": row.world.name, "drop": -change, "share": credited}
        for row in rows
        for change, _, credited in row.curve()
        if row.power
    ]
    if not points:
        return ""
    names = _order(rows)
    styles = {"sort": names, "title": None}
    base = alt.Chart(alt.Data(values=points)).encode(
        x=alt.X("drop:Q", title="真实降幅",
                axis=alt.Axis(format=".0%", grid=False, values=[0, 0.1, 0.2, 0.3, 0.4, 0.5])),
        y=alt.Y("share:Q", title="被判有效或部分有效的比例", scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=".0%", tickCount=5)),
        color=alt.Color("world:N", scale=alt.Scale(domain=names, range=[*SHADES][: len(names)]), **styles),
        strokeDash=alt.StrokeDash("world:N", scale=alt.Scale(domain=names, range=[*DASHES][: len(names)]), **styles),
    )  # fmt: skip
    smallest = alt.Chart(alt.Data(values=[{"at": terms.smallest, "label": "最小有意义的降幅"}])).encode(
        x="at:Q"
    )
    layers: list[Any] = [
        smallest.mark_rule(color=ACCENT, strokeDash=[4, 3]),
        smallest.mark_text(color=ACCENT, align="left", dx=5, baseline="top", y=4, fontSize=11).encode(
            text="label:N"
        ),
        base.mark_line(strokeWidth=2.2),
        base.mark_point(filled=True, size=34, opacity=1).encode(strokeDash=alt.value([1, 0])),
    ]
    return svg(alt.layer(*layers).properties(width=WIDTH, height=260), "真实降幅越大，被看出来的比例越高")
