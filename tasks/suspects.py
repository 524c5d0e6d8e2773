"""Suspects: find bought praise, waves of copies and artefacts of crawling in what was newly analysed.

Suspect feedback stays visible and its cases are answered; it counts neither as praise nor as complaint.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from prefect.artifacts import create_markdown_artifact
from sqlalchemy.orm import Session

from models.analysis import suspects
from models.change import lock_out
from models.engine import transaction
from models.measures.improving import store_departments
from models.problems.watching import raise_alarms
from tasks.aggregate import organisation
from tasks.common import by, stage
from tasks.naming import table
from voc.alarms.values import Alarm
from voc.cleaning.duplicates import bare
from voc.quotations import quoted
from voc.suspects.bursts import Policy
from voc.suspects.judging import DAY, EAST, NOT_COUNTED, Finding, Judged, Said, judge
from voc.suspects.judging import NAMES as KINDS
from voc.suspects.signs import NAMES

# Days before the first new one that are judged again, so that what goes on is known from its start.
BACK = Policy().longest + Policy().gap
FIRST = date(1970, 1, 1)


@stage("识别可疑反馈")
def mark_suspects(now: datetime) -> dict[str, int]:
    """Judge the sources that have new feedback, mark what is suspect, and raise an alarm for each finding."""
    counts: dict[str, int] = {}
    with transaction() as session:
        lock_out(session, "analyse")
        for source in suspects.touched(session):
            for kind, rows in _judge_source(session, source, now).items():
                counts[kind] = counts.get(kind, 0) + rows
    return {f"suspect_{kind}": rows for kind, rows in counts.items() if rows}


@stage("展示可疑反馈")
def show_suspects() -> None:
    """Show bursts and waves, and how much of each source is not counted."""
    with transaction() as session:
        found, counts = suspects.suspicions(session), suspects.refused(session)
    rows = [
        {**row, "kind": KINDS[row["kind"]], "days": f"{row['started_on']} 至 {row['ended_on']}"}
        for row in found
    ]
    told = table(rows, {"kind": "类型", "title": "来源", "product": "产品", "days": "起止", "reason": "理由"})
    left = table(counts, {"title": "来源", "feedback": "全部", **NOT_COUNTED})
    create_markdown_artifact(
        f"# 可疑反馈\n\n这些反馈照常受理，但不计入表扬和投诉。\n\n{told}\n\n# 不计入统计的反馈\n\n{left}",
        key="suspects", description="买来的好评、成批雷同、采集残留、广告",
    )  # fmt: skip


def _judge_source(session: Session, source: dict[str, Any], now: datetime) -> dict[str, int]:
    since = int(source["first"].timestamp() + EAST) // DAY - BACK
    rows = suspects.said(
        session, source["id"], suspects.moment_of(since - Policy().past - max(Policy().windows))
    )
    if not rows:
        return {}
    products = sorted({row.product for row in rows if row.product})
    judged = judge(_columns(rows, products), since)
    marked = {kind: suspects.mark(session, kind, ids.tolist()) for kind, ids in judged.marks.items()}
    _tell(session, source, judged, {row.id: row.text for row in rows}, products, now)
    return marked


def _columns(rows: Sequence[Any], products: Sequence[str]) -> Said:
    place = {product: n for n, product in enumerate(products)}
    ids, seconds, ratings, praise, texts, hashes, product, customers, originals, suspect = zip(
        *rows, strict=True
    )
    return Said(
        _whole(ids), _whole(seconds), np.array(ratings, dtype=np.float64),
        np.array([one is True for one in praise], dtype=bool), texts, _whole(hashes),
        _whole(len(bare(text)) for text in texts),
        _whole(place.get(one, -1) for one in product), _whole(customers),
        _whole(originals), np.array(suspect, dtype=bool),
    )  # fmt: skip


def _whole(values: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(values, dtype=np.int64)


def _tell(
    session: Session, source: dict[str, Any], judged: Judged, texts: dict[int, str], products: Sequence[str],
    now: datetime,
) -> None:  # fmt: skip
    named = [
        (finding, products[finding.product] if finding.product >= 0 else "") for finding in judged.findings
    ]
    suspects.note(session, [_row(finding, product, source["id"], now) for finding, product in named])
    store_departments(session, organisation())
    alarms = [
        _alarm(finding, product, source, [texts[id_] for id_ in finding.feedback.tolist()])
        for finding, product in named
    ]
    raise_alarms(session, alarms, by("rule:suspects", now))


def _row(finding: Finding, product: str, source: int, now: datetime) -> dict[str, Any]:
    return {
        "kind": finding.kind, "source_id": source, "product": product, "anchor": finding.anchor,
        "started_on": _day(finding.start), "ended_on": _day(finding.end), "seen_on": _day(finding.seen),
        "observed": finding.observed, "expected": finding.expected, "chance": finding.chance,
        "signs": list(finding.signs), "reason": finding.reason, "feedback": len(finding.feedback),
        "recorded_at": now,
    }  # fmt: skip


def _alarm(finding: Finding, product: str, source: dict[str, Any], texts: Sequence[str]) -> Alarm:
    own = organisation()
    known = {department.code for department in own.departments}
    label = f"{source['title']}·{product}" if product else source["title"]
    series = f"source:{source['name']}" + (f"|product:{product}" if product else "")
    return Alarm(
        finding.kind, series + (f"|text:{finding.anchor}" if finding.anchor else ""), label,
        _day(finding.start), _day(finding.end), finding.observed, finding.expected,
        suspects.moment_of(finding.seen + 1), source["owner"] if source["owner"] in known else own.fallback,
        tuple(NAMES[sign] for sign in finding.signs), tuple(_quoted(texts)), finding.reason,
        p_value=finding.chance,
    )  # fmt: skip


def _quoted(texts: Sequence[str]) -> list[str]:
    """Quote what was said, most frequent words first; short praise as it is."""
    often: dict[str, int] = {}
    for words in texts:
        often[words] = often.get(words, 0) + 1
    ordered = sorted(often, key=lambda words: -often[words])
    return quoted(ordered)


def _day(day: int) -> date:
    return FIRST + timedelta(days=day)
