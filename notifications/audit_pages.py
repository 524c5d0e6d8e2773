"""The audit page: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from notifications.pages import render
from settings import get_settings
from voc.audit.estimating import Share
from voc.audit.report import Question

MOST = 40  # disagreements shown
WIDTH, HEIGHT, EDGE = 260, 22, 6


def render_audit(
    weeks: Sequence[str], questions: Sequence[Question], names: Mapping[str, str], at: datetime
) -> str:
    """Fill the audit page."""
    top = {one.title: max(max(share.high, share.model) for share in one.shares.values()) for one in questions}
    return render(
        "audit.html.j2",
        company=get_settings().company,
        weeks=weeks,
        questions=questions,
        names=names,
        at=at,
        most=MOST,
        bar=lambda share, title: _bar(share, top[title]),
    )


def _bar(share: Share, top: float) -> str:
    """Draw an interval: the model's share as a ring, the corrected one as a dot; numbers only, nothing to escape."""
    low, high, own, right = (EDGE + (WIDTH - 2 * EDGE) * value / (top or 1)
                             for value in (share.low, share.high, share.model, share.corrected))  # fmt: skip
    y = HEIGHT / 2
    return (
        f'<svg class="cell" role="img" aria-label="区间" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}">'
        f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{y}" y2="{y}" stroke="#e4e8ec"/>'
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="#2f5d8a" stroke-width="3"/>'
        f'<circle cx="{own:.1f}" cy="{y}" r="4.5" fill="#fff" stroke="#b8862b" stroke-width="1.8"/>'
        f'<circle cx="{right:.1f}" cy="{y}" r="3.6" fill="#2f5d8a"/></svg>'
    )
