"""Designs that compare units: published figures, statsmodels, and what must hold whatever the data."""

import csv

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose
from scipy import optimize

from voc.effect import cohort, did, synthetic

PANELS = arrays.arrays(np.float64, (7, 6), elements=st.floats(-100, 100))
TWO = np.array([True, True, True, False, False, False, False])


def panel_of(rows, unit, time, value):
    units, times = (sorted({row[column] for row in rows}) for column in (unit, time))
    made = np.full((len(units), len(times)), np.nan)
    for row in rows:
        made[units.index(row[unit]), times.index(row[time])] = float(row[value])
    return units, times, made


@pytest.fixture(scope="module")
def prop99(public_data):
    with (public_data / "before_after_series" / "prop99_california.csv").open() as file:
        units, times, made = panel_of(list(csv.DictReader(file)), "State", "Year", "PacksPerCapita")
    return made, np.array(units) == "California", times.index("1989")


@pytest.fixture(scope="module")
def mpdta(public_data):
    with (public_data / "before_after_series" / "mpdta_minimum_wage.csv").open() as file:
        rows = list(csv.DictReader(file))
    units, times, made = panel_of(rows, "countyreal", "year", "lemp")
    first = {row["countyreal"]: row["first.treat"].removesuffix(".0") for row in rows}
    return made, np.array([times.index(first[u]) if first[u] in times else cohort.NEVER for u in units])


@pytest.mark.real_data
def test_the_tobacco_tax_of_california_reads_as_published(prop99):
    values, treated, after = prop99
    assert did.difference(values, treated, after).estimate == pytest.approx(-27.349, abs=0.51e-3)
    found = synthetic.synthetic_control(values[treated][0], values[~treated], after)
    assert found.estimate == pytest.approx(-19.514, abs=0.51e-3)


@pytest.mark.real_data
def test_the_minimum_wage_table_is_that_of_the_package_did(mpdta):
    found = cohort.cells(*mpdta)
    after = {(c.cohort, c.time): round(c.estimate, 4) for c in found if c.time >= c.cohort}
    assert after == {
        (1, 1): -0.0105, (1, 2): -0.0704, (1, 3): -0.1373, (1, 4): -0.1008,
        (3, 3): -0.0046, (3, 4): -0.0412, (4, 4): -0.0261,
    }  # fmt: skip
    began = mpdta[1]
    # Callaway & Sant'Anna's vignette: simple −0.0400, by group −0.0310, dynamic −0.0772; pre-test p 0.16812.
    means = [round(cohort.overall(found, began, kind).estimate, 4) for kind in ("simple", "group", "dynamic")]
    assert means == [-0.04, -0.031, -0.0772]
    assert [round(one.estimate, 4) for one in cohort.by_cohort(found, began).values()] == [
        -0.0797,
        -0.0229,
        -0.0261,
    ]
    assert cohort.pre_test(found)[2] == pytest.approx(0.16812, abs=0.51e-5)


def test_clustered_errors_are_those_of_the_regression_up_to_its_small_sample_factor():
    rng = np.random.default_rng(1)
    panel = rng.standard_normal((40, 1)) + rng.standard_normal((40, 6)).cumsum(axis=1)
    treated = np.arange(40) < 15
    ours = did.difference(panel, treated, 3)
    unit, time = np.divmod(np.arange(240), 6)
    dummies = np.column_stack(
        [unit[:, None] == np.arange(40), (time[:, None] == np.arange(1, 6)), treated[unit] & (time >= 3)]
    )
    theirs = sm.OLS(panel.ravel(), dummies.astype(float)).fit(
        cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False}
    )
    assert ours.estimate == pytest.approx(theirs.params[-1])
    assert ours.error == pytest.approx(theirs.bse[-1], rel=0.06)


