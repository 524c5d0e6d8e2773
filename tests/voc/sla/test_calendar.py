from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from chinese_calendar import is_workday
from hypothesis import given
from hypothesis import strategies as st

from voc.deadlines import working_days_due
from voc.sla.calendar import (
    AROUND_THE_CLOCK,
    OFFICE,
    Calendar,
    Days,
    covered,
    due,
    is_working_day,
    provisional,
    worked,
)
from voc.zone import CHINA

SHORT = Calendar(((time(10, 30), time(16)),))
THREE = Calendar(((time(8), time(9, 30)), (time(10), time(12, 15)), (time(14), time(20))))
FIRST = datetime(2005, 1, 1, tzinfo=UTC)
instants = st.integers(0, 27 * 365 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
hours = st.integers(0, 400 * 60).map(lambda minutes: minutes / 60)
calendars = st.sampled_from([OFFICE, AROUND_THE_CLOCK, SHORT, THREE])


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
    expected = timedelta(hours=8) * is_working_day(day)
    assert worked(midnight, midnight + timedelta(days=1)) == expected


@pytest.mark.parametrize("year", [2004, 2015, 2020, 2026])
def test_our_days_are_those_of_the_library(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [is_working_day(day) for day in days] == [is_workday(day) for day in days]


def test_office_hours_must_have_a_length() -> None:
    for wrong in ((), ((time(18), time(9)),), ((time(9), time(13)), (time(12), time(18)))):
        with pytest.raises(ValueError, match="periods"):
            Calendar(wrong)


# --- due


def test_eight_working_hours_on_a_friday_evening_end_on_monday_evening() -> None:
    assert due(at("2026-03-06 18:30"), 8) == at("2026-03-09 18:00")


def test_eight_working_hours_before_a_worked_saturday_end_on_that_saturday() -> None:
    assert due(at("2026-02-13 17:00"), 8) == at("2026-02-14 17:00")


def test_the_spring_festival_of_2026_stops_the_clock_for_nine_days() -> None:
    assert due(at("2026-02-14 17:00"), 2) == at("2026-02-24 10:00")


def test_a_full_day_is_due_when_the_office_closes_not_when_it_opens_again() -> None:
    assert due(at("2026-03-04 09:00"), 8) == at("2026-03-04 18:00")


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


@given(instants, hours.filter(lambda h: h > 0), st.sampled_from([OFFICE, SHORT, THREE]))
def test_deadlines_lie_in_office_hours_of_working_days(
    start: datetime, granted: float, calendar: Calendar
) -> None:
    end = due(start, granted, calendar).astimezone(CHINA)
    assert is_working_day(end.date())
    assert any(opens < end.time() <= closes for opens, closes in calendar.periods)


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


def test_a_lunch_break_is_not_worked() -> None:
    # A known bug elsewhere: three hours from eleven would end at two, an hour of it at table.
    assert due(at("2026-03-04 11:00"), 3) == at("2026-03-04 15:00")
    assert worked(at("2026-03-04 11:30"), at("2026-03-04 13:30")) == timedelta(hours=1)


def test_an_hour_before_lunch_is_due_when_lunch_begins_not_when_it_ends() -> None:
    assert due(at("2026-03-04 11:00"), 1) == at("2026-03-04 12:00")


def test_days_of_the_user_win_over_the_published_ones() -> None:
    own = Calendar(days=Days(worked=frozenset({date(2026, 3, 7)}), free=frozenset({date(2026, 3, 9)})))
    assert due(at("2026-03-06 18:00"), 8, own) == at("2026-03-07 18:00")
    assert due(at("2026-03-07 18:00"), 8, own) == at("2026-03-10 18:00")
    assert due(at("2026-03-06 18:00"), 8) == at("2026-03-09 18:00")


def test_a_day_cannot_be_both_worked_and_free() -> None:
    with pytest.raises(ValueError, match="2026-03-07"):
        Days(frozenset({date(2026, 3, 7)}), frozenset({date(2026, 3, 7)}))


def test_a_deadline_in_a_year_that_is_not_published_is_provisional_until_the_user_completes_it() -> None:
    start, end = at("2030-12-31 09:00"), at("2031-01-02 10:00")
    own = Calendar(days=Days(free=frozenset({date(2031, 1, 1)}), published=frozenset({2030, 2031})))
    assert provisional(start, end)
    assert not provisional(start, end, own)
    assert not provisional(start, end, AROUND_THE_CLOCK)
    assert (due(at("2030-12-31 18:00"), 8), due(at("2030-12-31 18:00"), 8, own)) == (
        at("2031-01-01 18:00"), at("2031-01-02 18:00"),
    )  # fmt: skip


def test_five_working_days_skip_the_weekend() -> None:
    assert working_days_due(at("2026-03-05 09:00"), 5) == at("2026-03-11 18:00")
