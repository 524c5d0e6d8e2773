"""Alarms over the days of a house: raised as they would have been seen, once, with a review and an event."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from models.change import By, advance, audit
from models.engine import transaction
from models.intake.collecting import pause
from models.problems.watching import raise_alarms
from models.views.alarm_list import alarms, precision, reviews
from tasks import watch
from tasks.sla import sweep
from tasks.watch import show_alarms, watch_days
from voc.alarms.grid import Grid
from voc.alarms.telling import Members
from voc.alarms.values import Alarm
from voc.alarms.walk import Episode
from voc.zone import CHINA

MONDAY = date(2026, 3, 2)
DAYS, BURST = 60, 50
SPIKE = Alarm(
    kind="praise_burst", series="source:web", label="好评", start=date(2026, 6, 1), end=date(2026, 6, 2),
    observed=30, expected=2.0, raised_at=datetime(2026, 6, 3, tzinfo=CHINA), department="voc",
)  # fmt: skip


def complaints(day):
    return 16 if BURST <= day < BURST + 3 else 1


@pytest.fixture
def troubled(house, make):
    """Sixty days with one complaint of late installers a day, and three days with sixteen."""
    house = house.on(MONDAY + timedelta(days=DAYS))
    house.take_in(make["daily"](MONDAY, DAYS, complaints, 6))
    return house


def raised(house):
    return house.rows("SELECT kind, series, started_on, raised_at, late FROM alarm ORDER BY raised_at, id")


def test_a_burst_of_complaints_is_raised_at_the_end_of_its_first_day_with_cause_and_quotations(troubled):
    watch_days.fn(troubled.now)
    with transaction() as session:
        (alarm,) = alarms(session)
    start = MONDAY + timedelta(days=BURST)
    assert (alarm["kind"], alarm["series"], alarm["start"]) == ("spike", "issue:installation.late", start)
    assert alarm["raised_at"].isoformat() == f"{start + timedelta(days=1)}T00:00:00+08:00"
    assert (alarm["end"], alarm["observed"]) == (start + timedelta(days=2), 48)
    assert alarm["department"] == "installation"
    assert alarm["quotations"] == ["约好的安装师傅没来"]
    assert alarm["cause"].startswith("「安装")


def test_the_event_of_an_alarm_is_noted_once_and_says_what_happened(troubled):
    watch_days.fn(troubled.now)
    watch_days.fn(troubled.now)
    (event,) = troubled.rows(
        "SELECT event, resource, payload FROM event_outbox WHERE event LIKE 'voc.alarm.%'"
    )
    (alarm,) = troubled.rows("SELECT id FROM alarm")
    assert (event["event"], event["resource"]) == ("voc.alarm.raised", f"voc.alarm.{alarm['id']}")
    assert event["payload"]["series"] == "issue:installation.late"


def test_an_area_is_looked_at_again_on_each_later_day_on_which_it_is_improbable_still(monkeypatch):
    grid = Grid(["area:price"], MONDAY, np.zeros((1, 30)))
    episode = Episode(0, 20, 20, 23, 0.1, 1e-6, observed=8, expected=0.4, seen=[21, 23])
    held = Members(np.arange(8), np.array([20, 20, 20, 21, 22, 22, 23, 23]))
    days = watch._by_day("area:price", grid, episode, held)
    assert [(one.raised, len(one.ids)) for one in days] == [
        (MONDAY + timedelta(days=day), count) for day, count in ((20, 3), (21, 4), (23, 8))
    ]
    ground = watch.Ground(None, MONDAY + timedelta(days=29), frozenset())
    monkeypatch.setattr(watch, "is_one_thing", lambda _, one, __: len(one.ids) >= 4)
    assert watch._when_one_thing(None, days, ground) == days[1]


def test_a_history_taken_in_at_once_raises_what_it_would_have_raised_day_by_day(house, another, make):
    rows = make["daily"](MONDAY, DAYS, complaints, 6)
    once = house.on(MONDAY + timedelta(days=DAYS))
    once.take_in(rows)
    watch_days.fn(once.now)
    together = raised(once)
    piecewise = another(once.now)
    last = [MONDAY + timedelta(days=day) for day in (48, 51, 53, DAYS)]
    for first, until in zip([MONDAY, *last], last, strict=False):
        part = [row for row in rows if str(first) <= row[2][:10] < str(until)]
        piecewise.on(until).take_in(part, f"{until}.csv")
        watch_days.fn(piecewise.on(until, 8).now)
    assert raised(piecewise) == together
    assert len(together) == 1


def test_rows_that_come_late_may_add_an_alarm_that_says_so_and_take_none_away(troubled, make):
    watch_days.fn(troubled.now)
    before = raised(troubled)
    day = MONDAY + timedelta(days=30)
    troubled.take_in(make["daily"](day, 1, lambda _: 14, 0, 90_000), "late.csv")
    watch_days.fn(troubled.now)
    first, second = raised(troubled)
    assert first["started_on"] == day
    assert (first["late"], second["late"]) == (True, False)
    assert [second] == before


MIXED = (
    "装个空调收了三百块高空费",
    "打孔另外要钱",
    "外机支架装歪了",
    "内机装得不水平，一直晃",
    "约好的安装师傅没来",
)


def test_an_area_is_told_on_the_later_day_on_which_three_of_its_feedback_name_one_issue(house, make):
    house = house.on(MONDAY + timedelta(days=DAYS))
    burst = MONDAY + timedelta(days=BURST)
    rows = make["daily"](MONDAY, DAYS, lambda day: int(day % 3 == 0), 6)
    said = [(burst, words) for words in MIXED] + [(burst + timedelta(days=1), MIXED[-1])] * 2
    rows += [[f"M{n}", words, make["at"](day, 60 + n), "1", make["phone"](8_000 + n), "成都"]
             for n, (day, words) in enumerate(said)]  # fmt: skip
    house.take_in(rows)
    watch_days.fn(house.now)
    (alarm,) = raised(house)
    assert (alarm["series"], alarm["started_on"]) == ("area:installation", burst)
    assert alarm["raised_at"].astimezone(CHINA).date() == burst + timedelta(days=2)


FILTER = ("净水器滤芯换上就提示耗尽，复位没反应", "新换的净水器滤芯又提示耗尽，复位也没反应",
          "净水器提示滤芯耗尽，明明刚换的，复位没反应")  # fmt: skip
BROKEN = ("屏幕不亮了", "遥控器失灵了", "开关按不动了", "风扇不转了", "灯不亮了")


def quarter(make, told, phone):
    """Ninety days with a complaint of something else each, and what three customers tell from day 70 on."""
    days = [MONDAY + timedelta(days=day) for day in range(90)]
    rows = make["daily"](MONDAY, 90, lambda _: 0, 4)
    rows += [[f"B{n}", BROKEN[n % 5], make["at"](day, 60), "1", make["phone"](7_000 + n), "成都"]
             for n, day in enumerate(days)]  # fmt: skip
    return rows + [[f"F{n}", words, make["at"](days[70 + 2 * n], 90), "1", phone(8_000 + n), "成都"]
                   for n, words in enumerate(told)]  # fmt: skip


def test_three_customers_who_tell_of_one_event_are_told_of_before_its_issue_rises(house, make):
    house = house.on(MONDAY + timedelta(days=90))
    days = [MONDAY + timedelta(days=day) for day in range(90)]
    rows = quarter(make, FILTER, make["phone"])
    house.take_in(rows)
    watch_days.fn(house.now)
    watch_days.fn(house.now)
    with transaction() as session:
        (alarm,) = alarms(session)
    assert alarm["series"].startswith("event:")
    assert (alarm["start"], alarm["observed"], alarm["p_value"]) == (days[70], 3, None)
    assert alarm["raised_at"].astimezone(CHINA).date() == days[75]
    assert set(alarm["quotations"]) <= set(FILTER)
    assert "滤芯" in alarm["cause"]


MILD = tuple(f"{words}，净水很好，很喜欢" for words in FILTER)


def test_an_event_is_told_of_customers_who_surely_complain_only(house, make):
    house = house.on(MONDAY + timedelta(days=90))
    rows = quarter(make, MILD, make["phone"])
    house.take_in(rows)
    watch_days.fn(house.now)
    assert [alarm["series"] for alarm in raised(house) if alarm["series"].startswith("event:")] == []


def test_an_event_is_told_of_known_customers_only(house, make):
    house = house.on(MONDAY + timedelta(days=90))
    rows = quarter(make, FILTER, lambda _: "")
    house.take_in(rows)
    watch_days.fn(house.now)
    assert [alarm["series"] for alarm in raised(house) if alarm["series"].startswith("event:")] == []


def test_a_quiet_house_raises_nothing_and_an_empty_one_does_not_fail(house, make):
    assert watch_days.fn(house.now)["alarms"] == 0
    house.take_in(make["daily"](MONDAY, DAYS, lambda day: 1 + day % 2, 6))
    assert watch_days.fn(house.on(MONDAY + timedelta(days=DAYS)).now)["alarms"] == 0


def test_a_new_alarm_opens_a_review_with_a_deadline_and_tells_the_department(troubled):
    soon = troubled.on(MONDAY + timedelta(days=BURST + 1), 1)
    watch_days.fn(soon.now)
    (review,) = troubled.rows("SELECT state, due_at, department FROM review")
    assert (review["state"], review["department"]) == ("open", "installation")
    assert soon.now < review["due_at"] < soon.now + timedelta(days=5)
    assert troubled.value("SELECT count(*) FROM outbox WHERE event = 'review_opened'") == 1


def test_an_alarm_of_long_ago_is_recorded_and_nobody_is_asked(troubled):
    watch_days.fn(troubled.now + timedelta(days=200))
    assert troubled.value("SELECT state FROM review") == "archived"
    assert troubled.value("SELECT count(*) FROM outbox WHERE event LIKE 'review%'") == 0


def test_a_review_that_is_late_is_told_to_its_owner_once(troubled):
    watch_days.fn(troubled.on(MONDAY + timedelta(days=BURST + 1), 1).now)
    later = troubled.now + timedelta(days=5)
    assert [sweep.fn(later).get("review_overdue", 0), sweep.fn(later).get("review_overdue", 0)] == [1, 0]
    assert troubled.value("SELECT count(*) FROM review_log WHERE step = 'escalate'") == 1
    assert troubled.value("SELECT count(*) FROM outbox WHERE event = 'review_overdue'") == 1


def test_what_reviews_came_to_is_the_precision_of_the_kind(troubled):
    watch_days.fn(troubled.now)
    by = By("person:李雷", troubled.now)
    with transaction() as session:
        raise_alarms(session, [SPIKE], by)
        ids = [row["id"] for row in reviews(session, True, troubled.now)]
        advance(session, "review", "refute", {ids[-1]: {"conclusion": "大促"}}, by)
        advance(session, "review", "uphold", {ids[0]: {"conclusion": "师傅不足"}}, by)
        told = {row["kind"]: row["precision"] for row in precision(session)}
        assert audit(session, "review") == []
    assert sorted(told.values()) == [0.0, 1.0]


def test_the_same_alarm_raised_again_is_one_and_a_longer_one_is_continued(house, make):
    house.take_in(make["daily"](MONDAY, 2, lambda _: 1, 1))
    by = By("rule:bursts", datetime(2026, 6, 4, tzinfo=UTC))
    longer = Alarm(**{**vars(SPIKE), "end": date(2026, 6, 5), "observed": 80})
    with transaction() as session:
        assert len(raise_alarms(session, [SPIKE], by)) == 1
        assert raise_alarms(session, [SPIKE, longer], by) == []
    assert house.rows("SELECT observed, ended_on FROM alarm") == [
        {"observed": 80, "ended_on": date(2026, 6, 5)}
    ]


@pytest.fixture
def silent(house, make):
    """Two sources, one of which was fed twice and then fell silent."""
    house = house.on(MONDAY + timedelta(days=DAYS))
    house.register("shop", title="商城", kind="csv")
    house.put(make["daily"](MONDAY, DAYS, lambda _: 0, 5, 50_000), name="shop")
    house.collect("shop")
    house.take_in(make["daily"](MONDAY, 40, lambda _: 0, 6))
    watch_days.fn(house.now)
    assert raised(house) == []  # one file: nobody knows that there should be another
    house.put(make["daily"](MONDAY + timedelta(days=30), 1, lambda _: 0, 2, 70_000), "b.csv")
    house.collect()
    house.understand()
    return house


def test_a_source_that_rests_is_not_missed(silent):
    with transaction() as session:
        pause(session, "web", "系统已下线", By("person:赵宁", silent.now))
    watch_days.fn(silent.now + timedelta(days=1))
    assert raised(silent) == []


def test_a_source_that_falls_silent_while_others_speak_is_missed(silent):
    watch_days.fn(silent.now + timedelta(days=1))
    (alarm,) = raised(silent)
    assert (alarm["kind"], alarm["series"]) == ("silence", "source:网页表单")
    assert alarm["started_on"] == MONDAY + timedelta(days=40)
    assert alarm["raised_at"].astimezone(CHINA).date() <= MONDAY + timedelta(days=44)


def test_two_customers_who_speak_of_fire_are_an_alarm_at_once(house, make):
    house = house.on(MONDAY + timedelta(days=DAYS))
    rows = make["daily"](MONDAY, DAYS, lambda _: 0, 4)
    moment = make["at"](MONDAY + timedelta(days=45), 300)
    for n, words in enumerate(("空调半夜起火了，幸好人在家", "外机冒烟着火了")):
        rows.append([f"F{n}", words, moment, "1", make["phone"](9000 + n), "成都"])
    house.take_in(rows)
    watch_days.fn(house.now)
    (alarm,) = raised(house)
    assert (alarm["kind"], alarm["started_on"]) == ("safety", MONDAY + timedelta(days=45))
    assert house.value("SELECT urgent FROM alarm")


def test_suspect_feedback_raises_no_alarm(troubled):
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE feedback SET suspect = 'copy_wave' WHERE rating = 1")
    watch_days.fn(troubled.now)
    assert raised(troubled) == []


def test_the_newest_alarms_are_left_as_a_table(troubled, monkeypatch):
    kept = {}
    monkeypatch.setattr(
        "tasks.watch.create_markdown_artifact", lambda text, **named: kept.update({named["key"]: text})
    )
    watch_days.fn(troubled.now)
    show_alarms.fn()
    assert "投诉突增" in kept["alarms"]
