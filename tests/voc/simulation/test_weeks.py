"""A week of the simulated company: files, orders and truth."""

from collections import Counter
from datetime import date, timedelta
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.simulation.company import EARLY, PLANTED, PRODUCTS, REGIONS, Scenario
from voc.simulation.feedback import Live, block, day_rates, streams
from voc.simulation.weeks import Week, simulate_week

SCENARIO = Scenario()
SMALL = Scenario(rows_per_week=120)


YEAR = Scenario(weeks=52, rows_per_week=300)
OUTCOMES = [(planted, n) for planted in PLANTED for n in range(len(planted.outcomes))]


def _live(week: int) -> dict[str, list[date]]:
    return {planted.issue: [SCENARIO.start + timedelta(weeks=week)] for planted in PLANTED}


@lru_cache(maxsize=4)
def _weeks(live_from: int | None) -> list[Week]:
    live = {} if live_from is None else _live(live_from)
    return [simulate_week(SCENARIO, week, live) for week in range(SCENARIO.weeks)]


def _complaints(weeks: list[Week], issue: str) -> int:
    return sum(t.issue == issue and t.planted and t.kind == "genuine" for week in weeks for t in week.truth)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**40), week=st.integers(0, 25))
def test_a_week_is_the_same_whenever_it_is_made(seed: int, week: int) -> None:
    scenario = Scenario(seed=seed, rows_per_week=60)
    assert simulate_week(scenario, week, {}) == simulate_week(scenario, week, {})


@settings(max_examples=10, deadline=None)
@given(week=st.integers(3, 20))
def test_a_week_does_not_depend_on_which_weeks_were_made_before(week: int) -> None:
    alone = simulate_week(SMALL, week, {})
    [simulate_week(SMALL, earlier, {}) for earlier in range(week - 3, week)]
    assert simulate_week(SMALL, week, {}) == alone


@settings(max_examples=10, deadline=None)
@given(seeds=st.tuples(st.integers(0, 2**31), st.integers(0, 2**31)).filter(lambda pair: pair[0] != pair[1]))
def test_another_seed_is_another_week(seeds: tuple[int, int]) -> None:
    first, second = (simulate_week(Scenario(seed=seed, rows_per_week=60), 4, {}) for seed in seeds)
    assert first.files != second.files


def test_twenty_six_weeks_bring_at_least_twenty_thousand_rows_on_nine_channels() -> None:
    rows = Counter(t.source for week in _weeks(None) for t in week.truth)
    assert rows.total() >= 20_000
    assert len(rows) == 9
    assert min(rows.values()) >= 500


@pytest.mark.parametrize("week", [0, 1, 7, 25])
def test_the_truth_names_every_delivered_row_in_its_order(week: int) -> None:
    lived = _weeks(None)[week]
    delivered = [(file.source, row) for file in lived.files for row in file.rows]
    assert [source for source, _ in delivered] == [t.source for t in lived.truth]
    assert all(t.external_id in row.values() for (_, row), t in zip(delivered, lived.truth, strict=True))


def test_genuine_rows_never_share_an_external_id() -> None:
    keys = Counter(
        (t.source, t.external_id) for week in _weeks(None) for t in week.truth if t.kind != "duplicate"
    )
    assert max(keys.values()) == 1


def test_a_duplicate_repeats_a_row_delivered_before_or_beside_it() -> None:
    weeks = _weeks(None)
    known = {(t.source, t.external_id) for week in weeks for t in week.truth if t.kind == "genuine"}
    repeats = [(t.source, t.external_id) for week in weeks for t in week.truth if t.kind == "duplicate"]
    assert len(repeats) > 150
    assert set(repeats) <= known


def test_an_earlier_row_is_delivered_again_unchanged_in_a_later_week() -> None:
    before, after = ([row for file in _weeks(None)[week].files for row in file.rows] for week in (9, 10))
    again = [row for row in after if row in before]
    assert 5 <= len(again) <= 40


def _file(week: Week, source: str) -> list[dict[str, str]]:
    return next(file.rows for file in week.files if file.source == source)


@pytest.mark.parametrize(
    "kind", ["near_duplicate", "advertising", "test", "vague", "broken", "blank", "duplicate"]
)
def test_every_kind_of_spoiled_row_occurs(kind: str) -> None:
    counts = Counter(t.kind for week in _weeks(None) for t in week.truth)
    assert counts[kind] >= 50
    assert counts[kind] < 0.06 * counts["genuine"]


def test_about_four_customers_in_ten_praise() -> None:
    types = Counter(t.type for week in _weeks(None) for t in week.truth if t.kind == "genuine")
    assert 0.35 < types["praise"] / types.total() < 0.50


