"""What a target tempts people to do, and what honest work that looks alike is not flagged for."""

from __future__ import annotations

from datetime import datetime, timedelta

from voc.gaming import KINDS, History, Line, flags
from voc.sla import Grant, Term
from voc.zone import CHINA

TERMS = {"respond": Term((Grant(4),)), "resolve": Term((Grant(8),))}
MONDAY = datetime(2026, 3, 2, 9, tzinfo=CHINA)


def case(
    number: int, *lines: tuple[str, float, str] | tuple[str, float, str, str], issue: str = "a.b"
) -> History:
    """Make a case from (step, hours since Monday at nine, by, words)."""
    told = [
        Line(step, MONDAY + timedelta(hours=hours), by, {"reply": words[0]} if words else {})
        for step, hours, by, *words in (("open", 0, "system:cases"), *lines)
    ]
    return History(number, "service", issue, TERMS, told)


def kinds(*cases: History) -> list[tuple[str, int]]:
    return [(flag.kind, flag.case) for flag in flags(cases)]


def test_a_clock_stopped_at_the_last_moment_is_flagged_and_one_stopped_early_is_not() -> None:
    late = case(1, ("pause", 4.8, "person:a"))  # 13:48, of four hours twelve minutes are left
    early = case(2, ("pause", 1, "person:a"))
    (flag,) = flags([late, early])
    assert (flag.kind, flag.case, flag.numbers["minutes_left"]) == ("clock_stopped", 1, 12)
    assert "只剩 12 分钟" in flag.sentence


def test_a_clock_stopped_after_its_deadline_gains_nothing_and_is_not_flagged() -> None:
    assert kinds(case(1, ("respond", 1, "person:a"), ("pause", 30, "person:a"))) == []


def test_a_case_closed_just_in_time_and_opened_again_is_flagged() -> None:
    closed = (("respond", 1, "person:a"), ("resolve", 8.9, "person:a"))  # 17:54, due at 18:00
    assert kinds(case(1, *closed, ("reopen", 30, "customer:1"))) == [("closed_then_reopened", 1)]
    assert kinds(case(1, *closed)) == []
    assert kinds(case(1, *closed, ("reopen", 24 * 9, "customer:1"))) == []


def test_a_case_closed_early_and_opened_again_is_an_honest_mistake() -> None:
    steps = (("respond", 1, "person:a"), ("resolve", 3, "person:a"), ("reopen", 30, "customer:1"))
    assert kinds(case(1, *steps)) == []


def test_who_confirms_the_own_work_or_at_once_is_flagged_and_a_customer_is_not() -> None:
    solved = ("resolve", 3, "person:a")
    assert kinds(case(1, solved, ("confirm", 5, "person:a"))) == [("own_confirmation", 1)]
    assert kinds(case(1, solved, ("confirm", 3.01, "person:b"))) == [("instant_confirmation", 1)]
    assert kinds(case(1, solved, ("confirm", 5, "person:b"))) == []
    assert kinds(case(1, solved, ("confirm", 3.01, "customer:1"))) == []


def test_twenty_closures_in_ten_minutes_are_bulk_and_nineteen_are_not() -> None:
    def burst(count: int) -> list[History]:
        return [case(n, ("resolve", 3 + n / 240, "person:a")) for n in range(count)]

    assert kinds(*burst(19)) == []
    assert kinds(*burst(20)) == [("bulk_closing", n) for n in range(20)]
    slow = [case(n, ("resolve", 3 + n / 10, "person:a")) for n in range(60)]
    assert kinds(*slow) == []


def test_two_people_who_close_ten_each_close_nothing_in_bulk() -> None:
    assert kinds(*[case(n, ("resolve", 3 + n / 240, f"person:{n % 2}")) for n in range(30)]) == []


def test_the_same_words_for_different_issues_are_a_template() -> None:
    words = "亲，您的问题我们已经记录，工单号 {}，请您耐心等待"
    same = [case(n, ("respond", 1, "person:a", words.format(n)), issue=f"a.{n % 2}") for n in range(5)]
    assert kinds(*same) == [("template_reply", n) for n in range(5)]
    one_issue = [case(n, ("respond", 1, "person:a", words.format(n))) for n in range(9)]
    assert kinds(*one_issue) == []
    assert kinds(*same[:4]) == []


def test_a_flag_names_its_case_and_a_kind_that_is_known() -> None:
    found = flags([case(7, ("resolve", 3, "person:a"), ("confirm", 5, "person:a"))])
    assert {flag.case for flag in found} == {7}
    assert {flag.kind for flag in found} <= set(KINDS)
