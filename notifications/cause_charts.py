"""Pictures of the root-cause page, drawn by hand as inline SVG: weeks, rates, intervals, Pareto, fishbone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

from notifications.charts import ACCENT, FONT, GRID, INK, LINE, MUTED
from voc.causes.onset import Onset
from voc.causes.pareto import VITAL, Bar
from voc.causes.rates import WeekRate
from voc.causes.view import Week

PALE, WARN, SHADE = "#9db4c9", "#b3372f", "#f4e6dc"
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 22, 24
FEW = 1e-9
LABEL = 120  # width for each label of a week
WIDE = 1120
NARROW = 340  # width of a picture for a phone: all of it is seen at once, and its letters stay readable


def fitted(text: str, most: float) -> str:
    """Cut a text to a width counted in Chinese characters, a Latin one being half."""
    width = 0.0
    for i, sign in enumerate(text):
        width += width_of(sign)
        if width > most:
            return text[: max(1, i - 1)] + "…"
    return text


def width_of(text: str) -> float:
    """Return how wide a text is, in Chinese characters."""
    return sum(1.0 if ord(sign) > 0x2E7F else 0.55 for sign in text)


def words_at(
    x: float, y: float, words: str, size: float = 12, colour: str = INK, anchor: str = "start", more: str = ""
) -> str:
    """One line of words."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}" {more}>'
        f"{escape(words)}</text>"
    )


