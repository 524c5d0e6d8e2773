"""The picture of one effect: what was seen, when the action went live, and what would have been without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from notifications.charts import ACCENT, GRID, INK, LINE, MUTED, svg
from voc.effect.panel import Answer, Path

WIDTH, HEIGHT = 640, 260
BAND = "#c9d6e3"


@dataclass(frozen=True)
class Drawing:
    """An image that stands alone, and a page around it."""

    image: str
    page: str


def drawing(answer: Answer, after: int, times: Sequence[datetime] | None, labels: Sequence[str], name: str,
            design: str) -> Drawing:  # fmt: skip
    """Draw an answer; `after` is the place of the go-live, `labels` name the places where there are no times."""
    path = answer.path
    inner = _events(path) if path.events else _course(path, after, times, labels)
    image = _alone(svg(inner, f"{name}：{answer.verdict.sentence}"))
    return Drawing(image, _page(image, name, answer, design))


def _rows(path: Path, times: Sequence[datetime] | None, labels: Sequence[str]) -> list[dict[str, Any]]:
    known = _plain_numbers(labels)
    rows = []
    for n, place in enumerate(path.places):
        at: Any = place
        if times is not None:
            at = times[int(place)].isoformat()
        elif known is not None:
            at = known[int(place)]
        columns = {"seen": path.seen, "expected": path.expected, "low": path.low, "high": path.high}
        rows.append({"at": at} | {key: _known(column[n]) for key, column in columns.items()})
    return rows


def _plain_numbers(labels: Sequence[str]) -> list[float] | None:
    try:
        return [float(label) for label in labels]
    except ValueError:
        return None


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _course(path: Path, after: int, times: Sequence[datetime] | None, labels: Sequence[str]) -> Any:
    import altair as alt

    rows = _rows(path, times, labels)
    kind = "T" if times is not None else "Q"
    scale = alt.Scale(type="utc") if times is not None else alt.Scale(zero=False, nice=False)
    axis = (
        alt.Axis(grid=False, tickCount=7, format="%Y-%m")
        if times is not None
        else alt.Axis(grid=False, tickCount=7, format="d")
    )
    x = alt.X(f"at:{kind}", title=None, scale=scale, axis=axis)
    y = alt.Y(
        "seen:Q", title=None, scale=alt.Scale(zero=_near_zero(path), nice=True), axis=alt.Axis(tickCount=5)
    )
    base = alt.Chart(alt.Data(values=rows)).encode(x=x)
    banded = alt.Chart(alt.Data(values=[row for row in rows if row["low"] is not None])).encode(x=x)
    live = alt.Chart(alt.Data(values=[{"at": rows[after]["at"], "label": "措施上线"}])).encode(x=x)
    layers = [
        banded.mark_area(color=BAND, opacity=0.7).encode(y=alt.Y("low:Q", title=None), y2="high:Q"),
        base.mark_line(color=MUTED, strokeWidth=1.6, strokeDash=[5, 3]).encode(y="expected:Q"),
        base.mark_line(color=LINE, strokeWidth=2).encode(y=y),
        base.mark_point(color=LINE, filled=True, size=18 if len(rows) <= 120 else 0, opacity=1).encode(y=y),
        live.mark_rule(color=ACCENT, strokeWidth=1.5, strokeDash=[5, 3]),
        live.mark_text(color=ACCENT, fontSize=12, align="left", dx=5, baseline="top", y=2).encode(
            text="label:N"
        ),
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)


def _near_zero(path: Path) -> bool:
    values = path.seen[np.isfinite(path.seen)]
    return bool(values.size and 0 <= values.min() < 0.4 * values.max())


def _events(path: Path) -> Any:
    import altair as alt

    base = alt.Chart(alt.Data(values=_steps(path)))
    x = alt.X(
        "at:Q",
        title="距上线的时点数",
        axis=alt.Axis(grid=False, format="d", tickMinStep=1),
        scale=alt.Scale(padding=12),
    )
    zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=INK, strokeWidth=1).encode(y="zero:Q")
    live = alt.Chart(alt.Data(values=[{"at": -0.5, "label": "措施上线"}])).encode(x=x)
    layers = [
        zero,
        base.mark_rule(strokeWidth=2.5, color=LINE).encode(
            x=x, y=alt.Y("low:Q", title=None, axis=alt.Axis(tickCount=5)), y2="high:Q"
        ),
        base.mark_point(filled=True, size=60, opacity=1, color=LINE).encode(x=x, y="seen:Q"),
        live.mark_rule(color=ACCENT, strokeWidth=1.5, strokeDash=[5, 3]),
        live.mark_text(color=ACCENT, fontSize=12, align="left", dx=5, baseline="top", y=2).encode(
            text="label:N"
        ),
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)


def _steps(path: Path) -> list[dict[str, Any]]:
    parts = zip(path.places, path.seen, path.low, path.high, strict=True)
    return [
        {"at": float(at), "seen": float(s), "low": float(low), "high": float(high)}
        for at, s, low, high in parts
    ]


def _alone(image: str) -> str:
    return image.replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ', 1
    )


def _page(image: str, name: str, answer: Answer, design: str) -> str:
    from markupsafe import Markup, escape

    reads = (
        "点是实施后（负数为实施前）各时点的效应，竖线是 95% 区间；上线前应在 0 附近。"
        if answer.path.events
        else "实线为实际，虚线为没有措施时的预计，浅色带为预计的 95% 区间。"
    )
    checks = "".join(
        f"<li>{'✗ ' if c.fault else ''}{escape(c.sentence)}</li>" for c in answer.checks if c.sentence
    )
    return _PAGE.format(
        title=escape(name), verdict=escape(answer.verdict.name), sentence=escape(answer.verdict.sentence),
        image=Markup(image),  # noqa: S704  (our own drawing; its words are escaped by the library)
        reads=reads, design=escape(f"{design}：{answer.why}"), checks=checks, ink=INK, muted=MUTED, grid=GRID,
    )  # fmt: skip


_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · {verdict}</title>
<style>body{{font:16px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:{ink};max-width:860px;
margin:2rem auto;padding:0 1rem}}h1{{font-size:1.3rem;line-height:1.5;margin:0 0 .3rem}}
p.small,li{{color:{muted};font-size:.9rem}}
figure{{margin:1.2rem 0;border-top:1px solid {grid};padding-top:1rem}}figcaption{{color:{muted};font-size:.9rem}}
svg{{width:100%;height:auto}}</style></head>
<body><h1>{sentence}</h1><p class="small">{design}</p>
<figure>{image}<figcaption>{reads}</figcaption></figure>
<ul>{checks}</ul></body></html>
"""
