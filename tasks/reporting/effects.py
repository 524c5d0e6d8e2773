"""Effects as they are told: the stored verdict, its picture, and a fingerprint of the rows behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.measures.proving import metric_of
from models.schema.proof import Contract as ContractRow
from models.schema.proof import MetricObservation
from models.views.reporting import AROUND, ARRIVED, BEHIND, Asked, ask, digest
from settings import get_settings
from tasks.reporting.origins import Origins
from voc.effect.contract import parse, windows
from voc.errors import InputError
from voc.reporting.crediting import Claim, Credit, credited
from voc.reporting.facts import Awaiting, EffectFact, Lineage, Picture
from voc.reporting.picture import from_days
from voc.zone import CHINA

Row = Mapping[str, Any]
CONTEXT = timedelta(weeks=4)  # shown before the baseline


def effects(
    session: Session, verdicts: Sequence[Row], asked: Asked, origins: Origins, credit: Mapping[str, Credit]
) -> tuple[EffectFact, ...]:
    """Turn verdicts into what is told of them, and write down where their numbers come from."""
    return tuple(
        credited(_effect(session, row, asked, origins), credit.get(verification(row))) for row in verdicts
    )


def verification(row: Row) -> str:
    """Return the key under which a report tells of a verdict."""
    return f"verification:{row['id']}"


def claim_of(row: Row) -> Claim:
    """Return what a verdict asks to be credited with."""
    return Claim(verification(row), row["verdict"], row["result"]["p_value"], row["result"]["alpha"])


def _effect(session: Session, row: Row, asked: Asked, origins: Origins) -> EffectFact:
    key = verification(row)
    fact = _told(session, row, asked)
    origins.entries[key] = _lineage(key, row, *prints(session, row), fact.late_rows)
    return fact


def _told(session: Session, row: Row, asked: Asked) -> EffectFact:
    result, key = row["result"], verification(row)
    high = result["change_high"]
    fact = EffectFact(
        key=key, problem=row["problem"], action=row["measure"], department=row["department"],
        metric=result["metric"], verdict=row["verdict"], sentence=row["sentence"],
        went_live=row["went_live"].astimezone(CHINA).date(), change=result["change"], low=result["change_low"],
        # JSON has no infinity: an effect with no upper end was stored without one.
        high=math.inf if high is None and result["change"] is not None else high,
        p_value=result["p_value"], before=result["before"], after=result["after"],
        smallest_effect=result["smallest_effect"], direction=result["direction"], alpha=result["alpha"],
        design=result["design"], dispersion=result["dispersion"], contract=row["lineage"]["contract"] or "",
        weeks_more=result["weeks_more"], action_id=row["action_id"], problem_id=row["problem_id"],
        attempt=row["attempt"], computed_at=row["computed_at"], late_rows=_late(session, row, asked),
        diagnostics=tuple(_diagnostics(result)), adjusted=tuple(_adjusted(result)),
    )  # fmt: skip
    return replace(fact, picture=_stored(result) or _from_days(session, row, fact))


def _lineage(key: str, row: Row, rows_hash: str, around: str, late: int) -> Lineage:
    known = row["lineage"]
    return Lineage(
        key, known["query"], rows_hash, known["model"], known["taxonomy"], known["contract"] or "", known["run"] or "",
        f"{row['problem']} · {row['measure']}", "按上线前锁定的合同比较；改善的结论再与本报告比较的全部措施一并校正。",
        f"{around}:{late}",
    )  # fmt: skip


def prints(session: Session, row: Row) -> tuple[str, str]:
    """Return the fingerprints of the rows a verdict was reached from, as they were known then, and of what else."""
    since, until = _span(row)
    then = Asked(since, until, since, row["computed_at"])
    rows = ask(session, BEHIND, then, problem=row["problem_id"])[0]
    told = rows.pop("told")
    days = {"first": since.date(), "last": (until - timedelta(days=1)).date()}
    return digest(rows), digest([told, ask(session, AROUND, then, **days)[0]])


def _late(session: Session, row: Row, asked: Asked) -> int:
    since, until = _span(row)
    values = {"since": since, "until": until, "from": row["computed_at"], "now": asked.now}
    return int(next(iter(ask(session, ARRIVED, Asked(since, until, since, asked.now), **values)[0].values())))


def _span(row: Row) -> tuple[datetime, datetime]:
    spans = row["result"]["windows"]
    first, last = date.fromisoformat(spans["baseline_start"]), date.fromisoformat(spans["followup_end"])
    return datetime.combine(first, time(), CHINA), datetime.combine(last + timedelta(days=1), time(), CHINA)


def _diagnostics(result: Row) -> list[tuple[str, bool, str]]:
    listed = result.get("diagnostics")
    if not isinstance(listed, list):
        return []
    return [(str(one.get("name", "")), bool(one.get("ok")), str(one.get("sentence", ""))) for one in listed]


def _adjusted(result: Row) -> list[str]:
    told = result.get("adjusted")
    rows = told if isinstance(told, list) else list(told.values()) if isinstance(told, Mapping) else []
    return [str(one["sentence"]) for one in rows if isinstance(one, Mapping) and one.get("sentence")]


def _stored(result: Row) -> Picture | None:
    known = result.get("picture")
    if not known or not known.get("start"):
        return None
    seen, expected, low, high = (
        tuple(math.nan if v is None else float(v) for v in known[name])
        for name in ("observed", "expected", "low", "high")
    )
    days = tuple(date.fromisoformat(str(day)[:10]) for day in known["start"])
    live = date.fromisoformat(str(known["went_live"])[:10])
    return Picture(days, int(known["days"]), seen, expected, low, high, live, str(known.get("unit", "")))


def _from_days(session: Session, row: Row, fact: EffectFact) -> Picture | None:
    """Draw the picture from the daily observations a verdict of an older version was reached from."""
    spans = row["result"]["windows"]
    since, until = date.fromisoformat(spans["baseline_start"]), date.fromisoformat(spans["followup_end"])
    seen = select(MetricObservation).where(
        MetricObservation.metric == metric_of(row["problem_id"]), MetricObservation.slice == "all",
        MetricObservation.day.between(since - CONTEXT, until),
    )  # fmt: skip
    days = list(session.scalars(seen.order_by(MetricObservation.day)))
    rated = fact.metric == "complaint_rate"
    return from_days(
        [one.day for one in days], [one.numerator for one in days],
        [(one.exposure or 0.0) if rated else one.denominator for one in days], fact.went_live or since,
        (since, date.fromisoformat(spans["baseline_end"])), fact.metric, fact.dispersion,
    )  # fmt: skip


def awaiting(session: Session, actions: Sequence[Row], asked: Asked) -> list[Awaiting]:
    """List the measures that are live and will be judged, or looked at once more, the earliest due first."""
    waiting = [row for row in actions if row["state"] == "implemented" and row["went_live"]
               and asked.department in (None, row["code"])]  # fmt: skip
    found = [
        Awaiting(row["problem"], row["measure"], row["department"], row["went_live"].astimezone(CHINA).date(), due)
        for row in waiting for due in [_due(session, row)] if not _looked_twice(row, due)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.due or date.max, one.problem))


def _looked_twice(action: Row, due: date | None) -> bool:
    """Whether the last look was taken: what it left open stays open, and no date is promised."""
    judged = action["judged_at"]
    return bool(due and judged and judged.astimezone(CHINA).date() >= due)


def _due(session: Session, action: Row) -> date | None:
    body = session.scalar(select(ContractRow.body).where(ContractRow.action_id == action["id"]))
    try:
        contract = parse(body or "")
    except InputError:
        return None
    looks = 2 if action["verdict"] else 1
    asked_for = replace(contract, followup_days=contract.followup_days * looks)
    last = windows(asked_for, action["went_live"].astimezone(CHINA).date()).followup_end
    return last + timedelta(days=get_settings().verify_grace_days + 1)