def line(
    x1: float, y1: float, x2: float, y2: float, colour: str = GRID, width: float = 1, more: str = ""
) -> str:
    """A straight line."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"'
        f' stroke-width="{width}" {more}/>'
    )


def picture(width: float, height: float, title: str, parts: Sequence[str], kind: str = "chart") -> str:
    """A whole picture that scales to its container and says what it shows."""
    return (
        f'<svg class="{kind}" role="img" aria-label="{escape(title)}" viewBox="0 0 {width:g} {height:g}"'
        f' style="max-width:{width:g}px" font-family="{FONT}">{"".join(parts)}</svg>'
    )


def ticks(top: float) -> list[float]:
    """Return three to five round values from zero that reach up to `top`."""
    if top < FEW:
        return [0.0, 1.0]
    size = 10.0 ** math.floor(math.log10(top / 4))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor * 5 >= top)
    return [step * i for i in range(math.ceil(top / step - FEW) + 1)]


class _Frame:
    """The axes of a picture over weeks: where a week and a value stand."""

    def __init__(self, weeks: Sequence[date], top: float, width: float, height: float) -> None:
        self.weeks, self.width, self.height = weeks, width, height
        self.marks = ticks(top)
        self.step = (width - LEFT - RIGHT) / max(len(weeks), 1)

    def x(self, day: date) -> float:
        return LEFT + (day - self.weeks[0]).days / 7 * self.step

    def y(self, value: float) -> float:
        return self.height - BOTTOM - value / self.marks[-1] * (self.height - TOP - BOTTOM)

    def axes(self, digits: int = 0) -> list[str]:
        parts = []
        for mark in self.marks:
            parts.append(line(LEFT, self.y(mark), self.width - RIGHT, self.y(mark)))
            parts.append(words_at(LEFT - 6, self.y(mark) + 4, f"{mark:,.{digits}f}", 11, MUTED, "end"))
        many, room = len(self.weeks), max(2, int(self.width // LABEL))
        for i in range(0, many, max(1, -(-many // room))):
            week = self.weeks[i]
            words = f"{week:%Y-%m}" if many > 60 else f"{week.month}/{week.day}"
            parts.append(words_at(self.x(week) + self.step / 2, self.height - 7, words, 11, MUTED, "middle"))
        return parts


def weeks_picture(
    weeks: Sequence[Week],
    onset: Onset | None,
    marked: Sequence[tuple[date, str]],
    width: float = WIDE,
    height: float = 230,
) -> str:
    """Bars of feedback by week, the raised ones dark, the interval of the beginning shaded, changes marked."""
    mondays = [week.week for week in weeks]
    frame = _Frame(mondays, max([week.count for week in weeks] + [4]), width, height)
    parts = _beginning(frame, onset) + frame.axes()
    for week in weeks:
        raised = onset is not None and week.week + timedelta(days=6) >= onset.day and (
            onset.until is None or week.week <= onset.until
        )  # fmt: skip
        top = frame.y(week.count)
        parts.append(
            f'<rect x="{frame.x(week.week) + frame.step * 0.12:.1f}" y="{top:.1f}" width="{frame.step * 0.76:.1f}"'
            f' height="{height - BOTTOM - top:.1f}" fill="{LINE if raised else PALE}"/>'
        )
    parts += _changes(frame, [(frame.x(day), number) for number, (day, _) in enumerate(marked, 1)])
    return picture(width, height, "每周反馈条数", parts)


def _changes(frame: _Frame, marks: Sequence[tuple[float, int]]) -> list[str]:
    """Draw where changes were made; numbers that would cover one another stand side by side."""
    parts, free = [], 0.0
    for x, number in sorted(marks):
        at = max(x, free)
        free = at + 17
        parts.append(line(x, TOP, x, frame.height - BOTTOM, ACCENT, 1.5, 'stroke-dasharray="4 3"'))
        parts.append(f'<circle cx="{at:.1f}" cy="{TOP - 8:.1f}" r="8" fill="{ACCENT}"/>')
        parts.append(words_at(at, TOP - 4, str(number), 11, "#fff", "middle"))
    return parts


def _beginning(frame: _Frame, onset: Onset | None) -> list[str]:
    if onset is None:
        return []
    left, right = frame.x(onset.earliest), frame.x(onset.latest + timedelta(days=1))
    height = frame.height - TOP - BOTTOM
    return [
        f'<rect x="{left:.1f}" y="{TOP}" width="{max(right - left, 2):.1f}" height="{height:.1f}" fill="{SHADE}"/>',
        line(frame.x(onset.day), TOP, frame.x(onset.day), TOP + height, WARN, 1.5),
    ]


def rates_picture(rates: Sequence[WeekRate], unit: str, width: float = WIDE, height: float = 190) -> str:
    """The weekly rate per thousand as a line with its interval shaded; weeks without exposure are left open."""
    known = [
        rate for rate in rates if rate.rate is not None and rate.low is not None and rate.high is not None
    ]
    if len(known) < 2:
        return ""
    # A week cut off by the edge of the data has a wide interval: it shall not squeeze the others.
    values = sorted(rate.high or 0.0 for rate in known)
    top = min(values[-1], 1.5 * max(rate.rate or 0.0 for rate in known)) or 1.0
    frame = _Frame([rate.week for rate in rates], top, width, height)
    parts = frame.axes(0 if frame.marks[-1] >= 10 else 1 if frame.marks[1] >= 0.1 else 2)
    middle = [(frame.x(rate.week) + frame.step / 2, rate) for rate in known]
    lows = [f"{x:.1f},{frame.y(rate.low or 0.0):.1f}" for x, rate in middle]
    highs = [f"{x:.1f},{frame.y(min(rate.high or 0.0, frame.marks[-1])):.1f}" for x, rate in middle]
    path = " ".join(f"{x:.1f},{frame.y(rate.rate or 0.0):.1f}" for x, rate in middle)
    parts.append(f'<polygon points="{" ".join(highs + lows[::-1])}" fill="{PALE}" opacity="0.35"/>')
    parts.append(f'<polyline points="{path}" fill="none" stroke="{LINE}" stroke-width="2"/>')
    return picture(width, height, f"每千{unit}的反馈条数", parts)


def interval(low: float, ratio: float, high: float, over: bool, width: float = 220) -> str:
    """One ratio with its interval on a logarithmic scale from ¼ to 16, one marked; for a cell of a table."""

    def x(value: float) -> float:
        return (math.log2(min(16.0, max(0.25, value))) + 2) / 6 * (width - 12) + 6

    colour = WARN if over else MUTED
    parts = [
        line(x(1), 1, x(1), 19, INK, 1),
        *(line(x(v), 8, x(v), 12, GRID, 1) for v in (0.5, 2, 4, 8)),
        line(x(low), 10, x(high), 10, colour, 2.5),
        f'<circle cx="{x(ratio):.1f}" cy="10" r="4" fill="{colour}"/>',
    ]
    return picture(width, 20, "倍数与区间", parts, "cell")


def pareto_picture(bars: Sequence[Bar], texts: Sequence[str], width: float = 1000) -> str:
    """Bars largest first with names left and texts right, the running share as a line on the same scale."""
    row, left, right, top = 34, 250, 210, 34
    height = top + row * len(bars) + 30
    room = width - left - right
    limit = left + room * VITAL
    parts = [
        *(
            line(left + room * part, top - 4, left + room * part, height - 24)
            for part in (0, 0.25, 0.5, 0.75, 1)
        ),
        words_at(limit, top - 16, f"累计 {VITAL:.0%}", 11.5, WARN, "middle"),
        line(limit, top - 10, limit, height - 24, WARN, 1.2, 'stroke-dasharray="5 4"'),
    ]
    for i, (bar, text) in enumerate(zip(bars, texts, strict=True)):
        y = top + i * row
        colour = LINE if bar.vital else PALE
        parts.append(words_at(left - 10, y + 19, fitted(bar.item.name, 18), 13, INK, "end"))
        parts.append(
            f'<rect x="{left}" y="{y + 5}" width="{bar.share * room:.1f}" height="{row - 12}" fill="{colour}"/>'
        )
        parts.append(words_at(width - right + 14, y + 19, text, 12, INK if bar.vital else MUTED))
    points = [(left + bar.running * room, top + i * row + row / 2 - 1) for i, bar in enumerate(bars)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{ACCENT}" stroke-width="2"/>')
    parts += [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#fff" stroke="{ACCENT}" stroke-width="2"/>'
        for x, y in points
    ]
    parts += [
        words_at(left + room * part, height - 8, f"{part:.0%}", 11, MUTED, "middle")
        for part in (0, 0.25, 0.5, 0.75, 1)
    ]
    return picture(width, height, "帕累托图", parts)
