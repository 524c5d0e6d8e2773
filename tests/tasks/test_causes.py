"""The root-cause view of real rows: what is concentrated, what changed before, pages, and the Pareto picture."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from sqlalchemy import text

from models.engine import transaction
from models.intake.business import changes_between
from models.problems.causes import cells_of, days_of, repeats_of
from settings import get_settings
from tasks.causes import counted, ground, view_of, write_problem_pages
from tasks.changes import take_in_changes
from tasks.watch import watch_days
from voc.causes.changes import begin_of
from voc.causes.pareto import BY, pareto
from voc.errors import InputError

MONDAY = date(2026, 5, 4)
BEGIN = MONDAY + timedelta(days=28)
CHANGES = """类型,名称,开始时间,结束时间,产品,地区,渠道,版本,来源
流程,安装改由外包团队上门,2026-05-30,,,成都,,,安装部通知
营销活动,年中大促,2026-05-10,2026-05-12,,,,,
搬家,看不懂的一行,2026-05-10,,,,,,
"""


@pytest.fixture
def began(house, make):
    """Four quiet weeks, then four in which 成都 complains of late installers; 武汉 speaks of other things."""
    house = house.on(MONDAY + timedelta(days=56))
    quiet = make["daily"](MONDAY, 56, lambda day: 0, 5, start=50_000)
    elsewhere = [[*row[:5], "武汉"] for row in quiet]
    rare = make["daily"](MONDAY, 28, lambda day: int(day % 9 == 3), 6)
    loud = make["daily"](BEGIN, 28, lambda day: 3, 6, start=20_000)
    house.take_in([*elsewhere, *rare, *loud])
    house.improve()
    return house


@pytest.fixture
def changed(began, tmp_path):
    file = tmp_path / "变更.csv"
    file.write_text(CHANGES, encoding="utf-8")
    return began, take_in_changes(file), file


def view(house):
    with transaction() as session:
        return view_of(session, house.value("SELECT min(id) FROM problem"), house.now)


def test_the_beginning_is_dated_and_the_place_is_named(began):
    seen = view(began)
    assert seen.onset.earliest <= BEGIN <= seen.onset.latest
    assert seen.onset.until is None
    (over,) = [lift for lift in seen.lifts if lift.over]
    assert (over.kind, over.value, over.only) == ("region", "成都", True)
    assert seen.spread.since == seen.onset.day
    assert seen.spread.members == over.members


def test_every_member_and_all_feedback_of_the_time_are_counted_once_in_each_kind(began):
    since, until = begin_of(MONDAY), begin_of(MONDAY + timedelta(days=56))
    with transaction() as session:
        cells = cells_of(session, began.value("SELECT min(id) FROM problem"), since, until)
    sums = {
        kind: (members, total)
        for kind, members, total in cells.group_by("kind").agg(pl.sum("members", "total")).iter_rows()
    }
    members = began.value("SELECT count(*) FROM problem_member")
    total = began.value("SELECT count(*) FROM feedback WHERE disposition = 'accepted'")
    assert {sums[kind] for kind in ("channel", "region", "hour", "weekday", "seen", "segment")} == {
        (members, total)
    }


def test_the_alarms_of_the_problem_are_on_its_page_with_their_beginning(began):
    watch_days.fn(began.now)
    (first, *_) = sorted(view(began).alarms, key=lambda alarm: alarm.raised_at)
    assert abs((first.start - BEGIN).days) <= 2
    assert first.raised_at.date() >= first.start


def test_suspect_feedback_is_in_no_count(began):
    problem = began.value("SELECT min(id) FROM problem")
    with transaction() as session:
        before = sum(days_of(session, problem, "").members)
    began.rows(
        """UPDATE feedback SET suspect = 'copy_wave' WHERE id IN (SELECT feedback_id FROM problem_member LIMIT 7)
           RETURNING id"""
    )
    with transaction() as session:
        assert sum(days_of(session, problem, "").members) == before - 7


def test_changes_before_the_beginning_are_ranked_by_closeness_and_place(changed):
    house, taken, _ = changed
    assert (taken.new, taken.known) == (2, 0)
    assert [error.split("，")[0] for error in taken.errors] == ["第 4 行：不认识类型「搬家」"]
    first, second = view(house).changes
    assert (first.change.title, first.fit, first.alike) == ("安装改由外包团队上门", "范围吻合", True)
    assert (second.change.title, second.fit) == ("年中大促", "范围不限")


def test_the_same_file_of_changes_twice_stores_nothing_twice(changed):
    _, _, file = changed
    assert (take_in_changes(file).new, take_in_changes(file).known) == (0, 2)
    with transaction() as session:
        assert len(changes_between(session, None, None)) == 2


def test_a_file_of_changes_without_the_columns_is_refused(home, tmp_path):
    file = tmp_path / "错.csv"
    file.write_text("名称,备注\n一,二\n", encoding="utf-8")
    with pytest.raises(InputError, match="缺少列"):
        take_in_changes(file)


def test_orders_turn_counts_into_rates(began):
    began.trade(MONDAY, 56, 1000)
    seen = view(began)
    whole = [week for week in seen.rates if week.exposure == 7000]
    assert seen.exposure == "orders"
    assert [round(week.rate, 2) for week in whole[-4:]] == [3.0] * 4
    assert whole[-1].low < 3.0 < whole[-1].high


def test_without_orders_no_rate_is_shown(began):
    assert (view(began).exposure, view(began).rates, view(began).slice_rates) == ("", (), ())


def test_the_cost_is_a_range_that_says_it_is_assumed(began):
    seen = view(began)
    assert seen.cost.assumed
    assert 0 < seen.cost_recent.low < seen.cost.low < seen.cost.high


def test_a_page_is_written_of_each_confirmed_problem_and_needs_nothing_else(changed):
    house, _, _ = changed
    pages = write_problem_pages.fn(house.now)
    path = get_settings().folder("reports/problems") / f"{pages[0]}.html"
    page = path.read_text("utf-8")
    assert pages == [house.value("SELECT min(id) FROM problem")]
    assert "可能相关，不等于原因" in page
    assert "暂无证据" in page
    assert "没有订单或联系量数据" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_page_is_left_alone_until_its_evidence_changes_or_it_is_a_week_old(changed):
    house, _, _ = changed
    (number, *_) = write_problem_pages.fn(house.now)
    path = get_settings().folder("reports/problems") / f"{number}.html"
    first = path.read_bytes()
    write_problem_pages.fn(house.now + timedelta(days=1))
    assert path.read_bytes() == first
    write_problem_pages.fn(house.now + timedelta(days=8))
    aged = path.read_bytes()
    assert aged != first
    with transaction() as session:
        session.execute(text("UPDATE problem SET root_cause = 'x' WHERE id = :id"), {"id": number})
    write_problem_pages.fn(house.now + timedelta(days=8))
    assert path.read_bytes() != aged


def test_a_problem_that_only_was_detected_gets_no_page(house, make):
    house.take_in(make["daily"](MONDAY, 4, lambda day: 3, 2))
    assert house.value("SELECT state FROM problem") == "detected"
    assert write_problem_pages.fn(house.now) == []


def test_an_unknown_problem_is_refused_with_a_hint(home):
    with transaction() as session, pytest.raises(InputError, match="voc problems"):
        view_of(session, 99, datetime(2026, 6, 1, tzinfo=UTC))


def test_customers_who_complain_again_are_counted_as_one_voice_each(began):
    problem = began.value("SELECT min(id) FROM problem")
    span = begin_of(MONDAY), begin_of(MONDAY + timedelta(days=56))
    with transaction() as session:
        assert repeats_of(session, problem, *span) == 1.0
    began.rows("UPDATE feedback SET customer_id = (SELECT min(id) FROM customer) RETURNING 1")
    with transaction() as session:
        members = began.value("SELECT count(*) FROM problem_member")
        assert repeats_of(session, problem, *span) == members


def test_a_problem_without_members_has_no_ground(began):
    began.rows("DELETE FROM problem_member RETURNING 1")
    with transaction() as session:
        assert ground(session, began.value("SELECT min(id) FROM problem")) is None


def test_each_way_to_order_counts_the_same_complaints(began):
    with transaction() as session:
        first = {by: pareto(counted(session, by, None, None))[0].item for by in BY}
    complaints = began.value(
        "SELECT count(*) FROM mention WHERE polarity = -1 AND issue = 'installation.late'"
    )
    assert {one.count for one in first.values()} == {complaints}
    assert {by: one.name for by, one in first.items()} == {
        "problem": "安装师傅未按预约时间上门", "issue": "安装不准时", "area": "安装服务", "department": "安装服务部",
    }  # fmt: skip
    assert all(0 < one.cost_low < one.cost_high for one in first.values())


def test_a_span_limits_what_is_ordered(began):
    with transaction() as session:
        bars = counted(session, "issue", begin_of(BEGIN), begin_of(BEGIN + timedelta(days=7)))
    assert [bar.count for bar in bars] == [21]


def test_the_version_of_a_feedback_is_kept(house):
    columns = ("编号", "内容", "时间", "版本")
    fields = ("external_id", "text", "occurred_at", "version")
    house.register("app", map=dict(zip(fields, columns, strict=True)))
    path = house.inbox / "app" / "a.csv"
    path.write_text(
        "编号,内容,时间,版本\n1,应用闪退打不开,2026-06-01 10:00,V5.3.0\n2,很好用,2026-06-01 11:00,\n", "utf-8"
    )
    house.collect("app")
    house.understand()
    assert house.pairs("SELECT record_key, version FROM feedback") == {"1": "V5.3.0", "2": None}
