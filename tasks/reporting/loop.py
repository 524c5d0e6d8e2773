"""Sections about the loop: problems, trends, the funnel with its leaks, channels, departments, what is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.views.problem_list import quotations
from models.views.reporting import (
    LATE_CASES,
    MEMBERS,
    SPREAD,
    STANDING,
    WEEKS,
    Asked,
    added,
    ask,
    department_names,
)
from tasks.assets import taxonomy
from tasks.reporting.figures import Counted, is_solved
from tasks.reporting.gaming import Seen
from tasks.reporting.origins import Origins
from voc import kpi
from voc.causes.slices import SLICE_NAMES
from voc.causes.wording import value_name
from voc.intake.rows import CHANNELS
from voc.lifecycle import ACTION, PROBLEM
from voc.reporting.facts import (
    ChannelFact,
    DepartmentFact,
    EffectFact,
    Overdue,
    ProblemFact,
    Slice,
    Stage,
    Trend,
)
from voc.reporting.funnel import Reached, Stuck, stages
from voc.reporting.said import Said, is_complaint
from voc.reporting.spread import standing_out
from voc.zone import CHINA

MOST_PROBLEMS = 20
MOST_TRENDS = 6
SPARK_WEEKS = 26
APPROVED = ("approved", "accepted", "in_progress", "implemented", "verified", "ineffective")
OPEN = ("approved", "accepted", "in_progress")
Rows = Sequence[Mapping[str, Any]]


def problems(
    session: Session, known: Rows, asked: Asked, only: set[int] | None, origins: Origins
) -> tuple[ProblemFact, ...]:
    """List the problems that were spoken of in the period, most of all first."""
    counts = {row["problem_id"]: row for row in ask(session, MEMBERS, asked)}
    # Feedback about one event is in the problem of its issue as well, and shares are added up.
    said = [row for row in known if row["kind"] != "incident" and counts.get(row["id"], {}).get("count")]
    total = sum(counts[row["id"]]["count"] for row in said)
    mine = [row for row in said if only is None or row["id"] in only]
    listed = sorted(mine, key=lambda row: (-counts[row["id"]]["count"], row["id"]))[:MOST_PROBLEMS]
    ids = [row["id"] for row in listed]
    weekly = _weekly(session, ids, asked)
    spread = standing_out(ask(session, SPREAD, asked, ids=ids)) if ids else {}
    quoted = quotations(session, ids, 2)
    return tuple(
        _problem(row, counts[row["id"]], total, weekly, spread, quoted, asked, origins) for row in listed
    )


def _weekly(session: Session, ids: Sequence[int], asked: Asked) -> dict[int, dict[date, int]]:
    series: dict[int, dict[date, int]] = {id_: {} for id_ in ids}
    for row in ask(session, WEEKS, asked, ids=list(ids), long=asked.until - timedelta(weeks=SPARK_WEEKS)):
        series[row["problem_id"]][row["week"]] = row["count"]
    return series


def _problem(
    row: Mapping[str, Any], counted: Mapping[str, Any], total: int, weekly: Mapping[int, Mapping[date, int]],
    spread: Mapping[int, Sequence[tuple[str, str, float]]], quoted: Mapping[int, list[str]], asked: Asked,
    origins: Origins,
) -> ProblemFact:  # fmt: skip
    series = weekly[row["id"]]
    slices = tuple(Slice(SLICE_NAMES[k], value_name(k, v), part) for k, v, part in spread.get(row["id"], []))
    key = origins.note(f"problem:{row['id']}", row["name"], "MEMBERS", [counted["ids"], counted["previous"]],
                       "期内属于这个问题的反馈条数；占比的分母是全部问题的反馈之和。",
                       [total, sorted(series.items()), row["state"], row["round"], [vars(one) for one in slices]],
                       )  # fmt: skip
    return ProblemFact(
        id=f"PRB-{row['id']}", name=row["name"], state=PROBLEM.states[row["state"]], count=counted["count"],
        share=counted["count"] / total if total else 0.0, key=key,
        previous=counted["previous"] if asked.earlier < asked.since else None,
        weekly=tuple(float(series.get(week, 0)) for week in _mondays(asked)),
        areas=tuple([taxonomy().areas.get(row["area"], row["area"])] if row["area"] else []),
        slices=slices,
        quotations=tuple(quoted.get(row["id"], [])), department=row["department"], round=row["round"],
    )  # fmt: skip


def _mondays(asked: Asked) -> list[date]:
    """The Mondays of the weeks a spark line shows: up to the last that has ended, lest it seem to fall."""
    last = asked.until.astimezone(CHINA).date()
    monday = last - timedelta(days=last.weekday() + 7)
    return [monday - timedelta(weeks=n) for n in range(SPARK_WEEKS - 2, -1, -1)]


def trends(listed: Sequence[ProblemFact], judged: Sequence[EffectFact], asked: Asked) -> list[Trend]:
    """Return the weeks of the problems that have no verdict: the others are drawn with theirs."""
    told = {f"PRB-{effect.problem_id}" for effect in judged if effect.picture}
    weeks = tuple(_mondays(asked))
    left = [fact for fact in listed if fact.id not in told and sum(fact.weekly) >= SPARK_WEEKS // 2]
    return [Trend(fact.name, weeks, fact.weekly, verdict=fact.state) for fact in left[:MOST_TRENDS]]


def channels(said: Said, origins: Origins) -> list[ChannelFact]:
    """Count feedback and complaints by channel."""
    found = []
    for code, (count, complaints) in said.channels().items():
        name = CHANNELS.get(code, code)
        prints = [added(said.of_channel(code).prints()), complaints]
        key = origins.note(
            f"channel:{code}", f"渠道 {name}", "SAID", prints, "期内该渠道的有效反馈与其中的投诉。"
        )
        found.append(ChannelFact(name, count, complaints, key))
    return found


def funnel(session: Session, found: Counted, verdicts: Rows, asked: Asked, origins: Origins) -> list[Stage]:
    """Follow the complaints of the period through the loop and name where they stayed."""
    if asked.department:
        return []
    done = _done(found.actions, verdicts)
    rows = ask(session, STANDING, asked, **{name: sorted(ids) for name, ids in done.items()})
    reached = [Reached(r["stage"], bool(r["told"]), r["reachable"], r["count"], r["ids"]) for r in rows]
    counts = {row["problem_id"]: row["count"] for row in ask(session, MEMBERS, asked)}
    steps = stages(reached, _stuck(found, counts, done, asked))
    before = ""
    for step, least in zip(steps, (1, 2, 3, 4, 5, 5), strict=True):
        prints = added(
            [one.ids for one in reached if one.stage >= least and (one.told or step is not steps[-1])]
        )
        # What stayed behind is counted from the step before, and told by problem and state.
        origins.note(step.key, f"漏斗·{step.name}", "STANDING", prints, step.definition, [before, step.leaks])
        before = prints
    return steps


def _done(actions: Rows, verdicts: Rows) -> dict[str, set[int]]:
    return {
        "acted": {row["problem_id"] for row in actions if row["state"] in APPROVED},
        "live": {row["problem_id"] for row in actions if row["went_live"]},
        "judged": {row["problem_id"] for row in verdicts},
    }


def _stuck(
    found: Counted, counts: Mapping[int, int], done: Mapping[str, set[int]], asked: Asked
) -> list[Stuck]:
    stuck = []
    for row in found.problems:
        id_, count = row["id"], counts.get(row["id"], 0)
        if not count or id_ in done["judged"] or row["kind"] == "incident":
            continue
        stage = 4 if id_ in done["live"] else 3 if id_ in done["acted"] else 2
        stuck.append(Stuck(stage, count, row["name"], _why(row, found.actions, stage, asked)))
    return stuck


def _why(problem: Mapping[str, Any], actions: Rows, stage: int, asked: Asked) -> str:
    own = [row for row in actions if row["problem_id"] == problem["id"]]
    if stage == 2:
        waiting = [row for row in own if row["state"] == "proposed"]
        words = f"{PROBLEM.states[problem['state']]}，{'措施待审批' if waiting else '还没有措施'}"
    elif stage == 3:
        late = [row for row in own if row["state"] in OPEN and row["due_at"] < asked.now]
        words = "措施逾期未上线" if late else "措施在做，尚未到期"
    else:
        words = "在观察期内，还不能下结论"
    return f"{words}（{problem['department']}）"


def departments(
    session: Session, found: Counted, credited: Mapping[int, str], seen: Seen, asked: Asked, origins: Origins
) -> list[DepartmentFact]:
    """Return what each department was given and what of it was verified to work.

    `credited`: by measure, the verdict that the report credits.
    """
    names = department_names(session)
    counts = {row["problem_id"]: row["count"] for row in ask(session, MEMBERS, asked)}
    codes = [asked.department] if asked.department else sorted(names)
    facts = [
        _department(code, names.get(code, code), found, counts, credited, seen, asked, origins)
        for code in codes
    ]
    return [fact for fact in facts if fact.actions or fact.cases or fact.complaints]


def _department(
    code: str, name: str, found: Counted, counts: Mapping[int, int], credited: Mapping[int, str], seen: Seen,
    asked: Asked, origins: Origins,
) -> DepartmentFact:  # fmt: skip
    own = [row for row in found.actions if row["code"] == code and row["state"] != "cancelled"]
    cases = [row for row in found.cases if row["department"] == code]
    verdicts = [credited.get(row["id"], "") for row in own]
    complained = sum(counts.get(row["id"], 0) for row in found.problems
                     if row["code"] == code and row["kind"] != "incident")  # fmt: skip
    key = origins.note(
        f"department:{code}", name, "ACTIONS + CASES",
        [[tuple(row.values()) for row in own], verdicts, [tuple(row.values()) for row in cases]],
        "承担的措施与期内受理的个案；只有结论为「有效」、与本报告的全部比较一并校正后仍成立的措施算成果，"
        "到报告时已解决、没有重开在办的个案算解决，异常结案不算。",
        [complained, seen.by_department.get(code, 0), sorted(seen.cases & {row["id"] for row in cases})],
    )  # fmt: skip
    return DepartmentFact(
        name=name, actions=len(own), implemented=sum(row["went_live"] is not None for row in own),
        effective=verdicts.count("effective"), partly=verdicts.count("partly_effective"),
        failed=verdicts.count("ineffective") + verdicts.count("worse"),
        open=sum(verdicts.count(code) for code in ("insufficient", "not_identifiable", "invalid_contract")),
        overdue=sum(row["state"] in OPEN and row["due_at"] < asked.now for row in own), key=key, cases=len(cases),
        answered=kpi.share(sum(_in_time(row) for row in cases), len(cases)).value,
        solved=kpi.share(sum(is_solved(row, seen.cases) for row in cases), len(cases)).value,
        gamed=seen.by_department.get(code, 0), complaints=complained,
    )  # fmt: skip


def _in_time(case: Mapping[str, Any]) -> bool:
    return case["responded_at"] is not None and case["responded_at"] <= case["respond_by"]


def overdue(session: Session, actions: Rows, asked: Asked) -> list[Overdue]:
    """List late measures one by one, and late cases summed up: leadership needs the place, not five hundred lines."""
    late = [row for row in actions if row["state"] in OPEN and row["due_at"] < asked.now
            and asked.department in (None, row["code"])]  # fmt: skip
    measures = [
        Overdue("改进措施", f"{row['problem']} · {row['measure']}（{ACTION.states[row['state']]}）", row["department"],
                row["due_at"], _hours(row["due_at"], asked))
        for row in late
    ]  # fmt: skip
    return measures + [
        Overdue("个案", _late_words(row["unanswered"], row["unsolved"]), row["name"] or "未派发", row["oldest"],
                _hours(row["oldest"], asked), count=row["unanswered"] + row["unsolved"])
        for row in ask(session, LATE_CASES, asked)
    ]  # fmt: skip


def _late_words(unanswered: int, unsolved: int) -> str:
    said = (unanswered, "件首次答复超时"), (unsolved, "件解决超时")
    return "，".join(f"{count:,} {words}" for count, words in said if count)


def _hours(due: Any, asked: Asked) -> float:
    return float((asked.now - due).total_seconds() / 3600)


def complaints(said: Said) -> int:
    """Count the complaints of a period."""
    return said.count(is_complaint)
