"""The report as a task leaves it: one page that needs nothing else, failures first, nobody's personal data."""

import hashlib
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from models.change import By, advance
from models.engine import transaction
from models.views import leading
from notifications import fonts
from tasks.improve import open_cases
from tasks.report import Wanted, write, write_report
from tasks.reporting.replay import replay
from tasks.sla import sweep
from tasks.verify import verify_due

MONDAY = date(2026, 1, 5)
LIVE = MONDAY + timedelta(days=84)
DUE = LIVE + timedelta(days=65)
SAID = ("约好的安装师傅没来", "预约了安装，师傅没上门", "安装师傅迟到了三个小时")
CANARIES = ["13912345678", "11010519491231002X", "zhang.san@example.com", "张三丰"]
PERSONAL = (
    "我叫张三丰，手机13912345678，身份证11010519491231002X，邮箱 zhang.san@example.com，安装师傅迟到没人管"
)


@pytest.fixture
def judged(house, make, once):
    """A loop that has turned once, with a measure that did not work."""
    once("judged", lambda: turn(house, make))
    return house.on(DUE)


def turn(house, make):
    then, due = house.on(LIVE - timedelta(days=14)), house.on(DUE)
    personal = ["P1", PERSONAL, make["at"](MONDAY, 300), "1", "13912345678", "成都"]
    then.act_on([*make["daily"](MONDAY, 70, lambda day: 9, 10), personal], LIVE)
    due.take_in(make["daily"](MONDAY + timedelta(days=70), 79, lambda day: 9, 10, start=20_000), "b.csv")
    verify_due.fn(due.now)


@pytest.fixture
def page(judged):
    return Path(write_report.fn(judged.now)).read_text("utf-8")


def test_a_report_is_one_page_that_fetches_nothing(page):
    addresses = set(re.findall(r"https?://[^\"'\s<>]+", page))
    assert {address for address in addresses if not address.startswith("http://www.w3.org/")} == set()
    assert re.findall(r"(?:src|href)=[\"'](?!#|data:)[^\"']+", page) == []


def test_a_report_shows_what_did_not_work_before_what_did(page):
    failures, successes = page.index('id="failures"'), page.index('id="successes"')
    assert failures < page.index('<span class="verdict">') < successes


def test_a_report_names_the_problem_and_its_measure(page):
    assert "迟到前主动改约并给出补偿" in page
    assert "安装服务部" in page


def test_a_report_holds_nobodys_personal_data(page):
    assert [canary for canary in CANARIES if canary in page] == []


