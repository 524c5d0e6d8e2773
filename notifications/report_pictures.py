"""All pictures of a report, from its values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notifications import charts
from notifications.effect_picture import effect
from voc import kpi
from voc.causes.pareto import said
from voc.kpi import PART_NAMES
from voc.reporting.facts import Corrected
from voc.reporting.report import EffectRow, ProblemRow, Report

FOREST_MOST = 20
PARETO_MOST = 10
TRENDS_MOST = 12
AUDIT_WIDTH, AUDIT_HEIGHT, EDGE = 200, 22, 6


def pictures(report: Report) -> dict[str, Any]:
    """Draw everything a report shows; a picture without anything to show is empty."""
    effects = [*report.failures, *report.successes]
    return {
        "forest": _both(_forest, effects),
        "pareto": _both(_pareto, report.problems),
        "channels": _channels(report),
        "rows": _rows(report.accounting),
        "trends": _trends(report),
        "effects": {row.fact.key: _effect(row) for row in effects},
        "audit": _audit(report.facts.audit.shares if report.facts.audit else ()),
    }


def _effect(row: EffectRow) -> str:
    known = row.fact.picture
    return effect(known, f"{row.fact.problem}：{row.change}。{row.caption}") if known and known.start else ""


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
    shown = problems[:PARETO_MOST]
    names = [_shorten(row.fact.name, width // 40) for row in shown]
    rows = [
        {
            # A bar chart sets rows of one name on top of each other: those keep their number.
            "name": name if names.count(name) == 1 else f"{name} {row.fact.id}",
            "value": row.fact.count,
            "text": f"{row.fact.count:,} 条 · 累计 {said(row.cumulative)}",
        }
        for name, row in zip(names, shown, strict=True)
    ]
    return charts.bars(rows, "问题帕累托图", width=width) if rows else ""


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


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
    return (
        _both(lambda rows, width: charts.bars(rows, "各渠道反馈量与其中的投诉", "#9db4c9", width), rows)
        if rows
        else ""
    )


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


def _audit(shares: Sequence[Corrected]) -> list[str]:
    """Draw each interval: the model's share as a ring, the corrected one as a dot; numbers only, nothing to escape."""
    top = max((max(share.high, share.model) for share in shares), default=1.0) or 1.0
    return [_interval(share, top) for share in shares]


def _interval(share: Corrected, top: float) -> str:
    low, high, own, right = (EDGE + (AUDIT_WIDTH - 2 * EDGE) * value / top
                             for value in (share.low, share.high, share.model, share.corrected))  # fmt: skip
    y = AUDIT_HEIGHT / 2
    return (
        f'<svg class="spark" role="img" aria-label="区间" viewBox="0 0 {AUDIT_WIDTH} {AUDIT_HEIGHT}" '
        f'width="{AUDIT_WIDTH}">'
        f'<line x1="{EDGE}" x2="{AUDIT_WIDTH - EDGE}" y1="{y}" y2="{y}" stroke="#dfe4e9"/>'
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="#2f5d8a" stroke-width="3"/>'
        f'<circle cx="{own:.1f}" cy="{y}" r="4.5" fill="#fff" stroke="#b8862b" stroke-width="1.8"/>'
        f'<circle cx="{right:.1f}" cy="{y}" r="3.6" fill="#2f5d8a"/></svg>'
    )