@settings(max_examples=40)
@given(PANELS, st.floats(-50, 50), st.floats(-50, 50))
def test_what_a_unit_or_a_time_has_of_its_own_changes_no_difference(panel, of_unit, of_time):
    moved = panel.copy()
    moved[0] += of_unit
    moved[:, 4] += of_time
    still = did.difference(panel, TWO, 3)
    assert did.difference(moved, TWO, 3).estimate == pytest.approx(still.estimate, abs=1e-9)


@settings(max_examples=40)
@given(PANELS, st.floats(-50, 50))
def test_an_effect_given_to_the_treated_is_found_in_full(panel, effect):
    given_it = panel + effect * TWO[:, None] * (np.arange(6) >= 3)
    found, still = did.difference(given_it, TWO, 3), did.difference(panel, TWO, 3)
    assert found.estimate == pytest.approx(still.estimate + effect, abs=1e-9)
    began = np.where(TWO, 3, cohort.NEVER)
    cells = [cohort.overall(cohort.cells(p, began), began).estimate for p in (given_it, panel)]
    assert cells[0] == pytest.approx(cells[1] + effect, abs=1e-9)


def test_a_unit_that_lacks_a_side_is_dropped_and_told():
    panel = np.arange(24.0).reshape(6, 4)
    panel[5, 2:] = np.nan
    found = did.difference(panel, np.arange(6) < 3, 2)
    assert (found.facts["dropped_units"], found.controls) == (1, 2)


def test_intervals_of_both_group_designs_cover_nothing_where_nothing_happened():
    rng, covered = np.random.default_rng(2), []
    began = np.where(np.arange(40) < 8, 3, np.where(np.arange(40) < 16, 5, cohort.NEVER))
    for _ in range(150):
        panel = rng.standard_normal((40, 1)) * 3 + rng.standard_normal((40, 8)).cumsum(axis=1) * 0.3
        low, high = did.difference(panel, began != cohort.NEVER, 4).interval()
        total = cohort.overall(cohort.cells(panel, began), began)
        covered.append((low <= 0 <= high, abs(total.estimate) < 2.1 * total.error))
    assert np.mean(covered, axis=0).min() > 0.89


def test_weights_are_the_best_that_a_general_search_finds():
    rng = np.random.default_rng(3)
    pool, target = rng.normal(10, 2, (5, 12)), rng.normal(10, 2, 12)
    ours = synthetic.simplex_weights(target, pool)
    theirs = optimize.minimize(
        lambda w: ((target - w @ pool) ** 2).sum(), np.full(5, 0.2), bounds=[(0, 1)] * 5,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, options={"ftol": 1e-12, "maxiter": 500},
    )  # fmt: skip
    assert_allclose(ours, theirs.x, atol=1e-4)


@settings(max_examples=30)
@given(
    st.integers(0, 10_000), st.lists(st.floats(0, 1), min_size=5, max_size=5).filter(lambda w: sum(w) > 0.1)
)
def test_a_mix_is_recognised(seed, parts):
    pool = np.random.default_rng(seed).normal(50, 10, (5, 15))
    weights = np.array(parts) / sum(parts)
    assert_allclose(synthetic.simplex_weights(weights @ pool, pool), weights, atol=1e-4)


def test_placebos_rank_a_large_effect_first():
    rng = np.random.default_rng(4)
    common = rng.standard_normal(30).cumsum()
    pool = 100 + common + rng.normal(0, 1, (20, 30))
    treated = 100 + common + rng.normal(0, 1, 30) - 15 * (np.arange(30) >= 20)
    found = synthetic.synthetic_control(treated, pool, 20)
    assert found.p_placebo == pytest.approx(1 / 21)
    assert found.interval()[1] < 0


def test_a_bootstrap_critical_value_is_wider_than_a_single_one_and_repeatable():
    rng = np.random.default_rng(5)
    began = np.where(np.arange(60) < 20, 3, cohort.NEVER)
    found = cohort.cells(rng.standard_normal((60, 6)), began)
    assert 1.96 < cohort.uniform_critical(found) == cohort.uniform_critical(found) < 4
