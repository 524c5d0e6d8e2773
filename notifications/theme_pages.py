"""The pages of rising themes and of unmet needs, each one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from notifications import charts
from notifications.pages import render
from settings import get_settings
from voc.themes.emerging import Theme
from voc.themes.needs import Need

WIDTH = 220  # of a need's bar
MOST = 40


def render_themes(
    looked: Any, themes: Sequence[Theme], names: Callable[[str | None], str], at: datetime
) -> str:
    """Fill the page of rising themes."""
    return render(
        "themes.html.j2", company=get_settings().company, looked=looked, at=at, day_of=_day, names=names,
        fresh=[theme for theme in themes if theme.label is None],
        known=[theme for theme in themes if theme.label is not None],
        spark=lambda theme: charts.sparkline(theme.weeks, f"每周条数：{theme.phrases[0]}"),
    )  # fmt: skip


def render_needs(looked: Any, needs: Sequence[Need], at: datetime) -> str:
    """Fill the page of unmet needs."""
    top = max((need.customers for need in needs), default=1)
    return render(
        "needs.html.j2", company=get_settings().company, looked=looked, at=at, day_of=_day, needs=needs[:MOST],
        more=max(0, len(needs) - MOST), whole=len(needs), bar=lambda need: _bar(need.customers, top),
    )  # fmt: skip


def _bar(value: int, top: int) -> str:
    """Draw a bar; numbers only, nothing to escape."""
    return (
        f'<svg class="bar" role="img" aria-label="{value} 位客户" viewBox="0 0 {WIDTH} 12" width="{WIDTH}">'
        f'<rect x="0" y="1" width="{max(2.0, WIDTH * value / top):.1f}" height="10" rx="1.5" fill="#2f5d8a"/></svg>'
    )


def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)
