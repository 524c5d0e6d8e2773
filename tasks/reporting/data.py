"""Sections about the data themselves: where rows went, checks, the weekly audit, and what faults do to conclusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
from sqlalchemy.orm import Session

from models.views.reporting import DELIVERED, LATE, SUSPECTS, Asked, ask, digest
from settings import get_settings
from tasks import audit as auditing
from tasks.reporting.origins import Origins
from voc.audit.report import Question
from voc.audit.sheet import week_of
from voc.kpi import PARTS
from voc.reporting import impact
from voc.reporting.facts import AuditFact, Corrected, EffectFact, Impact, QualityFact
from voc.reporting.said import Said, is_complaint
from voc.zone import CHINA

CORRECTION = "两人复读的分层样本按抽中机会加权，校正模型误读；区间为 95%。"


def delivered(session: Session, asked: Asked, said: Said, origins: Origins) -> dict[str, int]:
    """Account for every row read in the period; what those in quarantine could move is bounded by what was said."""
    rows = ask(session, DELIVERED, asked)
    origins.note("rows", "数据去向", "DELIVERED", [tuple(row.values()) for row in rows],
                 "期内读入的每一行去了哪里：读入 = 入库 + 重复 + 近似重复 + 无效 + 隔离 + 空白。",
                 [said.count(is_complaint), said.count()])  # fmt: skip
    return {part: sum(int(row[f"rows_{part}"]) for row in rows) for part in ("read", *PARTS)}


def quality_score(session: Session, asked: Asked) -> float | None:
    """Return the mean score of the checks of the period."""
    scores = [
        row["quality_score"] for row in ask(session, DELIVERED, asked) if row["quality_score"] is not None
    ]
    return float(np.mean(scores)) if scores else None


def checks(rows: Mapping[str, int]) -> tuple[QualityFact, ...]:
    """Return the checks with the rows they looked at."""
    fresh = rows["read"] - rows["duplicate"] - rows["blank"]
    readable = fresh - rows["quarantined"]
    return (
        QualityFact("可识别（时间、评分、编码正确）", readable, fresh),
        QualityFact("内容有效（非广告、测试、占位）", readable - rows["rejected"], readable),
    )


def audited(asked: Asked, origins: Origins) -> AuditFact | None:
    """Return what the two readers of the weekly samples of the period found; None when nothing was read."""
    days = (asked.until - asked.since) // timedelta(days=1)
    wanted = {week_of((asked.since.astimezone(CHINA) + timedelta(days=n)).date()) for n in range(days)}
    drawn = auditing.weeks_read()
    weeks, questions = auditing.report(sorted(wanted & drawn)) if wanted & drawn else ([], [])
    if not questions:
        return None
    return AuditFact(
        tuple(weeks), questions[0].rows, questions[0].agreement.kappa if questions[0].agreement.rows else None,
        questions[0].right, tuple(_corrected(questions[0], weeks, origins)),
    )  # fmt: skip


def _corrected(question: Question, weeks: Sequence[str], origins: Origins) -> list[Corrected]:
    names = auditing.class_names()
    rows = [weeks, {name: vars(share) for name, share in question.shares.items()}]
    found = []
    for name, share in question.shares.items():
        key = origins.note(f"audit:{name}", f"校正后的占比·{names[name]}", "AUDIT", digest(rows), CORRECTION)
        found.append(Corrected(names[name], share.model, share.corrected, share.low, share.high, key))
    return found


def impacts(
    session: Session,
    rows: Mapping[str, int],
    said: Said,
    effects: Sequence[EffectFact],
    audit: AuditFact | None,
    asked: Asked,
    origins: Origins,
) -> list[Impact]:
    """Say what is wrong with the data and what that does to the conclusions."""
    days = get_settings().late_days
    late = ask(session, LATE, asked, late=timedelta(days=days))[0]
    suspects = ask(session, SUSPECTS, asked)[0]
    origins.note("late", "迟到的反馈", "LATE", late, f"期内说出、超过 {days} 天才读入的反馈。")
    origins.note("suspects", "可疑反馈", "SUSPECTS", suspects, "期内判为刷单好评、复制刷屏或爬虫残留的反馈。",
                 said.count())  # fmt: skip
    return [
        impact.quarantined(rows, said.count(is_complaint), said.count()),
        impact.arrived_late(late["late"], late["total"], days),
        *impact.after_verdicts(effects),
        impact.suspect(suspects["suspect"], said.count()),
        impact.misread(audit),
    ]
