from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from chinese_calendar import is_workday
from hypothesis import given
from hypothesis import strategies as st

from voc.deadlines import (
    AROUND_THE_CLOCK,
    OFFICE,
    Calendar,
    Clock,
    Event,
    Policy,
    Promise,
    case_deadlines,
    clock,
    covered,
    due,
    is_working_day,
    promised,
    worked,
    working_days_due,
)
from voc.zone import CHINA

SHORT = Calendar(time(10, 30), time(16))
FIRST = datetime(2005, 1, 1, tzinfo=UTC)
instants = st.integers(0, 27 * 365 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
hours = st.integers(0, 400 * 60).map(lambda minutes: minutes / 60)
calendars = st.sampled_from([OFFICE, AROUND_THE_CLOCK, SHORT])


def at(text: str) -> datetime:
    """Read a time as people in Shanghai write it."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


# --- the calendar


def test_a_saturday_moved_to_the_spring_festival_is_worked() -> None:
    assert date(2026, 2, 14).weekday() == 5
    assert is_working_day(date(2026, 2, 14))


def test_an_ordinary_saturday_and_a_holiday_monday_are_free() -> None:
    assert not is_working_day(date(2026, 3, 7))
    assert not is_working_day(date(2026, 2, 16))


def test_years_without_published_holidays_fall_back_to_monday_to_friday_and_say_so() -> None:
    assert covered(date(2026, 12, 31))
    assert not covered(date(2031, 1, 1))
    assert is_working_day(date(2031, 1, 1))
    assert not is_working_day(date(2031, 1, 4))


@given(st.dates(date(1971, 1, 1), date(2150, 12, 31)))
def test_every_working_day_is_worth_one_day_of_office_hours_and_no_other_day_is(day: date) -> None:
    midnight = datetime.combine(day, time(), CHINA)
    expected = timedelta(hours=9) * is_working_day(day)
    assert worked(midnight, midnight + timedelta(days=1)) == expected


@pytest.mark.parametrize("year", [2004, 2015, 2020, 2026])
def test_our_days_are_those_of_the_library(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [is_working_day(day) for day in days] == [is_workday(day) for day in days]


def test_office_hours_must_have_a_length() -> None:
    with pytest.raises(ValueError, match="opens"):
        Calendar(time(18), time(9))


# --- due


def test_eight_working_hours_on_a_friday_evening_end_on_monday_evening() -> None:
    assert due(at("2026-03-06 18:30"), 8) == at("2026-03-09 17:00")


def test_eight_working_hours_before_a_worked_saturday_end_on_that_saturday() -> None:
    assert due(at("2026-02-13 17:00"), 8) == at("2026-02-14 16:00")


def test_the_spring_festival_of_2026_stops_the_clock_for_nine_days() -> None:
    assert due(at("2026-02-14 17:00"), 2) == at("2026-02-24 10:00")


def test_a_full_day_is_due_when_the_office_closes_not_when_it_opens_again() -> None:
    assert due(at("2026-03-04 09:00"), 9) == at("2026-03-04 18:00")


def test_nothing_to_work_is_due_at_once_even_on_a_sunday() -> None:
    assert due(at("2026-03-08 11:00"), 0) == at("2026-03-08 11:00")


def test_a_24_hour_clock_runs_through_the_night_and_the_holiday() -> None:
    assert due(at("2026-02-16 23:00"), 2, AROUND_THE_CLOCK) == at("2026-02-17 01:00")


def test_deadlines_come_back_in_utc() -> None:
    assert due(at("2026-03-04 09:00"), 1).tzinfo is UTC


def test_negative_hours_and_days_beyond_the_table_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        due(at("2026-03-04 09:00"), -1)
    with pytest.raises(ValueError, match="outside"):
        due(datetime(1950, 1, 2, tzinfo=UTC), 1)
    with pytest.raises(ValueError, match="after"):
        due(at("2199-12-30 09:00"), 1000)


@given(instants, hours, calendars)
def test_the_time_worked_until_a_deadline_is_what_was_granted(
    start: datetime, granted: float, calendar: Calendar
) -> None:
    assert worked(start, due(start, granted, calendar), calendar) == timedelta(hours=granted)


@given(instants, hours.filter(lambda h: h > 0), calendars)
def test_a_deadline_is_the_first_such_instant(start: datetime, granted: float, calendar: Calendar) -> None:
    just_before = due(start, granted, calendar) - timedelta(seconds=1)
    assert worked(start, just_before, calendar) < timedelta(hours=granted)


@given(instants, instants, hours, hours, calendars)
def test_a_later_start_or_more_hours_never_make_a_deadline_earlier(
    one: datetime, other: datetime, few: float, more: float, calendar: Calendar
) -> None:
    early, late = sorted((one, other))
    assert due(early, min(few, more), calendar) <= due(late, max(few, more), calendar)


@given(instants, hours.filter(lambda h: h > 0), st.sampled_from([OFFICE, SHORT]))
def test_deadlines_lie_in_office_hours_of_working_days(
    start: datetime, granted: float, calendar: Calendar
) -> None:
    end = due(start, granted, calendar).astimezone(CHINA)
    assert is_working_day(end.date())
    assert calendar.opens < end.time() <= calendar.closes


@given(st.tuples(instants, instants, instants).map(sorted), calendars)
def test_working_time_adds_up(cuts: list[datetime], calendar: Calendar) -> None:
    start, middle, end = cuts
    whole = worked(start, end, calendar)
    assert whole == worked(start, middle, calendar) + worked(middle, end, calendar)
    assert timedelta() <= whole <= end - start


@given(instants, instants, calendars)
def test_working_backwards_is_no_work(one: datetime, other: datetime, calendar: Calendar) -> None:
    early, late = sorted((one, other))
    assert worked(late, early, calendar) == timedelta()


# --- clocks

START = at("2026-03-02 09:00")


def read(*events: Event, now: datetime, granted: float = 8) -> Clock:
    return clock(events, granted, now)


def test_a_running_clock_counts_working_hours_and_knows_its_warning() -> None:
    reading = read(Event("start", START), now=at("2026-03-02 12:00"))
    assert reading.state == "running"
    assert reading.worked == timedelta(hours=3)
    assert reading.due_at == at("2026-03-02 17:00")
    assert reading.warn_at == at("2026-03-02 15:24")
    assert not reading.breached


def test_a_paused_clock_has_no_deadline_and_resumes_with_what_is_left() -> None:
    log = [Event("start", START), Event("pause", at("2026-03-02 11:00"))]
    paused = clock(log, 8, at("2026-03-05 11:00"))
    resumed = clock([*log, Event("resume", at("2026-03-05 15:00"))], 8, at("2026-03-05 16:00"))
    assert (paused.due_at, paused.worked) == (None, timedelta(hours=2))
    assert resumed.due_at == at("2026-03-06 12:00")


def test_a_clock_stopped_in_time_is_never_breached_later() -> None:
    log = [Event("start", START), Event("stop", at("2026-03-02 17:00"))]
    assert not clock(log, 8, at("2026-06-01 09:00")).breached


def test_a_clock_that_overran_is_breached() -> None:
    assert read(Event("start", START), now=at("2026-03-02 17:01")).breached


def test_a_reopened_clock_goes_on_from_where_it_stood() -> None:
    log = [
        Event("start", START),
        Event("stop", at("2026-03-02 16:00")),
        Event("resume", at("2026-03-09 10:00")),
    ]
    assert clock(log, 8, at("2026-03-09 10:30")).due_at == at("2026-03-09 11:00")


def test_a_change_of_policy_keeps_the_time_already_worked() -> None:
    log = [Event("start", START), Event("policy", at("2026-03-02 12:00"), hours=4)]
    reading = clock(log, 8, at("2026-03-02 12:30"))
    assert (reading.hours, reading.due_at) == (4, at("2026-03-02 13:00"))


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(ValueError, match="holiday"):
        read(Event("holiday", START), now=START)


kinds = st.sampled_from(["pause", "resume", "stop"])
week = st.integers(0, 14 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
logs = st.lists(st.builds(Event, kinds, week), max_size=8).map(lambda log: [Event("start", START), *log])


@given(logs, week, hours.filter(lambda h: h > 0), calendars)
def test_pausing_never_brings_a_deadline_forward(
    log: list[Event], now: datetime, granted: float, calendar: Calendar
) -> None:
    plain = clock([Event("start", START)], granted, now, calendar)
    reading = clock(log, granted, now, calendar)
    assert reading.worked <= plain.worked
    assert (reading.due_at or datetime.max.replace(tzinfo=UTC)) >= due(START, granted, calendar)


@given(logs, week, week, calendars)
def test_the_time_worked_never_runs_backwards(
    log: list[Event], one: datetime, other: datetime, calendar: Calendar
) -> None:
    early, late = sorted((one, other))
    assert clock(log, 8, early, calendar).worked <= clock(log, 8, late, calendar).worked


@given(logs, week)
def test_events_of_the_future_and_repeated_events_change_nothing(log: list[Event], now: datetime) -> None:
    known = [event for event in log if event.at <= now]
    assert clock(log, 8, now) == clock(known, 8, now) == clock([e for e in known for _ in range(2)], 8, now)


# --- promises


def test_an_ordinary_complaint_gets_eight_working_hours_and_three_working_days() -> None:
    deadlines = case_deadlines("medium", 1.0, "app", at("2026-03-05 14:00"))
    assert deadlines.respond_by == at("2026-03-06 13:00")
    assert deadlines.resolve_by == at("2026-03-10 14:00")


def test_an_urgent_case_is_started_within_two_hours_of_the_clock_even_at_night() -> None:
    assert case_deadlines("urgent", 0, "hotline", at("2026-03-07 23:30")).respond_by == at("2026-03-08 01:30")


def test_a_vip_is_answered_within_two_working_hours() -> None:
    assert case_deadlines("low", 3, "hotline", at("2026-03-06 17:00")).respond_by == at("2026-03-09 10:00")


def test_a_social_complaint_at_the_weekend_is_answered_within_a_day() -> None:
    assert case_deadlines("low", 0, "social", at("2026-03-07 10:00")).respond_by == at("2026-03-08 10:00")


def test_guidance_and_call_back_run_on_the_24_hour_clock() -> None:
    policy = Policy()
    assert promised(policy.guidance, at("2026-03-07 10:00")) == at("2026-03-08 10:00")
    assert promised(policy.callback, at("2026-03-06 10:00")) == at("2026-03-09 10:00")


def test_five_working_days_skip_the_weekend() -> None:
    assert working_days_due(at("2026-03-05 09:00"), 5) == at("2026-03-11 18:00")


@given(
    st.sampled_from(["urgent", "high", "medium", "low"]),
    st.floats(0, 3),
    st.sampled_from(["social", "app", "hotline"]),
    instants,
)
def test_more_claims_never_make_a_promise_later(
    priority: str, value: float, channel: str, opened: datetime
) -> None:
    plain = case_deadlines("low", 0, "app", opened)
    claimed = case_deadlines(priority, value, channel, opened)
    assert opened <= claimed.respond_by <= plain.respond_by
    assert claimed.respond_by <= claimed.resolve_by


def test_a_policy_of_the_user_is_followed() -> None:
    policy = Policy(standard=Promise(1), resolve_days=1)
    deadlines = case_deadlines("low", 0, "app", at("2026-03-04 09:00"), policy)
    assert (deadlines.respond_by, deadlines.resolve_by) == (at("2026-03-04 10:00"), at("2026-03-04 18:00"))
