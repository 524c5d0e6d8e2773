"""One verification from daily columns: every design, what its checks refuse, and what must never be credited."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from voc.effect.contract import Contract
from voc.effect.misreading import Misread
from voc.effect.mix import Stratum
from voc.effect.verification import Judged, Unit, judge_series

LIVE = date(2026, 3, 2)
WEEKS = 110
FIRST = LIVE - timedelta(days=7 * WEEKS)
DAYS = 7 * (WEEKS + 9)
BEFORE = np.arange(DAYS) < 7 * WEEKS
ORDERS = np.full(DAYS, 700.0)
YEAR = np.sin(2 * np.pi * np.arange(DAYS) / 365.25)
SHORT = Contract("problem:1", design="before_after", version=2)
LONG = replace(SHORT, design="its", baseline_days=7 * 104)
BESIDE = replace(SHORT, baseline_days=7 * 26, population={"region": ["u0"]}, control={"region": ["u4"]})


def series(mean: float = 8.0, effect: float = 1.0, season: float = 0.0, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(mean * np.exp(season * YEAR) * np.where(BEFORE, 1.0, effect)).astype(float)


def judged(days: np.ndarray, contract: Contract = SHORT, **more: object) -> Judged:
    return judge_series(FIRST, days, ORDERS, contract, LIVE, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("contract", [SHORT, LONG])
def test_a_true_drop_is_effective_and_its_interval_holds_it(contract: Contract) -> None:
    found = judged(series(effect=0.5), contract)
    _, low, high = found.effect.change
    assert (found.verdict.code, found.design) == ("effective", contract.design)
    assert low < -0.5 < high


@pytest.mark.parametrize("contract", [SHORT, LONG])
def test_nothing_is_not_credited(contract: Contract) -> None:
    assert judged(series(), contract).verdict.code in ("ineffective", "insufficient")


def test_a_season_fools_before_and_after_but_not_an_interrupted_series() -> None:
    days = series(mean=40, season=0.4)
    assert judged(days, replace(SHORT, smallest_effect=0.1)).effect.change[1] > 0
    _, low, high = judged(days, LONG).effect.change
    assert low < 0 < high


def test_a_season_that_nobody_has_seen_widens_the_interval_of_before_and_after() -> None:
    plain, wide = (judged(series(effect=0.5), replace(SHORT, season_swing=swing)) for swing in (0.0, 0.15))
    assert wide.effect.change[1] < plain.effect.change[1] < plain.effect.change[2] < wide.effect.change[2]
    assert wide.effect.estimate == plain.effect.estimate
    assert wide.effect.p_value > plain.effect.p_value
    assert any("季节" in row["sentence"] and "放宽" in row["sentence"] for row in wide.diagnostics())


def test_a_course_that_had_begun_before_is_no_effect() -> None:
    course = 30 * np.exp(0.006 * (7 * WEEKS - np.arange(DAYS)))
    found = judged(np.random.default_rng(3).poisson(course).astype(float))
    assert found.verdict.code == "insufficient"
    assert "上线前就在变化" in found.verdict.sentence
    assert [row for row in found.diagnostics() if row["name"] == "pre_trend" and not row["ok"]]


def test_too_few_complaints_are_no_evidence() -> None:
    assert judged(series(mean=0.05)).verdict.code == "insufficient"
    assert judged(np.zeros(DAYS), LONG).verdict.code == "insufficient"


def test_the_picture_has_a_value_for_each_week_and_says_when_it_went_live() -> None:
    found = judged(series(effect=0.5), LONG)
    picture = found.picture
    lengths = {len(picture[name]) for name in ("start", "observed", "expected", "low", "high")}
    assert lengths == {len(picture["start"])}
    assert picture["start"][-1] == (LIVE + timedelta(days=56)).isoformat()
    assert (picture["went_live"], picture["days"], picture["unit"]) == (LIVE.isoformat(), 7, "每千单投诉")
    after = picture["start"].index(LIVE.isoformat()) + 1
    assert picture["observed"][after - 1] is None  # the wash-out
    assert (
        picture["observed"][after]
        < picture["low"][after]
        < picture["expected"][after]
        < picture["high"][after]
    )


def test_days_of_the_alarm_are_left_out_so_that_falling_back_is_no_effect() -> None:
    days = series(mean=8)
    alarm = (LIVE - timedelta(days=35), LIVE - timedelta(days=8))
    days[7 * WEEKS - 35 : 7 * WEEKS - 7] *= 4
    assert judged(days).effect.change[2] < 0
    kept = judged(days, replace(SHORT, excluded=(alarm,)))
    assert kept.effect.change[1] < 0 < kept.effect.change[2]


def test_a_step_the_contract_knows_of_is_not_taken_for_an_effect() -> None:
    days = series(mean=8)
    began = 7 * WEEKS - 70
    days[:began] = np.round(days[:began] / 4)
    known = replace(LONG, steps=(FIRST + timedelta(days=began),))
    _, low, high = judged(days, known).effect.change
    assert low < 0 < high


def channels(volume: np.ndarray, seed: int = 5, effect: float = 1.0) -> list[Stratum]:
    """Hotline with many complaints and a survey with few, whose volume changes at constant true shares."""
    rng = np.random.default_rng(seed)
    worked = np.where(BEFORE, 1.0, effect)
    said = np.full(DAYS, 60.0)
    return [
        Stratum("hotline", rng.poisson(said * 0.2 * worked).astype(float), said),
        Stratum("sms", rng.poisson(volume * 0.02 * worked).astype(float), volume, asked=True),
    ]


def mixed(strata: list[Stratum], contract: Contract) -> Judged:
    y, n = (np.sum([getattr(s, part) for s in strata], axis=0) for part in ("numerator", "divisor"))
    return judge_series(FIRST, y, n, replace(contract, metric="complaint_share"), LIVE, strata=strata)


@pytest.mark.parametrize("contract", [SHORT, LONG])
def test_twice_the_surveys_at_a_constant_rate_read_no_change(contract: Contract) -> None:
    doubled = channels(np.where(BEFORE, 100.0, 200.0))
    found = mixed(doubled, contract)
    _, low, high = found.effect.change
    assert low < 0 < high
    assert found.verdict.code in ("ineffective", "insufficient")
    crude = found.adjusted["mix"]["crude"]
    assert crude[1] / crude[0] < 0.75  # what a plain comparison would have praised
    assert "渠道构成" in found.adjusted["mix"]["sentence"]


def test_a_true_effect_is_still_seen_while_the_surveys_double() -> None:
    found = mixed(channels(np.where(BEFORE, 100.0, 200.0), effect=0.4), SHORT)
    assert found.verdict.code == "effective"
    assert found.effect.change[1] < -0.6 < found.effect.change[2]


def test_complaints_of_more_surveys_are_not_set_against_the_same_orders() -> None:
    sms = channels(np.where(BEFORE, 100.0, 400.0))[1]
    own = Stratum("orders", series(mean=3), ORDERS)
    total = sms.numerator + own.numerator
    assert judge_series(FIRST, total, ORDERS, SHORT, LIVE).verdict.code == "worse"
    found = judge_series(FIRST, total, ORDERS, SHORT, LIVE, strata=[own, sms])
    assert found.verdict.code in ("ineffective", "insufficient")


def test_a_new_channel_has_its_own_baseline() -> None:
    rng = np.random.default_rng(8)
    new = np.where(BEFORE, 0.0, 300.0)
    chat = Stratum("chat", rng.poisson(new * 0.001).astype(float), new)
    found = mixed([*channels(np.full(DAYS, 100.0)), chat], SHORT)
    _, low, high = found.effect.change
    assert low < 0 < high
    assert found.adjusted["mix"]["left_out"] == ["chat"]


def test_complaints_that_moved_to_a_new_channel_are_not_an_improvement() -> None:
    strata = channels(np.full(DAYS, 100.0), effect=0.3)
    moved = np.where(BEFORE, 0.0, 60.0)
    chat = Stratum("chat", np.random.default_rng(9).poisson(moved * 0.3).astype(float), moved)
    found = mixed([*strata, chat], SHORT)
    assert found.verdict.code == "insufficient"
    assert "新" in found.verdict.sentence


def test_errors_of_the_classifier_widen_and_never_strengthen_a_claim() -> None:
    days = series(effect=0.6)
    plain, told = judged(days), judged(days, misread=Misread(60.0, 100))
    assert told.effect.low <= plain.effect.low
    assert told.effect.high >= plain.effect.high
    assert told.adjusted["classifier"]["applied"]
    assert judged(days, misread=Misread(1.0, 40)).verdict.code == "insufficient"
    assert not judged(days, misread=Misread(9.0, 10)).adjusted["classifier"]["applied"]


def test_the_interval_holds_the_true_effect_when_a_third_of_what_is_counted_is_something_else() -> None:
    rng = np.random.default_rng(4)
    held, plain = [], []
    for seed in range(60):
        wrong = rng.poisson(10, DAYS)
        days = series(mean=20, effect=0.6, seed=100 + seed) + wrong
        right = float(rng.binomial(150, 2 / 3))
        one = judged(days, misread=Misread(right, 150))
        counted = judged(days)
        held.append(one.effect.change[1] <= -0.4 <= one.effect.change[2])
        plain.append(counted.effect.change[1] <= -0.4 <= counted.effect.change[2])
    assert np.mean(plain) < 0.5 < 0.9 < np.mean(held)


def regions(
    effect: float = 1.0, treated: int = 3, total: int = 9, waves: int = 0, season: float = 0.0
) -> list[Unit]:
    rng = np.random.default_rng(12)
    made = []
    for n in range(total):
        start = LIVE + timedelta(days=7 * waves * n) if n < treated else None
        worked = np.ones(DAYS)
        if start:
            worked[(start - FIRST).days :] = effect
        counts = rng.poisson((2.0 + n) * np.exp(season * YEAR) * worked).astype(float)
        made.append(Unit(f"u{n}", counts, np.full(DAYS, 100.0), start))
    return made


def beside(design: str, units: list[Unit], weeks: int = 26) -> Judged:
    treated = [u for u in units if u.went_live]
    contract = replace(BESIDE, design=design, baseline_days=7 * weeks)
    y, e = (np.sum([getattr(u, part) for u in treated], axis=0) for part in ("numerator", "divisor"))
    return judge_series(FIRST, y, e, contract, LIVE, units=units)


@pytest.mark.parametrize(("design", "waves"), [("did", 0), ("cits", 0), ("sc", 0), ("cohort", 1)])
def test_units_beside_controls_see_a_true_effect_in_spite_of_a_common_season(design: str, waves: int) -> None:
    found = beside(design, regions(0.4, waves=waves, season=0.3), weeks=60)
    assert found.design == design
    assert found.effect.change[1] < -0.6 < found.effect.change[2]
    assert found.verdict.code in ("effective", "partly_effective")
    assert found.effect.before > found.effect.after > 0


@pytest.mark.parametrize(("design", "waves"), [("did", 0), ("cits", 0), ("sc", 0), ("cohort", 1)])
def test_units_beside_controls_credit_nothing_where_nothing_happens(design: str, waves: int) -> None:
    found = beside(design, regions(1.0, waves=waves, season=0.3), weeks=60)
    assert found.verdict.code in ("ineffective", "insufficient")


def test_a_control_that_went_live_as_well_is_left_out() -> None:
    units = regions(0.4)
    units[4] = replace(units[4], went_live=LIVE + timedelta(days=14))
    found = beside("did", units)
    assert ("dropped_units", True) in [(row["name"], row["ok"]) for row in found.diagnostics()]


def test_the_picture_of_units_shows_the_rate_of_the_treated() -> None:
    found = beside("did", regions(0.4))
    seen = [value for value in found.picture["observed"] if value is not None]
    assert seen[0] == pytest.approx(30, abs=12)  # 3 a day on 100 orders, as complaints per thousand
    assert seen[-1] < 20


def test_complaints_that_stop_altogether_are_effective_by_an_interrupted_series_too() -> None:
    days = np.where(BEFORE, series(), 0.0)
    found = judged(days, LONG)
    assert found.verdict.code == "effective"
    assert found.effect.change[0] == -1
    assert found.effect.change[2] < -0.9
