"""The sweep over promised times: told once, by the highest rung, at the cost of what is due."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from models import sla
from models.cases.retiming import changes
from models.cases.sweeping import due_subjects
from models.change import By, advance, audit
from models.engine import transaction
from models.measures import deciding
from tasks.improve import open_cases
from tasks.sla import sweep

WORDS = "约好的安装师傅没来"
MONDAY = datetime(2026, 6, 8, 1, tzinfo=UTC)  # nine in the morning in Shanghai


def at(hours):
    return MONDAY + timedelta(hours=hours)


@pytest.fixture
def opened(house):
    """One case, opened on Monday at nine: its first answer is due at six, after eight working hours."""
    house.take_in([["R1", WORDS, "2026-06-07 10:00", "1", "13800000001", "成都"]])
    open_cases.fn(house.now)
    return house


def take(house, step, moment, **facts):
    with transaction() as session:
        advance(
            session, "case", step, {house.value('SELECT id FROM "case"'): facts}, By("person:李雷", moment)
        )


def told(house):
    return [
        row["event"]
        for row in house.rows("SELECT event FROM outbox WHERE event ~ 'due|over|esc' ORDER BY id")
    ]


def adopt(session, moment):
    """Give open cases the promises in force, as `voc sla adopt` does; return what was changed."""
    found = changes(session, moment)
    facts = {id_: {**change, "reason": "新的服务标准"} for id_, change in found.items()}
    advance(session, "case", "retime", facts, By("person:李雷", moment))
    return list(found.values())


def laps(house):
    return house.pairs("SELECT promise || lap, state FROM sla_lap WHERE life = 'case'")


def test_nobody_is_told_before_a_rung_is_reached_and_everybody_once_afterwards(opened):
    assert sweep.fn(at(7))["looked_at"] == 1
    assert told(opened) == []
    for hours in (8, 8.1, 9.1, 9.2, 26, 27):
        sweep.fn(at(hours))
    # 80 % at 16:24, due at 18:00; one and a half times that is Tuesday at two.
    assert told(opened) == ["case_due_soon", "case_overdue"]
    sweep.fn(at(30))
    assert told(opened)[-1] == "case_escalated"
    assert opened.value("SELECT count(*) FROM case_log WHERE step = 'escalate'") == 1


def test_after_a_long_silence_only_the_highest_rung_is_told_of_and_the_steps_are_taken(opened):
    sweep.fn(at(24 * 20))
    assert sorted(set(told(opened))) == ["case_escalated", "case_escalated_top"]
    assert opened.value("SELECT count(*) FROM sla_fired WHERE promise = 'respond'") == 4


def test_a_second_sweep_finds_nothing_to_look_at(opened):
    sweep.fn(at(7))
    assert sweep.fn(at(7.1)) == {"recomputed": 0}
    with transaction() as session:
        assert due_subjects(session, at(7.1), 100) == {}


def test_of_four_sweeps_at_once_one_tells(opened):
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(sweep.fn, [at(9.5)] * 4))
    assert sum(one.get("case_overdue", 0) for one in done) == 1
    assert told(opened) == ["case_overdue"]


def test_an_answered_case_is_not_chased_for_its_answer(opened):
    sweep.fn(at(1))
    take(opened, "respond", at(2))
    sweep.fn(at(10))
    assert told(opened) == []
    assert laps(opened) == {"respond1": "met", "resolve1": "running"}


def test_a_paused_case_is_not_chased_and_its_date_follows_when_it_goes_on(opened):
    before = opened.value('SELECT respond_by FROM "case"')
    take(opened, "pause", at(1), reason="等客户照片")
    sweep.fn(at(24 * 9))
    assert told(opened) == []
    take(opened, "resume", at(24 * 9))
    sweep.fn(at(24 * 9 + 0.1))
    assert opened.value('SELECT respond_by FROM "case"') > before + timedelta(days=8)


def test_a_merged_case_is_not_chased(opened):
    take(opened, "merge", at(1), into=1)
    sweep.fn(at(24 * 9))
    assert told(opened) == []


def test_a_reopened_case_is_chased_again(opened):
    take(opened, "respond", at(1))
    take(opened, "resolve", at(2))
    sweep.fn(at(3))
    take(opened, "reopen", at(24), reason="客户表示没有解决")
    sweep.fn(at(48))
    assert laps(opened)["respond2"] == "overdue"
    assert "case_overdue" in told(opened)


def test_new_promises_keep_what_was_worked_and_are_in_the_log(opened, home):
    sweep.fn(at(1))
    (home / "config").mkdir(parents=True)
    text = sla.asset_text("sla.toml").replace(
        '{claim = "standard", hours = 24,', '{claim = "standard", hours = 40,'
    )
    (home / "config" / "sla.toml").write_text(text, "utf-8")
    with transaction() as session:
        found = adopt(session, at(2))
        assert found == [{"hours": {"resolve": 40.0}, "calendars": {"resolve": "office"}}]
        assert adopt(session, at(2)) == []
        assert audit(session, "case") == []
    sweep.fn(at(3))
    assert opened.pairs("SELECT promise, granted_s / 3600 FROM sla_lap") == {"respond": 8, "resolve": 40}


def test_new_promises_may_count_on_another_calendar_and_what_was_changed_before_stays_changed(opened, home):
    (home / "config").mkdir(parents=True)
    text = sla.asset_text("sla.toml")
    # From Monday at eleven around the clock: two hours were worked, ten more end at nine in the evening.
    first = text.replace(
        'standard", hours = 8, calendar = "office"}', 'standard", hours = 12, calendar = "always"}', 1
    )
    second = first.replace('{claim = "standard", hours = 24,', '{claim = "standard", hours = 40,')
    for policy in (first, second):
        (home / "config" / "sla.toml").write_text(policy, "utf-8")
        with transaction() as session:
            assert len(adopt(session, at(2))) == 1
            assert adopt(session, at(2)) == []
    sweep.fn(at(2.5))
    due = opened.pairs("SELECT promise, due_at FROM sla_lap")
    assert due["respond"] == at(12)
    assert opened.pairs("SELECT promise, granted_s / 3600 FROM sla_lap") == {"respond": 12, "resolve": 40}


def test_a_deadline_in_a_year_that_is_not_published_is_computed_anew_when_it_is(house, home):
    house = house.on(date(2030, 12, 31), hour=16)
    house.take_in([["R1", WORDS, "2030-12-31 10:00", "1", "13800000001", "成都"]])
    open_cases.fn(house.now)
    sweep.fn(house.now + timedelta(minutes=1))
    guessed = house.value('SELECT respond_by FROM "case"')
    assert house.value("SELECT bool_and(provisional) FROM sla_lap")
    (home / "config").mkdir(parents=True)
    text = sla.asset_text("sla.toml").replace("free = []", 'free = ["2031-01-01"]')
    (home / "config" / "sla.toml").write_text(
        text.replace("published = []", "published = [2030, 2031]"), "utf-8"
    )
    done = sweep.fn(house.now + timedelta(minutes=2))
    assert (done["recomputed"], done["looked_at"]) == (1, 1)
    assert house.value('SELECT respond_by FROM "case"') == guessed + timedelta(days=1)
    assert not house.value("SELECT bool_or(provisional) FROM sla_lap")


def test_the_share_counts_open_cases_past_due_as_missed(opened):
    sweep.fn(at(10))
    with transaction() as session:
        (row,) = sla.shares(session, at(0), at(24))
        assert (row["promise"], row["open_overdue"], row["judged"], row["share"]) == ("respond", 1, 1, 0.0)
        (clock,) = sla.next_promise(session, "case", sla_ids(session), at(10)).values()
    assert (clock.promise, clock.state) == ("respond", "overdue")


def sla_ids(session):
    return sla.waiting(session)[0]["subject_id"] and [sla.waiting(session)[0]["subject_id"]]


def test_what_is_kept_for_lists_equals_what_the_logs_say(opened):
    take(opened, "respond", at(2))
    sweep.fn(at(30))
    with transaction() as session:
        ids = [row["subject_id"] for row in sla.waiting(session)]
        ((clock, *_),) = [
            [clock for clock in found if clock.promise == "resolve"]
            for found in sla.readings(session, "case", ids, at(30)).values()
        ]
    (row,) = opened.rows("SELECT * FROM sla_lap WHERE promise = 'resolve'")
    assert (row["state"], row["due_at"], row["worked_s"]) == (
        clock.state, clock.due_at, clock.worked.total_seconds(),
    )  # fmt: skip


def test_a_measure_that_is_late_is_an_event_once(house, make):
    house = house.on(date(2026, 6, 8))
    house.take_in(make["daily"](date(2026, 5, 4), 35, lambda day: 3, 5))
    house.improve()
    house.promise(date(2026, 6, 20))
    due = house.value("SELECT due_at FROM action")
    for minutes in (1, 2, 60 * 24 * 30):
        sweep.fn(due + timedelta(minutes=minutes))
    assert house.value("SELECT count(*) FROM event_outbox WHERE event = 'voc.action.overdue'") == 1
    assert {"action_overdue", "action_escalated"} <= set(told(house))


def test_an_unanswered_approval_is_asked_again_and_then_told_to_leadership(house, make):
    house = house.on(date(2026, 6, 8))
    house.take_in(make["daily"](date(2026, 5, 4), 35, lambda day: 3, 5))
    house.improve()
    due = house.value("SELECT due_at FROM approval")
    sweep.fn(due + timedelta(minutes=1))
    assert told(house) == ["approval_overdue"]
    sweep.fn(due + timedelta(days=10))
    assert told(house)[-1] == "approval_escalated"
    house.on(date(2026, 6, 25)).decide(deciding.approve, house.value("SELECT id FROM action"))
    sweep.fn(due + timedelta(days=30))
    assert house.value("SELECT state FROM sla_lap WHERE life = 'approval'") == "missed"


def test_a_refused_measure_makes_room_for_the_next_one(house, make):
    house = house.on(date(2026, 6, 8))
    house.take_in(make["daily"](date(2026, 5, 4), 35, lambda day: 3, 5))
    house.improve()
    house.decide(deciding.cancel, house.value("SELECT id FROM action"), "成本过高")
    assert house.improve()["proposed"] == 1
    assert house.rows("SELECT state FROM action ORDER BY id") == [
        {"state": "cancelled"},
        {"state": "proposed"},
    ]
    assert house.value("SELECT count(*) FROM approval WHERE state = 'open'") == 1


def test_a_list_tells_the_time_left_now_and_not_that_of_the_last_sweep(opened):
    sweep.fn(at(1))
    with transaction() as session:
        before, swept = sla.waiting(session, now=at(1))[0], sla.waiting(session)[0]
        late = sla.waiting(session, now=at(1 + 24 * 7))[0]
    assert before["left_s"] == swept["left_s"] > 0
    assert late["left_s"] < -5 * late["day_s"] / 2
