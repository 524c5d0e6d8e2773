"""The headline numbers of a report, each with its definition, interval and lineage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from models import showing
from tasks.analyse import model, taxonomy
from tasks.common import run_id
from voc import kpi
from voc.facts import (
    Lineage,
    Number,
)


def headline_numbers(session: Session, start: datetime, end: datetime) -> tuple[list[Number], list[Lineage]]:
    counted = showing.headline(session, start, end)
    ratings = showing.ratings(session, start, end)
    ordered = showing.orders(session, start.date(), (end - timedelta(days=1)).date())
    cases = showing.case_times(session, start, end)
    numbers = [
        Number(
            "feedback",
            "有效反馈",
            counted["feedback"],
            "count",
            "期内入库、未被判为重复、无效或可疑的反馈条数。",
        ),
        _rate(counted, ordered),
        *_satisfaction(ratings),
        *_case_numbers(cases),
    ]
    sources = {
        "feedback": counted, "complaints": {**counted, "orders": ordered}, "csat": ratings, "satisfied": ratings,
        "answered": cases, "solved": cases, "cycle": cases,
    }  # fmt: skip
    return numbers, [_lineage(number.key, sources[number.key]) for number in numbers]


def _lineage(key: str, rows: object) -> Lineage:
    digest = hashlib.sha256(json.dumps(rows, default=str, sort_keys=True).encode()).hexdigest()
    return Lineage(
        key, f"models.showing（{key}）", digest, model().version, taxonomy().version, "", run_id() or ""
    )


def _rate(counted: Mapping[str, Any], ordered: float) -> Number:
    if ordered:
        rate = kpi.complaint_rate(counted["complaints"], ordered)
        meaning = "期内投诉条数 ÷ 期内订单数；区间为泊松精确区间。"
        return Number(
            "complaints", "投诉率", rate.value, "permille", meaning, rate.low, rate.high, better="down"
        )
    part = kpi.share(counted["complaints"], counted["feedback"])
    meaning = "期内投诉条数 ÷ 有效反馈条数（没有订单数据）；区间为 Wilson 区间。"
    return Number(
        "complaints", "投诉占比", part.value, "percent", meaning, part.low, part.high, better="down"
    )


def _satisfaction(ratings: Sequence[float]) -> list[Number]:
    found = kpi.csat(np.array(ratings, dtype=np.float64))
    happy = found.satisfied
    return [
        Number("csat", "CSAT 均分", found.mean, "score", "有评分反馈折算为 1–5 分后的平均值；区间为 t 区间。",
               found.mean_low, found.mean_high, better="up"),
        Number("satisfied", "满意率", happy.value, "percent", "评分不低于 4 分的占比；区间为 Wilson 区间。",
               happy.low, happy.high, better="up"),
    ]  # fmt: skip


def _case_numbers(cases: Sequence[Mapping[str, Any]]) -> list[Number]:
    answered = [bool(c["responded_at"] and c["responded_at"] <= c["respond_by"]) for c in cases]
    solved = [c["resolved_at"] is not None for c in cases]
    in_time, closed = kpi.share(sum(answered), len(answered)), kpi.closure_rate(np.array(solved, dtype=bool))
    cycle = kpi.cycle_times(_hours(cases, "opened_at"), _hours(cases, "resolved_at"))
    return [
        Number("answered", "首次答复及时率", in_time.value, "percent", "在承诺期限内得到首次答复的个案占比。",
               in_time.low, in_time.high, better="up"),
        Number("solved", "个案解决率", closed.value, "percent", "期内受理的个案中已解决的占比。",
               closed.low, closed.high, better="up"),
        Number("cycle", "解决用时（中位）", cycle.median, "hours", "已解决个案从受理到解决的自然小时数的中位数。",
               better="down", note=f"另有 {cycle.open} 件未解决" if cycle.open else ""),
    ]  # fmt: skip


def _hours(cases: Sequence[Mapping[str, Any]], column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([c[column].timestamp() / 3600 if c[column] else np.nan for c in cases], dtype=np.float64)
