from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import StepRefused
from voc.telling.delivery import (
    LONGEST_WAIT,
    MOVES,
    ON_UNKNOWN,
    OUTCOMES,
    SCHEDULE,
    STATES,
    Bucket,
    after,
    claimable,
    digest_at,
    lease_ended,
    merges,
    move,
    next_attempt,
    take,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
attempts = st.integers(1, 30)
jitters = st.floats(-1, 1)


def test_the_schedule_is_the_promised_one() -> None:
    hours = [wait.total_seconds() / 3600 for wait in SCHEDULE[4:]]
    assert [wait.total_seconds() for wait in SCHEDULE[:4]] == [5, 60, 300, 1800]
    assert hours == [2, 5, 10, 14, 20, 24]


def test_after_ten_retries_it_is_over() -> None:
    assert next_attempt(10, NOW) == NOW + timedelta(hours=24)
    assert next_attempt(11, NOW) is None
    assert after("retry", 11, NOW).state == "dead"


@given(st.integers(1, 10), jitters)
def test_jitter_stays_within_a_fifth(count: int, jitter: float) -> None:
    again = next_attempt(count, NOW, jitter)
    assert again is not None
    assert 0.8 - 1e-6 <= (again - NOW) / SCHEDULE[count - 1] <= 1.2 + 1e-6


@given(st.integers(1, 10), jitters, st.floats(0, 80_000))
def test_what_the_receiver_asks_for_wins(count: int, jitter: float, seconds: float) -> None:
    assert next_attempt(count, NOW, jitter, seconds) == NOW + timedelta(seconds=seconds)


@given(st.integers(1, 10), st.floats(allow_nan=False))
def test_no_receiver_can_send_us_into_the_past_or_park_us_for_ever(count: int, seconds: float) -> None:
    again = next_attempt(count, NOW, 0.0, seconds)
    assert again is not None
    assert NOW <= again <= NOW + LONGEST_WAIT


@given(st.sampled_from(OUTCOMES), attempts, jitters, st.sampled_from(ON_UNKNOWN))
def test_every_outcome_leads_where_a_sending_row_may_go(
    outcome: str, count: int, jitter: float, on_unknown: str
) -> None:
    step = after(outcome, count, NOW, jitter=jitter, on_unknown=on_unknown)
    assert step.state in MOVES["sending"]
    assert step.note
    assert step.next_attempt_at is None or step.next_attempt_at > NOW


@given(st.sampled_from(OUTCOMES), attempts, st.sampled_from(ON_UNKNOWN), st.booleans())
def test_only_an_unknown_outcome_makes_a_repeat_and_the_mark_stays(
    outcome: str, count: int, on_unknown: str, already: bool
) -> None:
    step = after(outcome, count, NOW, on_unknown=on_unknown, repeat=already)
    assert step.repeat == (already or outcome == "unknown")


@given(st.sampled_from(OUTCOMES), attempts)
def test_only_a_wrong_configuration_stops_the_channel_and_keeps_the_message(outcome: str, count: int) -> None:
    step = after(outcome, count, NOW)
    assert step.stop_channel == (outcome == "stop")
    assert (step.state == "pending") == (outcome == "stop")


@given(st.lists(st.sampled_from(["retry", "unknown"]), min_size=11, max_size=30))
def test_a_message_that_never_gets_through_ends_as_a_dead_letter(outcomes: list[str]) -> None:
    states = [after(outcome, count, NOW).state for count, outcome in enumerate(outcomes, start=1)]
    assert set(states[:10]) == {"retry"}
    assert set(states[10:]) == {"dead"}


def test_an_unknown_outcome_is_resent_checked_or_held_as_the_channel_says() -> None:
    resent, checked, held = (after("unknown", 1, NOW, on_unknown=policy) for policy in ON_UNKNOWN)
    assert (resent.state, checked.state, held.state) == ("retry", "unknown", "unknown")
    assert checked.next_attempt_at == NOW + timedelta(seconds=5)
    assert held.next_attempt_at is None


def test_a_dispatcher_that_died_while_sending_leaves_an_unknown_outcome() -> None:
    step = lease_ended(1, NOW)
    assert (step.state, step.repeat) == ("retry", True)
    assert "中断" in step.note


def test_words_nobody_knows_are_refused() -> None:
    with pytest.raises(ValueError, match="outcome"):
        after("maybe", 1, NOW)
    with pytest.raises(ValueError, match="on_unknown"):
        after("unknown", 1, NOW, on_unknown="guess")


def test_a_sent_message_goes_nowhere_else() -> None:
    with pytest.raises(StepRefused, match="已交付渠道"):
        move("M1", "sent", "sending")


def test_a_dead_letter_can_be_replayed() -> None:
    assert move("M1", "dead", "pending") == "pending"


@pytest.mark.parametrize("state", STATES)
def test_only_a_row_being_sent_or_asked_about_can_become_sent(state: str) -> None:
    assert ("sent" in MOVES[state]) == (state in ("sending", "unknown"))
    assert MOVES[state] <= STATES.keys() == MOVES.keys()


@given(st.sampled_from(sorted(STATES)), st.none() | st.integers(-100, 100))
def test_only_waiting_rows_whose_time_has_come_are_claimed(state: str, offset: int | None) -> None:
    when = None if offset is None else NOW + timedelta(seconds=offset)
    due = (offset or 0) <= 0 and (state == "pending" or (state == "retry" and offset is not None))
    assert claimable(state, when, NOW) == due


@given(st.lists(st.floats(0, 10), min_size=1, max_size=200), st.integers(1, 30))
def test_a_bucket_never_lets_more_through_than_rate_and_burst(gaps: list[float], burst: int) -> None:
    bucket, now, passed = Bucket(burst, NOW), NOW, 0
    for gap in gaps:
        now += timedelta(seconds=gap)
        bucket, wait = take(bucket, now, per_minute=18, burst=burst)
        passed += wait == timedelta()
    assert passed <= burst + 18 * (now - NOW) / timedelta(minutes=1) + 1e-6


def test_an_empty_bucket_says_how_long_to_wait_and_then_lets_one_through() -> None:
    bucket, wait = take(Bucket(0, NOW), NOW, per_minute=20, burst=5)
    assert wait == timedelta(seconds=3)
    assert take(bucket, NOW + wait, per_minute=20, burst=5)[1] == timedelta()


def test_more_than_five_waiting_messages_become_one_digest() -> None:
    assert [merges(count) for count in (1, 5, 6)] == [False, False, True]


def test_no_digest_leaves_on_the_hour_or_the_half_hour() -> None:
    assert digest_at(NOW) == NOW + timedelta(minutes=1)
    assert digest_at(NOW.replace(minute=30, second=59)) == NOW.replace(minute=31)
    assert digest_at(NOW.replace(minute=7)) == NOW.replace(minute=7)
