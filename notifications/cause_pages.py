"""The root-cause page of a problem and the Pareto page, each one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from notifications import cause_charts
from notifications.fishbone_chart import fishbone_picture
from notifications.pages import render
from voc.alarms.cause import usual
from voc.causes.changes import KINDS as CHANGE_KINDS
from voc.causes.changes import Suspicion
from voc.causes.costs import money_span
from voc.causes.pareto import BY, MEASURES, Bar, gathered, said, sentence
from voc.causes.slices import SLICE_NAMES, WITHIN, Lift
from voc.causes.view import View, beginning, chosen, kinds, looked_at, summary, suspicion_days
from voc.causes.wording import times, value_name
from voc.reading.taxonomy import DIMENSIONS
from voc.zone import CHINA

MARKED = 3
BARS = 20
FIGURES = {"orders": "单", "contacts": "次联系"}


def render_causes(view: View) -> str:
    """Fill the root-cause page of a problem."""
    marked = [(s.change.at.astimezone(CHINA).date(), s.change.title) for s in view.changes[:MARKED]]
    shown = [one for one in marked if one[0] >= view.weeks[0].week]
    unit = FIGURES.get(view.exposure, "")
    return render(
        "causes.html.j2",
        view=view,
        head=view.head,
        summary=summary(view),
        beginning=beginning(view),
        kinds=kinds(view.lifts),
        chosen=chosen(view.slice_rates),
        looked_at=looked_at(view.lifts),
        within=WITHIN,
        names=SLICE_NAMES,
        dimensions=DIMENSIONS,
        change_kinds=CHANGE_KINDS,
        unit=unit,
        weeks=_twice(lambda width: cause_charts.weeks_picture(view.weeks, view.onset, shown, width)),
        rates=_twice(lambda width: cause_charts.rates_picture(view.rates, unit, width)),
        fishbone=fishbone_picture(view.bones, view.head.name),
        cell=_cell,
        ratio=_ratio,
        value_name=value_name,
        before=suspicion_days,
        scope=_scope,
        money=money_span,
        times=times,
        marked=MARKED,
        usual=usual,
    )


def _twice(draw: Callable[[float], str]) -> str:
    """Draw a picture for a screen and for a phone, where what is wide would open on its oldest weeks."""
    wide = draw(cause_charts.WIDE)
    narrow = draw(cause_charts.NARROW)
    return f'<div class="broad">{wide}</div><div class="narrow">{narrow}</div>' if wide else ""


def render_pareto(
    bars: Sequence[Bar], by: str, measure: str, period: str, company: str, written_at: datetime, assumed: bool
) -> str:
    """Fill the Pareto page."""
    shown = gathered(bars, BARS)
    picture = cause_charts.pareto_picture(shown, [_bar_words(bar, measure) for bar in shown]) if bars else ""
    return render(
        "pareto.html.j2", bars=bars, picture=picture, by=BY[by], measure=MEASURES[measure], money=money_span,
        sentence=sentence(bars, by, measure), period=period, company=company, written_at=written_at, assumed=assumed,
    )  # fmt: skip


def _bar_words(bar: Bar, measure: str) -> str:
    item = bar.item
    size = {"count": f"{item.count:,} 条", "customers": f"{item.customers:,} 位客户",
            "cost": money_span(item.cost_low, item.cost_high, "元")}[measure]  # fmt: skip
    return f"{size} · 累计 {said(bar.running)}"


def _cell(lift: Lift) -> str:
    if lift.ratio is None or lift.low is None or lift.high is None:
        return ""
    return cause_charts.interval(lift.low, lift.ratio, lift.high, lift.over)


def _ratio(lift: Lift) -> str:
    if lift.ratio is None or lift.low is None or lift.high is None:
        return "—"
    if lift.only:
        return f"只在这里（至少 {times(lift.low)} 倍）"
    return f"{times(lift.ratio)} 倍（{times(lift.low)}–{times(lift.high)}）"


def _scope(suspicion: Suspicion) -> str:
    change = suspicion.change
    scopes = [change.product, change.region, change.channel, change.version]
    return "、".join(scope for scope in scopes if scope) or "不限"
