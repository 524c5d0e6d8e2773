"""The headline numbers of a report, each with its definition, interval, the period before, and its origin."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from models.views.reporting import ACTIONS, CASES, CONTACTS, ORDERS, PROBLEMS, SAID, Asked, added, ask
from settings import get_settings
from tasks.reporting.gaming import look
from tasks.reporting.origins import Origins
from voc import kpi
from voc.reporting.facts import Number
from voc.reporting.said import Said, is_complaint, is_rated, is_ten

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Counted:
    """Everything the headline numbers of a period are made of."""

    said: Said
    orders: Rows
    contacts: dict[str, Any]
    cases: Rows
    actions: Rows
    problems: Rows


def counted(session: Session, asked: Asked) -> Counted:
    """Count a period."""
    last = asked.until - timedelta(days=1)
    return Counted(
        Said(ask(session, SAID, asked)),
        ask(session, ORDERS, asked, first=asked.since.date(), last=last.date()),
        ask(session, CONTACTS, asked, days=timedelta(days=get_settings().fcr_days))[0],
        ask(session, CASES, asked),
        ask(session, ACTIONS, asked),
        ask(session, PROBLEMS, asked),
    )


def headline_numbers(
    session: Session, asked: Asked, found: Counted, origins: Origins, excluded: frozenset[int] = frozenset()
) -> list[Number]:
    """Work out the headline numbers, beside those of the period before where there was one.

    `excluded` are cases whose closure is a sign of gaming: they do not count as solved, nor do those of the period
    before in what it is compared with.
    """
    numbers = _numbers(found, asked, excluded)
    before = replace(asked, since=asked.earlier, until=asked.since)
    earlier = counted(session, before) if asked.earlier < asked.since else None
    gamed = look(session, before).cases if earlier else frozenset()
    for number in numbers:
        _note(number, found, excluded, _beside(number.key, earlier, gamed), origins)
    if earlier is None or not (earlier.said.rows or earlier.cases):
        return numbers
    known = {number.key: number.value for number in _numbers(earlier, before, gamed)}
    return [replace(number, previous=known[number.key]) for number in numbers]


def _beside(key: str, earlier: Counted | None, gamed: frozenset[int]) -> object:
    """What a number of the period before was counted from."""
    return [_sources(earlier)[key][1], _context(key, earlier, gamed)] if earlier else None


def _context(key: str, found: Counted, excluded: frozenset[int]) -> object:
    """What else moves a number or its words, beside the rows it is counted from."""
    if key == "solved":
        return sorted(excluded)
    return _columns(found.cases, "id", "resolved_at") if key == "reopened" else None


def _numbers(found: Counted, asked: Asked, excluded: frozenset[int]) -> list[Number]:
    own = [row for row in found.actions if asked.department in (None, row["code"])]
    problems = [row for row in found.problems if asked.department in (None, row["code"])]
    said = [] if asked.department else [*_voice(found), *_satisfaction(found.said), _fcr(found)]
    return [*said, *_cases(found.cases, excluded), *_loop(own, problems, asked)]


def _note(
    number: Number, found: Counted, excluded: frozenset[int], earlier: object, origins: Origins
) -> None:
    query, rows = _sources(found)[number.key]
    beside = [_context(number.key, found, excluded), earlier]
    origins.note(number.key, number.name, query, rows, number.definition, beside)


def _sources(found: Counted) -> dict[str, tuple[str, Any]]:
    """The query and the rows, or their fingerprints, behind each number."""
    said = found.said
    orders = [tuple(row.values()) for row in found.orders]
    sources: dict[str, tuple[str, Any]] = {
        "feedback": ("SAID", added(said.prints())),
        "complaints": ("SAID + ORDERS", [added(said.prints(is_complaint)), orders or added(said.prints())]),
        "csat": ("SAID", added(said.prints(is_rated, "rated"))),
        "satisfied": ("SAID", added(said.prints(is_rated, "rated"))),
        "nps": ("SAID", added(said.prints(is_ten, "rated"))),
        "fcr": ("CONTACTS", found.contacts),
        "recurrence": ("PROBLEMS", _columns(found.problems, "id", "solved_at", "relapsed_at")),
        "to_live": ("ACTIONS", _columns(found.actions, "id", "detected_at", "went_live")),
        "to_verdict": ("ACTIONS", _columns(found.actions, "id", "went_live", "judged_at")),
    }
    columns = {
        "answered": ("id", "respond_by", "responded_at"), "kept": ("id", "resolve_by", "resolved_at"),
        "solved": ("id", "solved_at"), "cycle": ("id", "opened_at", "solved_at"), "reopened": ("id", "reopened"),
        "told": ("id", "solved_at", "reachable", "told"),
    }  # fmt: skip
    return sources | {key: ("CASES", _columns(found.cases, *names)) for key, names in columns.items()}


def _columns(rows: Rows, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def _voice(found: Counted) -> list[Number]:
    feedback, complaints = found.said.count(), found.said.count(is_complaint)
    ordered = sum(row["value"] for row in found.orders)
    first = Number(
        "feedback", "有效反馈", feedback, "count", "期内入库、未被判为重复、无效或可疑的反馈条数。"
    )
    if ordered:
        return [first, _complaint_rate(complaints, feedback, ordered)]
    part = kpi.share(complaints, feedback)
    meaning = "期内投诉条数 ÷ 有效反馈条数（没有订单数据）；区间为 Wilson 区间。"
    basis = f"{complaints:,} 条投诉，{feedback:,} 条反馈"
    return [first, Number("complaints", "投诉占比", part.value, "percent", meaning, part.low, part.high,
                          better="down", basis=basis)]  # fmt: skip


def _complaint_rate(complaints: int, feedback: int, ordered: float) -> Number:
    meaning = "期内投诉条数 ÷ 期内订单数；区间为泊松精确区间。"
    if not feedback:  # a silent source is not a content customer
        return Number("complaints", "投诉率", None, "permille", meaning, better="down", basis="没有读到反馈")
    rate = kpi.complaint_rate(complaints, ordered)
    basis = f"{complaints:,} 条投诉，{ordered:,.0f} 单"
    return Number("complaints", "投诉率", rate.value, "permille", meaning, rate.low, rate.high, better="down",
                  basis=basis)  # fmt: skip


def _satisfaction(said: Said) -> list[Number]:
    found = kpi.csat(said.ratings())
    nps, basis = kpi.nps(said.tens()), f"{found.answers:,} 条评分"
    answers = f"{nps.denominator:,.0f} 条 0–10 分回答" if nps.denominator else "没有 0–10 分量表的来源"
    return [
        Number("csat", "CSAT 均分", found.mean, "score", "有评分反馈折算为 1–5 分后的平均值；区间为 t 区间。",
               found.mean_low, found.mean_high, better="up", basis=basis),
        _share("satisfied", "满意率", found.satisfied, "评分不低于 4 分的占比；区间为 Wilson 区间。", "up", basis),
        Number("nps", "NPS 净推荐值", nps.value, "points",
               "9–10 分的占比减 0–6 分的占比，只计用 0–10 分量表的来源；区间为正态区间。", nps.low, nps.high,
               better="up", basis=answers),
    ]  # fmt: skip


def _fcr(found: Counted) -> Number:
    days, row = get_settings().fcr_days, found.contacts
    part = kpi.share(row["settled"], row["contacts"])
    meaning = (
        f"能识别的客户投诉或咨询后 {days} 天内没有再次投诉或咨询的占比，不足 {days} 天的不计；"
        "区间为 Wilson 区间。"
    )
    return _share("fcr", "一次解决率（FCR）", part, meaning, "up", f"{row['contacts']:,} 次来访")


def _cases(cases: Rows, excluded: frozenset[int]) -> list[Number]:
    answered = [_in_time(c["responded_at"], c["respond_by"]) for c in cases]
    kept = [_in_time(c["resolved_at"], c["resolve_by"]) for c in cases]
    solved = [is_solved(c, excluded) for c in cases]
    once = [c["resolved_at"] is not None for c in cases]
    cycle = kpi.cycle_times(_hours(cases, "opened_at"), _hours(cases, "solved_at"))
    basis = f"{len(cases):,} 件个案"
    gamed = sum(c["id"] in excluded and c["solved_at"] is not None for c in cases)
    out = f"，{gamed:,} 件异常结案不计为解决" if gamed else ""
    slow = f"九成在 {cycle.p90:,.1f} 小时内" if cycle.p90 is not None else ""
    return [
        _share("answered", "首次答复及时率", kpi.share(sum(answered), len(cases)),
               "在最初承诺的期限内得到首次答复的个案占比；区间为 Wilson 区间。", "up", basis),
        _share("kept", "解决及时率", kpi.share(sum(kept), len(cases)),
               "在最初承诺的期限内解决的个案占比；区间为 Wilson 区间。", "up", basis),
        _share("solved", "个案解决率", kpi.closure_rate(np.array(solved, dtype=bool)),
               "期内受理的个案中，到报告时已解决、没有重开在办的占比，异常结案不算解决；区间为 Wilson 区间。",
               "up", basis + out),
        Number("cycle", "解决用时（中位）", cycle.median, "hours",
               "已解决个案从受理到最后一次解决的自然小时数的中位数。",
               better="down", note="；".join(w for w in (slow, f"{cycle.open:,} 件未解决" if cycle.open else "") if w)),
        _share("reopened", "个案重开率", kpi.recurrence(once, [c["reopened"] for c in cases]),
               "解决过的个案中，客户不满意而重开的占比；区间为 Wilson 区间。", "down", f"{sum(once):,} 件解决过"),
        _told(cases),
    ]  # fmt: skip


def is_solved(case: Mapping[str, Any], excluded: Collection[int]) -> bool:
    """Tell whether a case stands solved at the moment of the report, by a closure that counts."""
    return case["solved_at"] is not None and case["id"] not in excluded


def _told(cases: Rows) -> Number:
    done = [c for c in cases if c["solved_at"] is not None]
    known = [c for c in done if c["reachable"]]
    meaning = "已解决、客户留有联系方式的个案中，结果已送达客户的占比；区间为 Wilson 区间。"
    part = kpi.share(sum(c["told"] for c in known), len(known))
    return _share(
        "told",
        "结果告知率",
        part,
        meaning,
        "up",
        f"{len(known):,} 件可联系，{len(done) - len(known):,} 件联系不上",
    )


def _in_time(done: datetime | None, due: datetime) -> bool:
    return done is not None and done <= due


def _loop(actions: Rows, problems: Rows, asked: Asked) -> list[Number]:
    lived = [row for row in actions if row["went_live"] and asked.since <= row["went_live"] < asked.until]
    judged = [row for row in actions if row["judged_at"] and asked.since <= row["judged_at"] < asked.until
              and row["went_live"]]  # fmt: skip
    won = [row for row in problems if row["solved_at"]]
    again = kpi.share(sum(row["relapsed_at"] is not None for row in won), len(won))
    return [
        _share("recurrence", "问题复发率", again, "曾验证有效的问题中再次出现的占比，累计；区间为 Wilson 区间。",
               "down",
               f"{len(won)} 个曾验证有效的问题"),
        _days("to_live", "发现到措施上线", [row["went_live"] - row["detected_at"] for row in lived],
              "期内上线的措施，从问题被发现到措施上线的天数的中位数。", f"{len(lived)} 项措施"),
        _days("to_verdict", "上线到效果结论", [row["judged_at"] - row["went_live"] for row in judged],
              "期内得出结论的措施，从上线到结论的天数的中位数。", f"{len(judged)} 项措施"),
    ]  # fmt: skip


def _days(key: str, name: str, spans: Sequence[timedelta], meaning: str, basis: str) -> Number:
    middle = float(np.median([span / timedelta(days=1) for span in spans])) if spans else None
    return Number(key, name, middle, "days", meaning, better="down" if key == "to_live" else "", basis=basis)


def _share(key: str, name: str, part: kpi.Measure, meaning: str, better: str, basis: str) -> Number:
    return Number(key, name, part.value, "percent", meaning, part.low, part.high, better=better, basis=basis)


def _hours(cases: Rows, column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([c[column].timestamp() / 3600 if c[column] else np.nan for c in cases], dtype=np.float64)
