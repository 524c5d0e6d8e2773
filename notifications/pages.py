"""Pages and messages from Jinja2 templates: everything is escaped, nothing may be undefined."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from notifications import charts
from voc import kpi
from voc.kpi import PART_NAMES
from voc.report import EffectRow, ProblemRow, Report
from voc.zone import CHINA

TEMPLATES = Path(__file__).parent / "templates"
FOREST_MOST = 20
PARETO_MOST = 10
TRENDS_MOST = 12


def render(template: str, **context: Any) -> str:
    """A template of this folder filled with `context`; an unknown name in it is an error."""
    return _environment().get_template(template).render(**context)


def render_report(report: Report) -> str:
    """The leadership report as one HTML file that needs nothing else."""
    return render(
        "report.html.j2", report=report, facts=report.facts, charts=_pictures(report), row_names=PART_NAMES
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["span"] = span
    environment.filters |= {
        "percent": percent,
        "signed_percent": signed_percent,
        "day": day,
        "moment": moment,
        "number": number,
        "value": value,
        "change": change,
        "rate": rate,
        "small": small,
        "duration": duration,
        "spark": charts.sparkline,
    }
    return environment


def percent(share: float | None, digits: int = 0) -> str:
    """0.583 → 58%; nothing → —."""
    return "—" if share is None else f"{share:.{digits}%}"


def signed_percent(change: float | None, digits: int = 0) -> str:
    """−0.583 → −58%, with a true minus and an explicit plus; nothing → —."""
    return "—" if change is None else f"{change:+.{digits}%}".replace("-", "−")


def day(when: date | None) -> str:
    """2026年11月21日; nothing → —."""
    return "—" if when is None else f"{when.year}年{when.month}月{when.day}日"


def moment(when: datetime | None) -> str:
    """A moment in China, to the minute; nothing → —."""
    if when is None:
        return "—"
    return f"{when.astimezone(CHINA):%Y-%m-%d %H:%M}"


def number(amount: float | None, digits: int = 0) -> str:
    """12345 → 12,345; from a hundred thousand on in 万; nothing → —."""
    if amount is None:
        return "—"
    return f"{amount / 10_000:,.1f} 万" if abs(amount) >= 100_000 else f"{amount:,.{digits}f}"


def value(amount: float | None, unit: str) -> str:
    """A figure with its unit: percent, permille, count, score, hours or days."""
    if amount is None:
        return "—"
    return {
        "percent": f"{amount:.1%}",
        "permille": f"{amount * 1000:.1f}‰",
        "score": f"{amount:.2f} 分",
        "hours": f"{amount:,.1f} 小时",
        "days": f"{amount:,.1f} 天",
    }.get(unit, number(amount))


def change(amount: float, unit: str) -> str:
    """A change of a figure with sign and unit: shares change by percentage points (百分点)."""
    words = f"{amount * 100:.1f} 个百分点" if unit == "percent" else value(amount, unit)
    return f"+{words}" if amount > 0 else words.replace("-", "−")


def rate(amount: float | None, metric: str) -> str:
    """A complaint rate as pieces per thousand orders, a share as percent."""
    if amount is None:
        return "—"
    return f"每千单 {amount * 1000:.1f} 条" if metric == "complaint_rate" else f"{amount:.1%}"


def span(low: float, high: float, unit: str) -> str:
    """An interval with its unit said once: 3.98–4.06 分."""
    left, right = value(low, unit), value(high, unit)
    shared = " " + right.partition(" ")[2]
    return f"{left.removesuffix(shared) if ' ' in right else left}–{right}"


def small(p: float) -> str:
    """A p-value without false precision: <0.001 or three digits."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def duration(hours: float) -> str:
    """Hours up to two days, then days."""
    return f"{hours:.0f} 小时" if hours < 48 else f"{hours / 24:.1f} 天"


def _pictures(report: Report) -> dict[str, Any]:
    effects = [*report.failures, *report.successes]
    pictures: dict[str, Any] = {
        "forest": _both(_forest, effects),
        "pareto": _both(_pareto, report.problems),
        "stages": _stages(report),
        "channels": _channels(report),
        "rows": _rows(report.accounting),
    }
    pictures["trends"] = _trends(report)
    return pictures


def _both(draw: Any, rows: Any) -> str:
    """The picture for a desk and for a phone; the style sheet shows one of them."""
    wide, narrow = draw(rows, charts.WIDE), draw(rows, charts.NARROW)
    return f'<div class="wide">{wide}</div><div class="narrow">{narrow}</div>' if wide else ""


def _forest(rows: Sequence[EffectRow], width: int) -> str:
    drawn = [
        {
            "label": _shorten(f"{row.fact.problem}：{row.fact.action}", width // 20),
            "word": row.verdict,
            "verdict": row.fact.verdict,
            "change": row.fact.change,
            "low": row.fact.low,
            "high": row.fact.high,
            "smallest": -row.fact.smallest_effect
            if row.fact.direction == "decrease"
            else row.fact.smallest_effect,
        }
        for row in rows
        if row.fact.change is not None and row.fact.low is not None and row.fact.high is not None
    ]
    return charts.forest(drawn[:FOREST_MOST], "各项措施的效果与区间", width) if drawn else ""


def _pareto(problems: Sequence[ProblemRow], width: int) -> str:
    rows = [
        {"name": r.fact.name, "value": r.fact.count, "text": f"{r.fact.count:,} 条 · 累计 {r.cumulative:.0%}"}
        for r in problems[:PARETO_MOST]
    ]
    return charts.bars(rows, "问题帕累托图", width=width) if rows else ""


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _stages(report: Report) -> str:
    first = next((s.count for s in report.stages if s.count), 0)
    rows = [
        {"name": s.name, "value": s.count, "text": f"{s.count:,}（{s.count / first:.0%}）" if first else "0"}
        for s in report.stages
    ]
    return charts.bars(rows, "闭环漏斗") if rows else ""


def _channels(report: Report) -> str:
    rows = [
        {
            "name": c.name,
            "value": c.count,
            "text": _channel_words(c.count, c.complaints),
            "part": c.complaints or 0,
        }
        for c in report.channels
    ]
    return charts.bars(rows, "各渠道反馈量与其中的投诉", "#9db4c9") if rows else ""


def _channel_words(count: int, complaints: int | None) -> str:
    return f"{count:,} 条" if complaints is None else f"{count:,} 条 · 投诉 {complaints / max(count, 1):.0%}"


def _rows(accounting: kpi.Funnel | None) -> str:
    if accounting is None:
        return ""
    return charts.accounting([(PART_NAMES[k], n) for k, n in accounting.parts.items()], "读入行的去向")


def _trends(report: Report) -> list[str]:
    return [
        charts.trend(t.weeks, t.values, f"{t.problem}每周走势", t.went_live, t.baseline, t.followup)
        for t in report.trends[:TRENDS_MOST]
    ]
