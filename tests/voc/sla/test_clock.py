"""Clocks of promised times; the bugs other systems are known for are told first."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.sla import COURSES, Clock, Entry, Grant, Level, Term, clocks, kept_promises, most_urgent
from voc.sla.calendar import AROUND_THE_CLOCK, OFFICE
from voc.zone import CHINA

LADDER = (Level("due_soon", 0.8), Level("overdue", 1.0), Level("escalate", 1.5))
CALENDARS = {"office": OFFICE, "always": AROUND_THE_CLOCK}
TERMS = {
    "respond": Term((Grant(4), Grant(24, AROUND_THE_CLOCK)), LADDER, calendars=CALENDARS),
    "reply": Term((Grant(4),), LADDER, calendars=CALENDARS),
    "resolve": Term((Grant(16),), LADDER, least=4, calendars=CALENDARS),
    "callback": Term((Grant(72, AROUND_THE_CLOCK),), LADDER, calendars=CALENDARS),
}


def at(text: str) -> datetime:
    """Read a time of March 2026 as people in Shanghai write it: the second is a Monday."""
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=CHINA)


def log(*entries: str) -> list[Entry]:
    """Read entries such as `open 02 09:00`."""
    parts = [entry.split(" ", 1) for entry in entries]
    return [Entry(step, at(when), {"hours": {"respond": 8, "resolve": 40}}) for step, when in parts]


def read(now: str, *entries: str) -> dict[tuple[str, int], Clock]:
    found = clocks(COURSES["case"], TERMS, log(*entries), at(now))
    return {(clock.promise, clock.lap): clock for clock in found}


# --- known bugs of other systems


def test_lunch_breaks_and_nights_do_not_count() -> None:
    clock = read("02 14:00", "open 02 11:00")["respond", 1]
    assert (clock.worked, clock.due_at) == (timedelta(hours=2), at("02 16:00"))


def test_a_change_of_policy_keeps_the_pause_and_the_time_that_passed() -> None:
    paused = ("open 02 09:00", "pause 02 10:00", "retime 03 10:00")
    clock = read("05 10:00", *paused)["respond", 1]
    assert (clock.state, clock.worked, clock.granted) == ("paused", timedelta(hours=1), timedelta(hours=8))
    assert read("05 10:30", *paused, "resume 05 10:00")["respond", 1].due_at == at("05 18:00")


def test_a_merged_case_is_not_chased() -> None:
    clock = read("20 09:00", "open 02 09:00", "merge 02 10:00")["respond", 1]
    assert (clock.state, clock.passed(at("20 09:00")), clock.next_at(at("20 09:00"))) == ("dropped", (), None)


def test_a_case_merged_after_its_deadline_stays_missed() -> None:
    assert read("20 09:00", "open 02 09:00", "merge 03 10:00")["respond", 1].state == "missed"


def test_a_closed_case_is_not_chased() -> None:
    found = read("30 09:00", "open 02 09:00", "respond 02 10:00", "resolve 02 11:00", "confirm 02 12:00")
    assert {clock.state for clock in found.values()} == {"met"}
    assert not any(clock.passed(at("30 09:00")) for clock in found.values())


def test_a_clock_for_replies_does_not_take_the_place_of_the_first_answer() -> None:
    found = read("02 15:00", "open 02 09:00", "note 02 14:00")
    assert set(found) == {("respond", 1), ("resolve", 1)}
    assert found["respond", 1].state == "overdue"


def test_a_note_of_the_customer_after_the_answer_starts_a_clock() -> None:
    found = read("03 10:00", "open 02 09:00", "respond 02 10:00", "note 03 09:00")
    assert found["reply", 1].due_at == at("03 14:00")
    again = read(
        "05 10:00", "open 02 09:00", "respond 02 10:00", "note 03 09:00", "reply 03 10:00", "note 05 09:00"
    )
    assert [again["reply", lap].state for lap in (1, 2)] == ["met", "running"]


def test_a_note_of_the_customer_ends_the_waiting_for_the_customer() -> None:
    found = read("03 10:00", "open 02 09:00", "pause 02 10:00", "note 03 09:00")
    assert found["respond", 1].worked == timedelta(hours=2)


def test_a_paused_clock_does_not_tick_and_has_no_deadline() -> None:
    clock = read("30 09:00", "open 02 09:00", "pause 02 10:00")["respond", 1]
    assert (clock.state, clock.worked, clock.due_at) == ("paused", timedelta(hours=1), None)
    assert clock.passed(at("30 09:00")) == ()


def test_the_share_of_kept_promises_counts_open_ones_past_due_as_missed_and_young_ones_not_at_all() -> None:
    late = clocks(COURSES["case"], TERMS, log("open 02 09:00"), at("02 18:00"))
    assert [(clock.promise, clock.state) for clock in late] == [
        ("respond", "overdue"),
        ("resolve", "running"),
    ]
    assert kept_promises(late) == (0, 1)


# --- what a clock says


def test_of_two_grants_the_one_that_falls_due_first_holds() -> None:
    assert read("06 17:30", "open 06 17:00")["respond", 1].due_at == at("07 17:00")
    assert read("04 10:30", "open 04 10:00")["respond", 1].due_at == at("04 15:00")


def test_a_deadline_at_closing_time_is_past_in_the_evening() -> None:
    evening = ("open 02 14:00", "respond 02 20:00")
    assert read("02 18:00", "open 02 14:00")["respond", 1].state == "running"
    assert read("02 18:01", "open 02 14:00")["respond", 1].state == "overdue"
    assert read("02 20:00", *evening)["respond", 1].state == "missed"


def test_an_answer_at_the_last_moment_is_in_time() -> None:
    clock = read("09 09:00", "open 02 09:00", "respond 02 14:00")["respond", 1]
    assert (clock.state, clock.due_at, clock.left) == ("met", at("02 14:00"), timedelta())


def test_a_later_extension_does_not_undo_a_breach() -> None:
    clock = read("03 15:00", "open 02 09:00", "retime 03 09:00", "respond 03 10:00")["respond", 1]
    assert (clock.state, clock.due_at) == ("missed", at("02 14:00"))


def test_a_shorter_promise_cannot_have_been_broken_before_it_was_made() -> None:
    entries = [Entry("open", at("02 09:00")), Entry("retime", at("02 14:30"), {"hours": {"resolve": 1}})]
    found = {clock.promise: clock for clock in clocks(COURSES["case"], TERMS, entries, at("02 15:00"))}
    assert (found["resolve"].state, found["resolve"].due_at) == ("overdue", at("02 14:30"))


def test_a_change_of_calendar_keeps_what_was_worked_and_counts_on_the_new_one_from_then_on() -> None:
    facts = {"hours": {"resolve": 10}, "calendars": {"resolve": "always"}}
    entries = [Entry("open", at("02 09:00")), Entry("retime", at("02 16:00"), facts)]
    (clock,) = clocks([COURSES["case"][2]], TERMS, entries, at("02 17:00"))
    # Six hours by the office (lunch does not count), four more around the clock.
    assert (clock.worked, clock.due_at) == (timedelta(hours=7), at("02 20:00"))


def test_a_clock_knows_the_day_of_the_calendar_it_is_counted_on() -> None:
    on_office, always = ({"respond": Term((Grant(4, calendar),))} for calendar in (OFFICE, AROUND_THE_CLOCK))
    entries = [Entry("open", at("02 09:00"))]
    days = [
        clocks([COURSES["case"][0]], terms, entries, at("02 10:00"))[0].day for terms in (on_office, always)
    ]
    assert days == [timedelta(hours=8), timedelta(hours=24)]


def test_a_reopened_case_gets_a_new_first_answer_and_what_was_left_of_its_solution() -> None:
    found = read("09 09:30", "open 02 09:00", "respond 02 10:00", "resolve 03 16:00", "reopen 09 09:00")
    assert found["respond", 2].due_at == at("09 14:00")
    # Fourteen of sixteen hours were used; four are the least anybody gets.
    assert found["resolve", 2].granted == timedelta(hours=4)
    assert (found["callback", 1].state, found["resolve", 1].state) == ("missed", "met")


def test_the_call_back_is_not_paused_by_waiting_for_the_customer() -> None:
    steps = ("open 02 09:00", "respond 02 10:00", "resolve 02 11:00", "pause 02 12:00")
    assert read("04 09:00", *steps)["callback", 1].due_at == at("05 11:00")


def test_rungs_are_passed_in_order_and_the_next_one_is_known() -> None:
    clock = read("02 13:30", "open 02 09:00")["respond", 1]
    assert clock.passed(at("02 13:30")) == ("due_soon",)
    assert clock.next_at(at("02 13:30")) == at("02 14:00")
    late = read("02 17:00", "open 02 09:00")["respond", 1]
    assert late.passed(at("02 17:00")) == ("due_soon", "overdue", "escalate")
    assert late.next_at(at("02 17:00")) is None


def test_a_measure_that_is_rescheduled_after_its_date_stays_missed() -> None:
    terms = {"implement": Term((Grant(8),), LADDER)}
    entries = [
        Entry("approve", at("02 09:00")),
        Entry("reschedule", at("03 10:00"), {"due_at": at("06 18:00").isoformat()}),
        Entry("implement", at("05 10:00")),
    ]
    before = clocks(COURSES["action"], terms, entries[:1], at("02 15:00"))
    (after,) = clocks(COURSES["action"], terms, entries, at("09 09:00"))
    assert (before[0].due_at, after.state) == (at("02 18:00"), "missed")
    in_time = [entries[0], Entry("reschedule", at("02 15:00"), entries[1].facts), entries[2]]
    (moved,) = clocks(COURSES["action"], terms, in_time, at("09 09:00"))
    assert (moved.state, moved.due_at) == ("met", at("06 18:00"))


def test_the_most_urgent_clock_is_the_one_that_falls_due_first_and_a_paused_one_comes_last() -> None:
    urgent = most_urgent(read("02 10:00", "open 02 09:00").values())
    assert urgent is not None
    assert urgent.promise == "respond"
    assert most_urgent([]) is None


# --- histories drawn at random

STEPS = (
    "respond",
    "reply",
    "resolve",
    "confirm",
    "reopen",
    "note",
    "pause",
    "resume",
    "retime",
    "escalate",
    "merge",
)
START = at("02 09:00")


def history(rng: random.Random) -> list[Entry]:
    """Draw a history of up to twelve steps over four weeks, sensible or not."""
    minutes = sorted(rng.randrange(28 * 24 * 60) for _ in range(rng.randrange(12)))
    entries = [Entry("open", START)]
    for minute in minutes:
        promise = rng.choice(sorted(TERMS))
        facts = {
            "hours": {promise: rng.choice((1, 4, 16, 40))},
            "calendars": {promise: rng.choice(("office", "always", "one that is gone"))},
        }
        entries.append(Entry(rng.choice(STEPS), START + timedelta(minutes=minute), facts))
    return entries


def moments(rng: random.Random) -> list[datetime]:
    return sorted(START + timedelta(minutes=rng.randrange(35 * 24 * 60)) for _ in range(5))


def of(entries: list[Entry], now: datetime) -> dict[tuple[str, int], Clock]:
    return {(c.promise, c.lap): c for c in clocks(COURSES["case"], TERMS, entries, now)}


def check_time_only_adds_up(rng: random.Random) -> None:
    """Neither negative, nor faster than the clock on the wall, nor jumping; what is settled stays settled."""
    entries, seen = history(rng), moments(rng)
    for early, late in pairwise(seen):
        before, after = of(entries, early), of(entries, late)
        assert before.keys() <= after.keys()
        for key, clock in before.items():
            assert timedelta() <= after[key].worked - clock.worked <= late - early
            assert after[key].state == clock.state or clock.ended_at is None
            assert set(clock.marks[: len(clock.passed(early))]) <= set(after[key].marks)


def check_reading_in_between_changes_nothing(rng: random.Random) -> None:
    """A deadline stands still while nothing happens: entries that move no clock cannot shift it."""
    entries, seen = history(rng), moments(rng)
    noisy = [*entries, *(Entry("escalate", moment) for moment in seen)]
    for now in seen:
        assert of(entries, now) == of(noisy, now)


def check_pausing_never_shortens(rng: random.Random) -> None:
    """With a pause that is not resumed, or resumed later, no clock has worked more nor falls due earlier."""
    entries = [entry for entry in history(rng) if entry.step not in ("pause", "resume", "note", "reopen")]
    first, second = sorted(START + timedelta(minutes=rng.randrange(28 * 24 * 60)) for _ in range(2))
    pauses = [Entry("pause", first), Entry("resume", second)]
    for now in moments(rng):
        plain, paused = of(entries, now), of([*entries, *pauses], now)
        for key, clock in paused.items():
            assert clock.worked <= plain[key].worked
            later = clock.due_at or datetime.max.replace(tzinfo=CHINA)
            assert later >= (plain[key].due_at or later)


def check_policy_keeps_pauses(rng: random.Random) -> None:
    """A change of what is granted changes neither what was worked nor whether the clock runs, pauses or has ended."""
    entries = history(rng)
    moment = START + timedelta(minutes=rng.randrange(28 * 24 * 60))
    changed = [*entries, Entry("retime", moment, {"hours": dict.fromkeys(TERMS, 100)})]
    for now in moments(rng):
        plain, other = of(entries, now), of(changed, now)
        assert plain.keys() == other.keys()
        for key, clock in plain.items():
            same = clock.worked if clock.started_at < moment else other[key].worked
            assert (other[key].worked, other[key].ended_at) == (same, clock.ended_at)
            assert other[key].state == "paused" or clock.state != "paused" or clock.started_at >= moment


def check_rungs_fire_once(rng: random.Random) -> None:
    """However often one looks, each rung of each lap is passed at one moment, and the ladder is climbed upwards."""
    entries, fired = history(rng), {}
    for now in sorted(START + timedelta(minutes=rng.randrange(35 * 24 * 60)) for _ in range(12)):
        for key, clock in of(entries, now).items():
            for level, moment in clock.marks:
                if level in clock.passed(now):
                    assert fired.setdefault((*key, level), moment) == moment
            shares = [
                next(rung.share for rung in LADDER if rung.name == level) for level in clock.passed(now)
            ]
            assert shares == sorted(shares)


CHECKS = (
    check_time_only_adds_up,
    check_reading_in_between_changes_nothing,
    check_pausing_never_shortens,
    check_policy_keeps_pauses,
    check_rungs_fire_once,
)


@pytest.mark.parametrize("check", CHECKS)
@given(seed=st.integers(0, 2**32))
def test_random_histories(check, seed: int) -> None:
    check(random.Random(seed))


@pytest.mark.histories
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("check", CHECKS)
def test_ten_thousand_random_histories(check) -> None:
    for seed in range(10_000):
        check(random.Random(f"{check.__name__}:{seed}"))


def test_office_is_the_calendar_of_a_grant_that_names_none() -> None:
    assert Grant(1).calendar == OFFICE