def test_a_report_is_written_down_with_its_hash_and_the_origin_of_its_numbers(judged):
    path = Path(write_report.fn(judged.now))
    (row,) = judged.rows("SELECT path, sha256, facts, lineage, period_start, period_end FROM report")
    assert row["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.as_posix().endswith(row["path"])
    assert set(row["facts"]) <= set(row["lineage"])
    assert (row["period_start"], row["period_end"]) == (MONDAY, MONDAY + timedelta(days=148))


def test_a_report_on_an_empty_house_says_that_there_is_nothing_yet(house):
    page = Path(write_report.fn(house.now)).read_text("utf-8")
    assert "2026" in page


def test_a_period_with_orders_and_without_any_feedback_is_no_good_news(judged):
    judged.trade(DUE.replace(day=1), 120, 500)
    later = judged.on(DUE + timedelta(days=60))
    page = Path(write_report.fn(later.now, "weekly", paper=False)).read_text("utf-8")
    facts = later.value("SELECT facts FROM report")
    assert facts["feedback"]["value"] == 0
    assert facts["complaints"]["value"] is None
    assert "没有读到反馈" in page


def test_what_is_late_is_counted_case_by_case_and_as_the_dashboard_counts_it(house):
    rows = [
        [f"R{n}", words, "2026-01-04 10:00", "1", f"1380000000{n}", "成都"] for n, words in enumerate(SAID)
    ]
    then, later = house.on(MONDAY), house.on(MONDAY + timedelta(days=30))
    then.take_in(rows)
    open_cases.fn(then.now)
    with transaction() as session:
        advance(
            session,
            "case",
            "respond",
            {house.value('SELECT min(id) FROM "case"'): {}},
            By("person:李雷", then.now),
        )
    page = Path(write_report.fn(later.now, paper=False)).read_text("utf-8")
    assert "2 件首次答复超时，1 件解决超时" in page
    assert re.search("截至.2026-02-04.09:00，已过期限：3.件个案。", page)
    with transaction() as session:
        assert leading.figures(session, then.now, later.now)["cases_late"] == 3


def test_an_answer_that_was_late_stays_late_when_the_case_is_opened_again(house):
    then, later = house.on(MONDAY), house.on(MONDAY + timedelta(days=30))
    then.take_in([["R1", SAID[0], "2026-01-05 08:00", "1", "13800000001", "成都"]])
    open_cases.fn(then.now)
    steps = (("respond", 5, {}), ("resolve", 6, {}), ("reopen", 7, {"reason": "还是没来"}))
    for step, day, facts in steps:
        with transaction() as session:
            one = house.value('SELECT id FROM "case"')
            advance(session, "case", step, {one: facts}, By("person:李雷", then.now + timedelta(days=day)))
    sweep.fn(then.now + timedelta(days=7))
    write_report.fn(later.now, paper=False)
    facts = later.value("SELECT facts FROM report")
    assert (facts["answered"]["value"], facts["kept"]["value"]) == (0.0, 0.0)


def test_what_is_open_again_is_not_solved_until_it_is_solved_again(house):
    then, later = house.on(MONDAY), house.on(MONDAY + timedelta(days=30))
    rows = [
        [f"R{n}", words, "2026-01-05 08:00", "1", f"1380000000{n}", "成都"] for n, words in enumerate(SAID)
    ]
    then.take_in(rows)
    open_cases.fn(then.now)
    first, second, third = sorted(then.pairs('SELECT id, state FROM "case"'))
    steps = (("resolve", 1, (first, second, third)), ("reopen", 2, (second, third)), ("resolve", 3, (third,)))
    for step, day, cases in steps:
        facts = {"reason": "还是没来"} if step == "reopen" else {}
        with transaction() as session:
            by = By("person:李雷", then.now + timedelta(days=day))
            advance(session, "case", step, dict.fromkeys(cases, facts), by)
    write_report.fn(later.now, paper=False)
    facts = later.value("SELECT facts FROM report")
    assert (facts["solved"]["value"], facts["reopened"]["value"]) == pytest.approx((2 / 3, 2 / 3))
    assert facts["cycle"]["value"] == pytest.approx(48)


def test_a_case_that_was_merged_is_left_to_the_one_it_was_merged_into(house):
    then, later = house.on(MONDAY), house.on(MONDAY + timedelta(days=30))
    then.take_in([["R1", SAID[0], "2026-01-05 08:00", "1", "13800000001", "成都"],
                  ["R2", SAID[1], "2026-01-05 09:00", "1", "13800000002", "成都"]])  # fmt: skip
    open_cases.fn(then.now)
    first, second = sorted(then.pairs('SELECT id, state FROM "case"'))
    for step, facts in (("resolve", {first: {}}), ("merge", {second: {"into": first}})):
        with transaction() as session:
            advance(session, "case", step, facts, By("person:李雷", then.now + timedelta(hours=1)))
    write_report.fn(later.now, paper=False)
    assert later.value("SELECT facts FROM report")["solved"]["value"] == 1.0


def test_a_weekly_report_is_about_the_week_before(judged):
    write_report.fn(judged.now, "weekly", paper=False)
    (row,) = judged.rows("SELECT period_start, period_end FROM report")
    week = DUE - timedelta(days=DUE.weekday() + 7)
    assert (row["period_start"], row["period_end"]) == (week, week + timedelta(days=6))


def test_a_monthly_report_is_about_the_month_before(judged):
    write_report.fn(judged.now, "monthly", paper=False)
    (row,) = judged.rows("SELECT period_start, period_end FROM report")
    assert (row["period_start"], row["period_end"]) == (date(2026, 5, 1), date(2026, 5, 31))


def test_a_verdict_is_told_in_the_month_in_which_it_was_reached_and_in_no_other(judged):
    months = [judged.on(DUE + timedelta(days=later)).now for later in (0, 31, 62)]  # of May, June, July
    pages = [Path(write_report.fn(now, "monthly", paper=False)).read_text("utf-8") for now in months]
    assert ["本期没有得出效果结论" in page for page in pages] == [True, False, True]


def test_days_that_were_asked_for_are_the_days_of_the_report(judged):
    write_report.fn(judged.now, "run", date(2026, 2, 1), date(2026, 2, 28))
    (row,) = judged.rows("SELECT period_start, period_end FROM report")
    assert (row["period_start"], row["period_end"]) == (date(2026, 2, 1), date(2026, 2, 28))


# Further measures of the same department on the same problem, each judged once and found to have done nothing.
BESIDE = (
    """INSERT INTO action (problem_id, round, measure, detail, kind, dimension, state, own_round, department, due_at,
                           went_live, changed_at)
       SELECT problem_id, round, measure || n, detail, kind, dimension, state, own_round, department, due_at,
              went_live, changed_at FROM action, generate_series(1, :more) n""",
    """INSERT INTO action_log (subject_id, seq, step, state, at, by, facts)
       SELECT a.id, l.seq, l.step, l.state, l.at, l.by, l.facts FROM action a, action_log l
       WHERE l.subject_id = 1 AND a.id <> 1""",
    """INSERT INTO verification (action_id, attempt, due_on, verdict, sentence, result, lineage, computed_at)
       SELECT a.id, v.attempt, v.due_on, 'insufficient', '证据不足', jsonb_set(v.result, '{p_value}', '0.5'), v.lineage,
              v.computed_at FROM action a, verification v WHERE v.action_id = 1 AND a.id <> 1""",
    """UPDATE verification SET verdict = 'effective', result = jsonb_set(result, '{p_value}', '0.02')
       WHERE action_id = 1""",
)


@pytest.fixture
def many(judged):
    """One measure that reads 有效 by itself (p = 0.02 at 0.025), beside nine others that the same report compares."""
    with transaction() as session:
        for statement in BESIDE:
            session.execute(text(statement), {"more": 9} if ":more" in statement else {})
    return judged


def filed(house, **wanted):
    with transaction() as session:
        report = write(session, Wanted(**{"paper": False, **wanted}), house.now)
        session.expunge(report)
    page = (house.inbox.parent / "home" / report.path).read_text("utf-8")
    return report, page.replace("\N{NO-BREAK SPACE}", " ")


def test_a_claim_that_does_not_survive_the_report_is_credited_nowhere_in_it(many):
    report, page = filed(many)
    (told,) = [parts for parts in report.facts.values() if parts.get("alone")]
    assert (told["verdict"], told["alone"], told["compared"]) == ("insufficient", "effective", 10)
    assert told["q_value"] == pytest.approx(0.2)
    assert (report.facts["department:installation"]["effective"], report.facts["department:installation"]["open"]) == (
        0, 10,
    )  # fmt: skip
    assert "本期核实 10 项措施：证据不足 10 项" in page
    assert "同一份报告里共比较了 10 项措施" in page
    assert "本期没有通过验证的成效" in page


def test_the_same_claim_is_credited_where_it_is_the_only_one(many):
    report, page = filed(many, kind="action", action=1)
    (told,) = [parts for key, parts in report.facts.items() if key.startswith("verification:")]
    assert (told["verdict"], told["compared"]) == ("effective", 1)
    assert "一并校正" not in page.partition('id="successes"')[0]


def test_the_workbook_says_how_it_read_alone_and_what_was_credited(many, monkeypatch):
    # Cutting fonts for all of GB 2312 takes longer than everything else in this file.
    monkeypatch.setattr(fonts, "characters", lambda: frozenset(map(ord, "措施")))
    report, _ = filed(many, paper=True)
    sheet = load_workbook(many.inbox.parent / "home" / report.xlsx_path)["措施效果"]
    heading, *rows = sheet.iter_rows(values_only=True)
    said = [
        (row[heading.index("结论")], row[heading.index("单独看")], row[heading.index("一并比较")])
        for row in rows
    ]
    assert said.count(("证据不足", "有效", 10)) == 1
    assert said.count(("证据不足", "证据不足", 10)) == 9


def test_what_a_report_took_back_is_replayed_to_the_same_bytes(many):
    report, _ = filed(many)
    done = replay(report, many.now)
    assert done.comparison.same
    assert done.same_bytes


def test_a_verdict_that_the_other_measures_decide_moves_when_they_do(many):
    report, _ = filed(many)
    with transaction() as session:
        session.execute(text("DELETE FROM verification WHERE action_id > 1"))
    moved = {(one.key, one.part): one.now for one in replay(report, many.now).comparison.moved}
    key = f"verification:{many.value('SELECT id FROM verification')}"
    assert moved[key, "结论"] == "effective"
    assert moved["department:installation", "验证有效"] == 1
