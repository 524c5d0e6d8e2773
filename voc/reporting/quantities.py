"""Figures with their unit, as people read them: percent, permille, points, count, score, hours or days."""

from __future__ import annotations


def number(amount: float | None, digits: int = 0) -> str:
    """12345 → 12,345; from a hundred thousand on in 万; nothing → —."""
    if amount is None:
        return "—"
    return f"{amount / 10_000:,.1f} 万" if abs(amount) >= 100_000 else f"{amount:,.{digits}f}"


def value(amount: float | None, unit: str) -> str:
    """A figure with its unit; nothing → —."""
    if amount is None:
        return "—"
    return {
        "percent": f"{amount:.1%}",
        "permille": f"{amount * 1000:.1f}‰",
        "score": f"{amount:.2f} 分",
        "hours": f"{amount:,.1f} 小时",
        "days": f"{amount:,.1f} 天",
        "points": f"{amount * 100:+.0f}".replace("-", "−"),
    }.get(unit, number(amount))


def change(amount: float, unit: str) -> str:
    """A change of a figure with sign and unit: shares change by percentage points (百分点)."""
    if unit == "points":
        return value(amount, unit)
    words = f"{amount * 100:.1f} 个百分点" if unit == "percent" else value(amount, unit)
    return f"+{words}" if amount > 0 else words.replace("-", "−")


def span(low: float, high: float, unit: str) -> str:
    """An interval with its unit said once: 3.98–4.06 分."""
    left, right = value(low, unit), value(high, unit)
    shared = " " + right.partition(" ")[2]
    return f"{left.removesuffix(shared) if ' ' in right else left}–{right}"