@pytest.mark.parametrize("planted", PLANTED[:EARLY], ids=lambda p: p.issue)
def test_a_planted_problem_is_absent_before_its_onset_and_loud_after(planted) -> None:
    weeks = _weeks(None)
    full = weeks[planted.onset_week + 1 :]
    assert _complaints(weeks[: planted.onset_week], planted.issue) == 0
    assert 40 <= _complaints(full, planted.issue) / len(full) <= 85


@pytest.mark.parametrize("planted", PLANTED[EARLY:], ids=lambda p: p.issue)
def test_the_second_wave_waits_until_the_first_half_year_is_over(planted) -> None:
    assert _complaints(_weeks(None), planted.issue) == 0
    assert _planted_rate(planted, 30, {}) == pytest.approx(planted.rate / 7 * YEAR.scale, rel=0.45)


def _planted_rate(planted, week: int, live: Live) -> float:
    index = next(n for n, stream in enumerate(streams()) if stream.planted is planted)
    return float(day_rates(YEAR, week, live)[:, index].mean())


@pytest.mark.parametrize(("planted", "n"), OUTCOMES, ids=lambda p: getattr(p, "issue", p))
def test_each_measure_leaves_what_it_says_from_the_day_it_goes_live(planted, n) -> None:
    live = {planted.issue: [YEAR.start + timedelta(weeks=one.live_week) for one in planted.outcomes[: n + 1]]}
    at = planted.outcomes[n].live_week
    left = _planted_rate(planted, at, live) / _planted_rate(planted, at, {})
    assert left == pytest.approx(planted.outcomes[n].multiplier)


@pytest.mark.parametrize("planted", [p for p in PLANTED[:EARLY] if p.outcomes], ids=lambda p: p.issue)
def test_an_action_changes_complaints_by_its_multiplier_from_the_day_it_goes_live(planted) -> None:
    without, with_action = _weeks(None), _weeks(12)
    assert _complaints(without[:12], planted.issue) == _complaints(with_action[:12], planted.issue)
    ratio = _complaints(with_action[13:], planted.issue) / _complaints(without[13:], planted.issue)
    assert ratio == pytest.approx(planted.outcomes[0].multiplier, rel=0.12)


def test_an_action_in_the_middle_of_a_week_leaves_everything_else_alone() -> None:
    live = SCENARIO.start + timedelta(weeks=9, days=4)
    before, after = (
        [
            draft.row
            for draft in block(SCENARIO, 9, "fresh", 1.0, went_live)
            if draft.scene.when.date() < live or draft.issue != "installation.late"
        ]
        for went_live in ({}, {"installation.late": [live]})
    )
    assert before == after


def test_an_action_without_effect_changes_not_one_complaint() -> None:
    assert _complaints(_weeks(12), "service.robot") == _complaints(_weeks(None), "service.robot")


def test_an_action_that_becomes_known_later_does_not_change_what_is_delivered_again() -> None:
    first = simulate_week(SCENARIO, 9, {})
    later = simulate_week(SCENARIO, 10, _live(10))
    rows = {row["id"]: row for row in _file(first, "app") if "__raw__" not in row}
    again = [row for row in _file(later, "app") if row["id"] in rows]
    assert again
    assert all(row == rows[row["id"]] for row in again)


def test_orders_cover_every_day_region_and_product_and_grow() -> None:
    weeks = _weeks(None)
    cells = {(o.day, o.region, o.product) for o in weeks[3].orders}
    assert len(cells) == len(weeks[3].orders) == 7 * len(REGIONS) * len(PRODUCTS)
    summer, autumn = (_sold(weeks[first : first + 3], {"洗衣机", "冰箱"}) for first in (5, 20))
    assert 1.05 < autumn / summer < 1.20
    assert all(o.contacts >= 0 for o in weeks[3].orders)


def _sold(weeks: list[Week], products: set[str]) -> int:
    return sum(order.orders for week in weeks for order in week.orders if order.product in products)


def test_promotions_are_peaks() -> None:
    daily: Counter[date] = Counter()
    for order in _weeks(None)[3].orders:
        daily[order.day] += order.orders
    assert daily.most_common(1)[0][0] in {date(2026, 6, day) for day in (16, 17, 18, 19)}


def test_some_rows_arrive_a_week_late() -> None:
    monday = SCENARIO.start + timedelta(weeks=8)
    late = [row for row in _file(_weeks(None)[8], "store_review") if row["评价时间"] < monday.isoformat()]
    assert 0 < len(late) < 40


def test_a_load_test_scales_the_volume() -> None:
    large = simulate_week(Scenario(rows_per_week=9000), 2, {})
    assert 8_000 < len(large.truth) < 14_000
