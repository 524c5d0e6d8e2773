"""The contract the system suggests: design, windows, steps and weeks, all from what is known before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from voc.effect import power
from voc.effect.before_after import compare_rates
from voc.effect.contract import Contract, canonical, fingerprint, parse
from voc.effect.proposal import History, of_columns, propose
from voc.effect.verification import Unit
from voc.errors import InputError

LIVE = date(2026, 3, 2)


def history(weeks: int, mean: float = 8.0, units: tuple[Unit, ...] = (), kind: str = "") -> History:
    rng = np.random.default_rng(2)
    days = 7 * weeks
    first = LIVE - timedelta(days=days)
    return of_columns(first, rng.poisson(mean, days), np.full(days, 700.0), units=units, kind=kind)


def regions(weeks: int, treated: int, total: int, mean: float = 4.0, apart: int = 0) -> tuple[Unit, ...]:
    rng = np.random.default_rng(3)
    return tuple(
        Unit(f"u{n}", rng.poisson(mean, 7 * weeks).astype(float), np.full(7 * weeks, 100.0),
             LIVE + timedelta(days=apart * n) if n < treated else None)
        for n in range(total)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("weeks", "design"), [(12, "before_after"), (51, "before_after"), (60, "its"), (200, "its")]
)
def test_a_year_of_history_is_what_an_interrupted_series_takes(weeks: int, design: str) -> None:
    contract = propose("problem:1", history(weeks), LIVE)
    assert contract.design == design
    assert f"{weeks} 周" in contract.design_reason
    assert contract.baseline_days <= 7 * 156


@pytest.mark.parametrize(
    ("treated", "total", "mean", "apart", "design"),
    [(3, 9, 4.0, 14, "cohort"), (3, 9, 4.0, 0, "did"), (1, 8, 4.0, 0, "sc"), (1, 8, 1.0, 0, "cits"),
     (1, 3, 4.0, 0, "cits"), (3, 3, 4.0, 0, "its"), (1, 6, 0.01, 0, "its")],
)  # fmt: skip
def test_where_it_does_not_go_live_is_its_control(
    treated: int, total: int, mean: float, apart: int, design: str
) -> None:
    contract = propose(
        "problem:1", history(70, 4.0, regions(70, treated, total, mean, apart), "region"), LIVE
    )
    assert contract.design == design
    named = (contract.control or {}).get("region", [])
    assert set(named) <= {f"u{n}" for n in range(treated, total)}


def test_waves_are_followed_until_the_last_of_them_was_watched_long_enough() -> None:
    contract = propose("problem:1", history(70, 4.0, regions(70, 3, 9, apart=14), "region"), LIVE)
    assert contract.followup_days == 56 + 28


def test_days_of_the_alarm_and_of_earlier_measures_are_no_baseline() -> None:
    alarm = (LIVE - timedelta(days=90), LIVE - timedelta(days=63))
    earlier = LIVE - timedelta(days=200)
    long = propose("problem:1", replace(history(120), alarm=alarm, earlier=(earlier,)), LIVE)
    assert alarm in long.excluded
    assert long.steps == (earlier,)
    short = propose("problem:1", replace(history(40), alarm=alarm, earlier=(earlier,)), LIVE)
    assert any(first <= earlier <= last for first, last in short.excluded)


def test_a_problem_that_began_with_its_alarm_is_compared_with_the_weeks_since() -> None:
    known = history(80)
    alarm = (LIVE - timedelta(days=84), LIVE - timedelta(days=57))
    began = (alarm[0] - known.first).days
    risen = known.numerator.copy()
    risen[began:] *= 3
    assert propose("problem:1", replace(known, numerator=risen, alarm=alarm), LIVE).steps == (alarm[0],)
    assert propose("problem:1", replace(known, alarm=alarm), LIVE).steps == ()


def test_a_named_design_is_taken() -> None:
    contract = propose("problem:1", history(120), LIVE, design="before_after", season_swing=0.05)
    assert (contract.design, contract.season_swing) == ("before_after", 0.05)
    assert "指定" in contract.design_reason


def test_the_suggestion_can_be_locked_and_read_back() -> None:
    contract = propose("problem:1", history(70, 4.0, regions(70, 3, 9, apart=14), "region"), LIVE)
    assert parse(canonical(contract)) == contract


def test_a_contract_locked_before_designs_were_chosen_keeps_its_hash() -> None:
    old = Contract("problem:7", excluded=((date(2026, 1, 1), date(2026, 1, 28)),))
    assert fingerprint(old) == "096b29dd2a420b94cd5d04e0b7361a30efa652a783cb26c5be3194dafb183cd4"
    assert "design_reason" not in canonical(old)
    assert parse(canonical(old)) == old


def test_a_design_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="设计"):
        parse(canonical(replace(Contract("problem:1", version=2), design="guess")))


def test_fewer_complaints_need_more_weeks() -> None:
    many, few = (propose("problem:1", history(80, mean), LIVE).weeks_needed for mean in (40, 12))
    assert many is not None
    assert few is None or few > many
    assert propose("problem:1", history(80, 0.0), LIVE).weeks_needed is None


def test_the_promised_weeks_give_the_promised_power() -> None:
    volume = power.Volume(60.0, phi=2.0)
    weeks = power.weeks_for(lambda n: power.before_after_variance(volume, 26, n, 0.75), -0.25)
    assert weeks is not None
    rng = np.random.default_rng(6)
    shape = 60.0 / (2.0 - 1)  # gamma rates of weeks: variance twice the mean
    found = 0
    for _ in range(400):
        rates = rng.gamma(shape, 60.0 / shape, 26 + weeks) * np.where(np.arange(26 + weeks) < 26, 1, 0.75)
        y = rng.poisson(rates)
        ones = np.ones(26 + weeks)
        found += compare_rates(y[:26], ones[:26], y[26:], ones[26:], block=1).high < 1
    assert found / 400 == pytest.approx(0.8, abs=0.08)
    assert power.weeks_for(lambda n: power.before_after_variance(volume, 26, n, 0.99), -0.01) is None
