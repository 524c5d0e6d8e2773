"""Contracts: one text, one fingerprint, honest windows, and no change after go-live."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.effect.contract import (
    Contract,
    canonical,
    check,
    faults,
    fingerprint,
    overlapping,
    parse,
    suggest,
    weeks_needed,
    windows,
)
from voc.errors import ContractBroken, InputError

LIVE = date(2026, 9, 1)
ALARM = (date(2026, 8, 1), date(2026, 8, 14))
CONTRACT = Contract(problem="P-0001", excluded=(ALARM,), population={"region": "华东", "channel": "hotline"})
DAYS = st.dates(date(2025, 1, 1), date(2027, 1, 1))
SPANS = st.tuples(DAYS, st.integers(0, 20)).map(lambda s: (s[0], s[0] + timedelta(days=s[1])))
CONTRACTS = st.builds(
    Contract,
    problem=st.text(min_size=1, max_size=20),
    population=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    smallest_effect=st.floats(0.01, 0.9),
    baseline_days=st.integers(1, 120),
    washout_days=st.integers(0, 30),
    followup_days=st.integers(1, 120),
    excluded=st.lists(SPANS, max_size=3).map(lambda spans: tuple(sorted(spans))),
)


@given(CONTRACTS)
def test_a_contract_survives_its_own_text(contract: Contract) -> None:
    assert parse(canonical(contract)) == contract
    assert fingerprint(parse(canonical(contract))) == fingerprint(contract)


def test_the_order_of_population_keys_does_not_matter() -> None:
    turned = replace(CONTRACT, population={"channel": "hotline", "region": "华东"})
    assert fingerprint(turned) == fingerprint(CONTRACT)


@pytest.mark.parametrize(
    "change",
    [
        {"smallest_effect": 0.1},
        {"metric": "complaint_share"},
        {"excluded": ()},
        {"followup_days": 57},
        {"model_version": "m-2"},
        {"population": {"region": "华南", "channel": "hotline"}},
    ],
)
def test_any_change_of_terms_changes_the_fingerprint(change: dict[str, object]) -> None:
    assert fingerprint(replace(CONTRACT, **change)) != fingerprint(CONTRACT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"problem": "P", "surprise": 1}',
        '{"problem": "P", "metric": "sales"}',
        '{"problem": "P", "excluded": [["2026-02-30", "2026-03-01"]]}',
        '{"problem": "P", "smallest_effect": 0}',
        '{"problem": "P", "excluded": [["2026-03-02", "2026-03-01"]]}',
    ],
)
def test_a_text_that_is_no_contract_is_refused_in_words(text: str) -> None:
    with pytest.raises(InputError, match="合同"):
        parse(text)


def test_a_sound_contract_has_no_faults() -> None:
    assert faults(CONTRACT) == []


@given(CONTRACTS, DAYS)
def test_windows_hold_as_many_days_as_promised_and_none_excluded(contract: Contract, live: date) -> None:
    found = windows(contract, live)
    baseline, followup = found.baseline(), found.followup()
    assert len(baseline) == contract.baseline_days
    assert len(followup) == contract.followup_days
    assert not [d for d in baseline if any(a <= d <= b for a, b in contract.excluded)]
    assert max(baseline) < live
    assert min(followup) == live + timedelta(days=contract.washout_days)


def test_a_baseline_does_not_end_inside_excluded_days() -> None:
    eve = (LIVE - timedelta(days=10), LIVE - timedelta(days=1))
    found = windows(replace(CONTRACT, excluded=(eve,)), LIVE)
    assert found.baseline_end == eve[0] - timedelta(days=1)
    assert len(found.baseline()) == CONTRACT.baseline_days


def test_weeks_after_the_alarm_are_the_baseline_when_there_are_two() -> None:
    contract = suggest("P", [1.0] * 100, [50.0] * 100, ALARM, LIVE)
    assert contract.baseline_days == 14
    assert windows(contract, LIVE).baseline()[0] > ALARM[1]


def test_with_too_few_weeks_after_the_alarm_the_weeks_before_join_without_the_alarm() -> None:
    late = (date(2026, 8, 18), date(2026, 8, 24))
    contract = suggest("P", [1.0] * 100, [50.0] * 100, late, LIVE)
    baseline = windows(contract, LIVE).baseline()
    assert contract.baseline_days == 56
    assert baseline[0] < late[0]
    assert not [d for d in baseline if late[0] <= d <= late[1]]


def test_a_short_history_gives_a_shorter_baseline_of_whole_weeks() -> None:
    numbers = [0.0] * 77 + [1.0] * 23
    contract = suggest("P", numbers, numbers, None, LIVE, model_version="m-1")
    assert contract.baseline_days == 21
    assert contract.model_version == "m-1"


def test_no_alarm_takes_the_last_eight_weeks() -> None:
    assert suggest("P", [1.0] * 100, [1.0] * 100, None, LIVE).baseline_days == 56


LOCKED = datetime(2026, 8, 30, 3, 0, tzinfo=UTC)


def test_the_locked_contract_passes() -> None:
    check(CONTRACT, fingerprint(CONTRACT), LOCKED, LIVE)


def test_a_changed_contract_is_refused() -> None:
    with pytest.raises(ContractBroken, match="被改动"):
        check(replace(CONTRACT, smallest_effect=0.05), fingerprint(CONTRACT), LOCKED, LIVE)


@pytest.mark.parametrize(
    "locked_at", [datetime(2026, 9, 1, 16, 0, tzinfo=UTC), datetime(2026, 9, 20, 0, 0, tzinfo=UTC)]
)
def test_a_contract_locked_after_go_live_is_refused_by_the_day_in_china(locked_at: datetime) -> None:
    with pytest.raises(ContractBroken, match="晚于措施上线"):
        check(CONTRACT, fingerprint(CONTRACT), locked_at, LIVE)


def test_a_go_live_known_to_the_minute_is_compared_to_the_minute() -> None:
    live = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
    check(CONTRACT, fingerprint(CONTRACT), live - timedelta(minutes=1), live)
    with pytest.raises(ContractBroken):
        check(CONTRACT, fingerprint(CONTRACT), live + timedelta(minutes=1), live)


def test_smaller_effects_and_wilder_counts_need_more_weeks() -> None:
    plain = weeks_needed(0.05, 700, 0.2)
    assert plain is not None
    assert (weeks_needed(0.05, 700, 0.1) or 0) > plain
    assert (weeks_needed(0.05, 700, 0.2, dispersion=2) or 0) > plain
    assert (weeks_needed(0.05, 700, 0.2, power=0.9) or 0) > plain
    assert (weeks_needed(0.05, 1400, 0.2) or 0) <= plain
    assert weeks_needed(0.0, 700, 0.2) is None


def test_actions_inside_each_others_windows_are_named() -> None:
    live = {"A": date(2026, 9, 1), "B": date(2026, 9, 20), "C": date(2027, 3, 1)}
    assert overlapping(live, CONTRACT) == [("A", "B")]
