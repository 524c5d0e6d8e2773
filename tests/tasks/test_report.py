"""The report as a task leaves it: one page that needs nothing else, failures first, nobody's personal data."""

import hashlib
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tasks.report import write_report
from tasks.verify import verify_due

MONDAY = date(2026, 1, 5)
LIVE = MONDAY + timedelta(days=84)
DUE = LIVE + timedelta(days=65)
CANARIES = ["13912345678", "11010519491231002X", "zhang.san@example.com", "张三丰"]
PERSONAL = (
    "我叫张三丰，手机13912345678，身份证11010519491231002X，邮箱 zhang.san@example.com，安装师傅迟到没人管"
)


@pytest.fixture
def judged(house, make):
    """A loop that has turned once, with a measure that did not work."""
    then, due = house.on(LIVE - timedelta(days=14)), house.on(DUE)
    personal = ["P1", PERSONAL, make["at"](MONDAY, 300), "1", "13912345678", "成都"]
    then.take_in([*make["daily"](MONDAY, 70, lambda day: 9, 10), personal])
    then.improve()
    then.carry_out(LIVE)
    due.take_in(make["daily"](MONDAY + timedelta(days=70), 79, lambda day: 9, 10, start=20_000), "b.csv")
    verify_due.fn(due.now)
    return due


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


@pytest.mark.parametrize("canary", CANARIES)
def test_a_report_holds_nobodys_personal_data(page, canary):
    assert canary not in page


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


def test_a_weekly_report_is_about_the_week_before(judged):
    write_report.fn(judged.now, "weekly", paper=False)
    (row,) = judged.rows("SELECT period_start, period_end FROM report")
    week = DUE - timedelta(days=DUE.weekday() + 7)
    assert (row["period_start"], row["period_end"]) == (week, week + timedelta(days=6))


def test_a_monthly_report_is_about_the_month_before(judged):
    write_report.fn(judged.now, "monthly", paper=False)
    (row,) = judged.rows("SELECT period_start, period_end FROM report")
    assert (row["period_start"], row["period_end"]) == (date(2026, 5, 1), date(2026, 5, 31))


def test_days_that_were_asked_for_are_the_days_of_the_report(judged):
    write_report.fn(judged.now, "run", date(2026, 2, 1), date(2026, 2, 28))
    (row,) = judged.rows("SELECT period_start, period_end FROM report")
    assert (row["period_start"], row["period_end"]) == (date(2026, 2, 1), date(2026, 2, 28))
