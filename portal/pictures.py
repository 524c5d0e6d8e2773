"""Small pictures as SVG without scripts or styles in line: they take their colours from the style sheet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from markupsafe import Markup, escape

WIDTH, HEIGHT = 640.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 16.0, 26.0


def columns(series: Mapping[date, int], name: str, width: int = 320, height: int = 72) -> Markup:
    """Draw one column a week; `name` is read to those who cannot see it."""
    if not series:
        return Markup("")
    weeks = list(series)
    most, step = max(series.values()) or 1, width / len(weeks)
    bars = Markup("").join(
        Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}：{} 条</title></rect>').format(
            i * step + step * 0.12, height - 14 - count / most * (height - 18), step * 0.76,
            max(count / most * (height - 18), 0.6), f"{week:%m-%d} 起一周", count,
        )
        for i, (week, count) in enumerate(series.items())
    )  # fmt: skip
    ends = Markup('<text x="0" y="{0}">{1}</text><text x="{2}" y="{0}" text-anchor="end">{3}</text>').format(
        height - 2, f"{weeks[0]:%Y-%m-%d}", width, f"{weeks[-1]:%Y-%m-%d}"
    )
    return _svg("columns", width, height, name, bars + ends)


def effect(picture: Mapping[str, Any], name: str) -> Markup:
    """Draw what was observed beside what was to be expected, its interval, and the day of the go-live."""
    starts = [date.fromisoformat(str(day)[:10]) for day in picture.get("start", ())]
    if len(starts) < 2:
        return Markup("")
    series = {
        key: _numbers(picture.get(key, ()), len(starts)) for key in ("observed", "expected", "low", "high")
    }
    top = max((v for values in series.values() for v in values if v is not None), default=1.0) or 1.0
    marks = _round_marks(top)
    x = _Scale(starts[0].toordinal(), starts[-1].toordinal(), LEFT, WIDTH - RIGHT)
    y = _Scale(0.0, max(top, marks[-1]) * 1.02, HEIGHT - BOTTOM, TOP)
    inside = (
        _grid(y, marks, str(picture.get("unit", "")))
        + _band(starts, series["low"], series["high"], x, y)
        + _line("expected", starts, series["expected"], x, y)
        + _line("observed", starts, series["observed"], x, y)
        + _live(picture.get("went_live"), x)
        + _days(starts, x)
    )
    return _svg("effect-picture", WIDTH, HEIGHT, name, inside)


class _Scale:
    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.span, self.start, self.end = low, (high - low) or 1.0, start, end

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / self.span * (self.end - self.start)


def _numbers(values: Sequence[Any], count: int) -> list[float | None]:
    found = [None if value is None else float(value) for value in values][:count]
    return found + [None] * (count - len(found))


def _points(starts: Sequence[date], values: Sequence[float | None], x: _Scale, y: _Scale) -> list[str]:
    return [
        f"{x(day.toordinal()):.1f},{y(value):.1f}"
        for day, value in zip(starts, values, strict=True)
        if value is not None
    ]


def _line(kind: str, starts: Sequence[date], values: Sequence[float | None], x: _Scale, y: _Scale) -> Markup:
    return Markup("").join(
        Markup('<polyline class="{}" points="{}"/>').format(kind, " ".join(_points(*part, x, y)))
        for part in _unbroken(starts, values)
    )


def _unbroken(
    starts: Sequence[date], values: Sequence[float | None]
) -> list[tuple[list[date], list[float | None]]]:
    """The stretches of a series without a gap: weeks in which a measure settles are nobody's."""
    known = [(day, value) for day, value in zip(starts, values, strict=True) if value is not None]
    usual = min((b - a for a, b in pairwise(starts)), default=timedelta(0))
    parts: list[tuple[list[date], list[float | None]]] = []
    for day, value in known:
        if not parts or day - parts[-1][0][-1] > usual:
            parts.append(([], []))
        parts[-1][0].append(day)
        parts[-1][1].append(value)
    return parts


def _band(
    starts: Sequence[date], low: Sequence[float | None], high: Sequence[float | None], x: _Scale, y: _Scale
) -> Markup:
    there = _points(starts, high, x, y) + _points(starts, low, x, y)[::-1]
    return Markup('<polygon class="band" points="{}"/>').format(" ".join(there)) if there else Markup("")


def _round_marks(top: float) -> list[float]:
    """Three to six round values from zero on that reach almost to `top`."""
    power = 10.0 ** math.floor(math.log10(top))
    step = next(power * part for part in (0.2, 0.5, 1.0, 2.0) if top / (power * part) < 5.5)
    return [step * n for n in range(math.floor(top / step) + 1)]


def _grid(y: _Scale, marks: Sequence[float], unit: str) -> Markup:
    lines = Markup("").join(
        Markup('<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/><text x="{3}" y="{4:.1f}" '
               'text-anchor="end">{5}</text>').format(LEFT, WIDTH - RIGHT, y(v), LEFT - 6, y(v) + 4, f"{v:g}")
        for v in marks
    )  # fmt: skip
    return lines + Markup('<text x="{}" y="11">{}</text>').format(LEFT, unit)


def _live(day: Any, x: _Scale) -> Markup:
    if not day:
        return Markup("")
    at = x(date.fromisoformat(str(day)[:10]).toordinal())
    side = "end" if at > WIDTH * 0.8 else "start"
    return Markup('<line class="live" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>'
                  '<text class="live" x="{3:.1f}" y="11" text-anchor="{4}">措施上线</text>').format(
        at, TOP - 2, HEIGHT - BOTTOM, at + (5 if side == "start" else -5), side)  # fmt: skip


def _days(starts: Sequence[date], x: _Scale) -> Markup:
    return Markup('<text x="{:.1f}" y="{}">{}</text><text x="{:.1f}" y="{}" text-anchor="end">{}</text>').format(
        x(starts[0].toordinal()), HEIGHT - 8, f"{starts[0]:%Y-%m-%d}",
        x(starts[-1].toordinal()), HEIGHT - 8, f"{starts[-1]:%Y-%m-%d}",
    )  # fmt: skip


def _svg(kind: str, width: float, height: float, name: str, inside: Markup) -> Markup:
    return Markup('<svg class="{}" viewBox="0 0 {:g} {:g}" role="img" aria-label="{}">{}</svg>').format(
        kind, width, height, escape(name), inside
    )
