"""Pages and messages from Jinja2 templates: everything is escaped, nothing may be undefined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from notifications import charts
from notifications.report_pictures import PARETO_MOST, pictures
from voc.kpi import PART_NAMES
from voc.reporting.agenda import Agenda, next_meeting
from voc.reporting.ledger import NAMING, printed
from voc.reporting.ledger import PART_NAMES as LEDGER_NAMES
from voc.reporting.quantities import change, number, span, value
from voc.reporting.report import Report
from voc.zone import CHINA, day_words

TEMPLATES = Path(__file__).parent / "templates"
_UNIT = re.compile(r"(?<=\d) (?=[\u4e00-\u9fff])")


def render(template: str, **context: Any) -> str:
    """A template of this folder filled with `context`; an unknown name in it is an error."""
    return _environment().get_template(template).render(**context)


def render_report(report: Report) -> str:
    """The leadership report as one HTML file that needs nothing else."""
    named = {name.rpartition(".")[2]: sql.strip() for name, sql in report.facts.queries.items()}
    used = {name.rpartition(".")[2] for entry in report.lineage for name in entry.query.split(" + ")}
    return render(
        "report.html.j2",
        report=report,
        facts=report.facts,
        charts=pictures(report),
        row_names=PART_NAMES,
        row_colours=dict(zip(PART_NAMES, charts.ROW_COLOURS, strict=True)),
        quoted=PARETO_MOST,  # beyond those of the picture a problem is a line
        origins=_origins(report, set(named)),
        queries={name: sql for name, sql in named.items() if name in used},
    )


def render_meeting(agenda: Agenda) -> str:
    """The agenda of a review meeting, on one page."""
    return render(
        "meeting.html.j2", agenda=agenda, facts=agenda.report.facts, next=next_meeting(agenda.report)
    )


def _origins(report: Report, queries: set[str]) -> dict[str, dict[str, Any]]:
    said, places = printed(report.facts), _places(report)
    return {
        entry.key: {
            "value": _said(said.get(entry.key, {})),
            "queries": queries,
            "back": places.get(entry.key, f"v-{entry.key}"),
        }
        for entry in report.lineage
    }


def _places(report: Report) -> dict[str, str]:
    """Where on the page the number of an origin stands, when its id is not that of the origin itself."""
    facts = report.facts
    return {
        **{fact.key: f"v-{fact.key}-count" for fact in facts.problems},
        **{fact.key: f"v-{fact.key}-effective" for fact in facts.departments},
        **{fact.key: "channels" for fact in facts.channels},
        **{fact.key: "numbers" for fact in facts.numbers if fact.value is None},
        **{one.key: f"v-{one.key}-impact-{n}" for n, one in enumerate(facts.impacts, 1)},
        **({"rows": "v-rows-stored"} if facts.rows else {}),
        "overdue": "overdue",
        "flags": "departments",
    }


def _said(parts: Mapping[str, Any]) -> str:
    """The numbers an origin stands for, in full: 条数 339 · 占比 0.224."""
    kept = {
        part: v
        for part, v in parts.items()
        if isinstance(v, int | float | str) and v != "" and part not in NAMING
    }
    return " · ".join(f"{LEDGER_NAMES.get(part, part)} {_whole(v)}" for part, v in kept.items())


def _whole(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.6g}"


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
        "together": together,
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
        "query_id": lambda name: name.rpartition(".")[2],
    }
    return environment


def together(words: str) -> str:
    """Keep a number and its unit on one line: 有效 4 项."""
    return _UNIT.sub("\u00a0", words)


def percent(share: float | None, digits: int = 0) -> str:
    """0.583 → 58%; nothing → —."""
    return "—" if share is None else f"{share:.{digits}%}"


def signed_percent(change: float | None, digits: int = 0) -> str:
    """−0.583 → −58%, with a true minus and an explicit plus; nothing → —."""
    return "—" if change is None else f"{change:+.{digits}%}".replace("-", "−")


def day(when: date | None) -> str:
    """2026年11月21日, of a moment the day in China; nothing → —."""
    return "—" if when is None else day_words(when)


def moment(when: datetime | None) -> str:
    """A moment in China, to the minute; nothing → —."""
    if when is None:
        return "—"
    return f"{when.astimezone(CHINA):%Y-%m-%d %H:%M}"


def rate(amount: float | None, metric: str) -> str:
    """A complaint rate as pieces per thousand orders, a share as percent."""
    if amount is None:
        return "—"
    return f"每千单 {amount * 1000:.1f} 条" if metric == "complaint_rate" else f"{amount:.1%}"


def small(p: float) -> str:
    """A p-value without false precision: <0.001 or three digits."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def duration(hours: float) -> str:
    """Hours up to two days, then days."""
    return f"{hours:.0f} 小时" if hours < 48 else f"{hours / 24:.1f} 天"
