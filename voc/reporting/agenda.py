"""The agenda of a review meeting, made of what happened: decisions first, then what was learnt, one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from voc.reporting.report import EffectRow, Report
from voc.zone import day_of_year, day_words

MOST = 5
MINUTES = {"decide": 6, "overdue": 3, "leak": 3, "learn": 4, "grow": 4, "flag": 4, "data": 3}
CASES = "个案"
HOST = "客户体验部"
EXPECTED = ("归入问题", "已告知客户")  # single complaints, and customers nobody can reach: nothing to decide
GROWTH = 0.2  # a problem that grew by more than this against the period before is put on the agenda
ORDINALS = "一二三四五"
LEAST = 10  # and has at least so many complaints


@dataclass(frozen=True)
class Point:
    """One point: what it is about, what is known, what has to be decided, and by whom it is brought."""

    title: str
    known: str
    question: str
    who: str
    minutes: int


@dataclass(frozen=True)
class Part:
    """Points of one kind."""

    title: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Agenda:
    """A meeting: its report, its parts and how long it will take."""

    report: Report
    parts: tuple[Part, ...]

    @property
    def minutes(self) -> int:
        """How long all points take together."""
        return sum(point.minutes for part in self.parts for point in part.points)


def agenda(report: Report) -> Agenda:
    """Make the agenda of what a report tells; parts without a point are left out."""
    parts = (
        ("未见效的措施：继续、改做还是停止", _failures(report)),
        ("逾期与卡住的环节", _stuck(report)),
        ("增长最快的问题", _growing(report)),
        ("异常标记与数据质量", _doubts(report)),
        ("已见效的措施：哪些做法可以推广", _successes(report)),
    )
    kept = [(title, points) for title, points in parts if points]
    return Agenda(
        report,
        tuple(Part(f"{n}、{title}", points) for n, (title, points) in zip(ORDINALS, kept, strict=False)),
    )


def _failures(report: Report) -> tuple[Point, ...]:
    return tuple(
        Point(f"{row.verdict}：{row.fact.problem}", f"{row.fact.action}。{row.change}。{row.meaning}", _ask(row),
              row.fact.department, MINUTES["decide"])
        for row in report.failures[:MOST]
    )  # fmt: skip


def _ask(row: EffectRow) -> str:
    asked = {
        "worse": "是否立即撤回？谁来补救已受影响的客户？",
        "ineffective": "根因判断是否有误？下一轮换哪项措施，何时上线？",
        "not_identifiable": "同期的几项措施如何错开，才能分清各自的作用？",
        "invalid_contract": "合同为何在上线后改动？由谁重新订立并延长观察？",
    }
    if row.fact.alone:
        return "单独看有改善：是否延长观察以求确证，还是先在别处试点？"
    weeks = f"约需 {row.fact.weeks_more} 周" if row.fact.weeks_more else "时间待估"
    return asked.get(row.fact.verdict, f"是否延长观察（{weeks}），或改用有对照组的设计？")


def _stuck(report: Report) -> tuple[Point, ...]:
    late = [
        Point(item.name, f"应于 {day_of_year(item.due)}完成，已逾期 {item.hours_late / 24:.0f} 天",
              "新的完成日期是哪天？缺什么？", item.owner, MINUTES["overdue"])
        for item in report.overdue if item.kind != CASES
    ]  # fmt: skip
    return (*late[:MOST], *_late_cases(report), *_leaks(report)[:3])


def _late_cases(report: Report) -> tuple[Point, ...]:
    late = [item for item in report.overdue if item.kind == CASES]
    if not late:
        return ()
    where = "；".join(f"{item.owner} {item.name}" for item in late)
    return (Point("个案超时", where, "是派错了部门，还是人手不够？", "、".join(item.owner for item in late[:3]),
                  MINUTES["overdue"]),)  # fmt: skip


def _leaks(report: Report) -> tuple[Point, ...]:
    told = [stage for stage in report.stages if stage.leak and stage.leaks and stage.name not in EXPECTED]
    return tuple(
        Point(f"{stage.leak:,} 条投诉停在「{stage.name}」之前", "；".join(stage.leaks), "这一步由谁负责补上？", HOST,
              MINUTES["leak"])
        for stage in told
    )  # fmt: skip


def _growing(report: Report) -> tuple[Point, ...]:
    grown = [row for row in report.problems
             if row.change is not None and row.change > GROWTH and row.fact.count >= LEAST]  # fmt: skip
    return tuple(
        Point(row.fact.name, f"{row.fact.count:,} 条，较上期 {row.change:+.0%}；{row.fact.state}",
              "是否立项或加派人手？", row.fact.department, MINUTES["grow"])
        for row in sorted(grown, key=lambda row: -(row.change or 0))[:3]
    )  # fmt: skip


def _doubts(report: Report) -> tuple[Point, ...]:
    flags = [
        Point(f"{flag.kind}：{flag.department}", flag.sentence, "情况是否属实？是否重开相关个案？",
              flag.department, MINUTES["flag"])
        for flag in report.facts.flags[:3]
    ]  # fmt: skip
    data = [Point(one.name, f"{one.amount}。{one.effect}", "是否影响本次会议的结论？由谁修复？", HOST,
                  MINUTES["data"])
            for one in report.facts.impacts if one.grave]  # fmt: skip
    return (*flags, *data[:2])


def _successes(report: Report) -> tuple[Point, ...]:
    return tuple(
        Point(f"{row.verdict}：{row.fact.problem}", f"{row.fact.action}。{row.change}",
              "做法能否推广到其他地区或产品？", row.fact.department, MINUTES["learn"])
        for row in report.successes[:3]
    )  # fmt: skip


def next_meeting(report: Report) -> str:
    """Say when the next verdicts are due, which is when meeting again is worth it."""
    due = sorted(one.due for one in report.facts.awaiting if one.due)
    if not due:
        return "没有在观察的措施。"
    soon = [day for day in due if day <= due[0] + timedelta(days=7)]
    return f"下一批结论预计{day_words(due[0])}得出（{len(soon)} 项）。"
