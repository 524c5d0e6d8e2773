# ruff: noqa: DTZ001  (a series has local times)
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.alarms.detect import detect
from voc.alarms.instants import amounts, instants
from voc.alarms.limits import tail, upper
from voc.alarms.rhythm import BY_NAME, filled, rhythm_of
from voc.errors import InputError

MONDAY = datetime(2024, 1, 1)


def steps(count, **apart):
    return [MONDAY + timedelta(**apart) * n for n in range(count)]


def judged(values, **apart):
    times = steps(len(values), **(apart or {"days": 1}))
    return detect(times, np.array(values, dtype=np.float64), rhythm_of(times))


@settings(max_examples=30)
@given(st.lists(st.integers(0, 60), min_size=12, max_size=60), st.integers(0, 500), st.data())
def test_what_comes_later_changes_nothing_of_what_was_said_before(values, later, data):
    cut = data.draw(st.integers(8, len(values)))
    changed = values[:cut] + [later] * (len(values) - cut)
    before, after = judged(values), judged(changed)
    np.testing.assert_array_equal(before.flag[:cut], after.flag[:cut])
    np.testing.assert_array_equal(before.expected[:cut], after.expected[:cut])


@given(
    st.lists(st.sampled_from([0.0, 1.0, 3.0, 4.5, 900.0]), min_size=12, max_size=60),
    st.sets(st.integers(1, 58)),
    st.data(),
)
def test_a_series_that_ends_earlier_says_the_same_of_its_days_whatever_is_missing(values, missing, data):
    days = [n for n in range(len(values)) if n not in missing]
    cut = data.draw(st.integers(sum(day < BY_NAME["day"].memory.warm for day in days), len(days)))
    times = [MONDAY + timedelta(days=n) for n in days]
    series = np.array([values[n] for n in days])
    whole = detect(times, series, BY_NAME["day"])
    short = detect(times[:cut], series[:cut], BY_NAME["day"])
    np.testing.assert_array_equal(whole.flag[:cut], short.flag)
    np.testing.assert_array_equal(whole.expected[:cut], short.expected)


def test_thousands_a_day_that_stray_by_a_third_are_ordinary_and_five_times_as_many_are_not():
    values = np.random.default_rng(1).poisson(10, 120) * 1000
    values[90] = 50_000
    flags = judged(values.tolist()).flag
    assert flags[90]
    assert flags.sum() <= 2


def test_five_times_the_usual_is_flagged_on_its_day_and_the_usual_is_not():
    usual = [10, 12, 9, 11, 10, 8, 9] * 6
    flags = judged([*usual, 50, 10, 11]).flag
    assert flags.nonzero()[0].tolist() == [42]


def test_a_long_outbreak_stays_flagged_and_does_not_become_the_usual():
    values = [2, 3, 1, 2, 2, 4, 2, 1, 3, 2, 25, 30, 28, 26, 31, 2, 3, 1]
    assert judged(values, weeks=1).flag.nonzero()[0].tolist() == [10, 11, 12, 13, 14]


def test_what_lasts_longer_than_the_memory_becomes_the_usual():
    flags = judged([10, 11, 9, 10, 12, 10, 9] * 4 + [60] * 90).flag
    assert flags[28]
    assert not flags[-10:].any()


def test_a_weekly_rhythm_is_learnt_and_its_high_day_is_no_spike():
    rng = np.random.default_rng(5)
    values = rng.poisson(np.tile([5, 5, 5, 5, 5, 40, 40], 16))
    assert judged(values.tolist()).flag[56:].sum() <= 1


def test_a_single_case_after_years_of_none_is_no_spike():
    assert not judged([0] * 120 + [1], weeks=1).flag.any()


def test_missing_days_are_zeros_where_the_series_writes_no_zeros():
    times = [MONDAY + timedelta(days=n) for n in range(60) if n % 3 == 0 or n > 50]
    judged_days = detect(times, np.ones(len(times)), BY_NAME["day"])
    assert judged_days.filled == 60 - len(times)
    assert len(judged_days.flag) == len(times)


@pytest.mark.parametrize(
    ("apart", "name"),
    [({"hours": 1}, "hour"), ({"days": 1}, "day"), ({"weeks": 1}, "week"), ({"minutes": 1}, "minute")],
)
def test_the_period_is_read_from_the_times(apart, name):
    assert rhythm_of(steps(40, **apart)).name == name


def test_steps_without_a_common_measure_have_no_rhythm():
    times = [MONDAY + timedelta(minutes=n * n * 7 + n % 5) for n in range(1, 40)]
    assert rhythm_of(times).name == "none"


def test_two_hour_steps_are_hours_remembered_as_long():
    rhythm = rhythm_of(steps(50, hours=2))
    assert (rhythm.seconds, rhythm.memory.steps) == (7200, 84.0)
    assert len(filled(steps(50, hours=2), rhythm)[0]) == 50


@given(st.integers(0, 400), st.floats(0.01, 200), st.floats(1, 40))
def test_a_larger_count_is_less_probable_and_chances_are_chances(count, mean, ratio):
    lower, higher = tail(
        np.array([count, count + 1.0]), np.array([mean, mean]), np.array([mean * ratio, mean * ratio])
    )
    assert 0 <= higher <= lower <= 1


def test_the_tail_is_the_negative_binomials_of_scipy():
    from scipy.stats import nbinom

    size, chance = 2.5, 0.25
    mean, variance = nbinom.stats(size, chance)
    expected = nbinom.sf(12, size, chance) + nbinom.pmf(12, size, chance) / 2
    assert tail(np.array([12.0]), np.array([mean]), np.array([variance]))[0] == pytest.approx(
        expected, rel=1e-9
    )


@given(st.floats(0.05, 300), st.floats(1, 20), st.floats(1e-6, 0.1))
def test_the_limit_is_the_last_count_that_is_not_improbable(mean, ratio, level):
    at = np.array([mean]), np.array([mean * ratio])
    limit = upper(*at, np.array([level]))
    assert tail(limit, *at)[0] >= level or limit[0] == 0
    assert tail(limit + 1, *at)[0] < level


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-05-01", datetime(2026, 5, 1)),
        ("2026年5月1日 8时", datetime(2026, 5, 1, 8)),
        ("2026-W05", datetime(2026, 1, 26)),
        ("2026年第5周", datetime(2026, 1, 26)),
        ("2026-05", datetime(2026, 5, 1)),
        ("2026年第二季度", datetime(2026, 4, 1)),
    ],
)
def test_times_are_read_as_people_write_them(cell, expected):
    assert instants([cell]) == ([expected], True)


def test_plain_numbers_give_an_order_and_no_time():
    times, real = instants(["1", "2", "10"])
    assert not real
    assert times == sorted(times)


def test_a_cell_that_is_no_time_is_named_by_its_row():
    with pytest.raises(InputError, match="第 2 行"):
        instants(["2026-05-01", "去年"])


@pytest.mark.parametrize(
    ("cell", "said"), [("7月1日", "没有年份"), ("01/02/2026", "分不清"), ("第三季", "看不懂")]
)
def test_a_time_that_cannot_be_read_says_why(cell, said):
    with pytest.raises(InputError, match=said):
        instants([cell])


@pytest.mark.parametrize(
    ("cell", "value"), [("1,234", 1234), ("30条", 30), ("1.2万", 12_000), ("１２", 12), ("3.2%", 3.2)]
)
def test_counts_are_read_as_offices_write_them(cell, value):
    assert amounts([cell]) == [value]


def test_a_share_that_doubles_is_a_spike_though_it_is_far_below_one():
    shares = np.random.default_rng(3).normal(0.03, 0.003, 60)
    shares[50] = 0.07
    times = [datetime(2026, 1, 5) + timedelta(days=day) for day in range(60)]
    assert np.flatnonzero(detect(times, shares, BY_NAME["day"]).flag).tolist() == [50]


@pytest.mark.parametrize(("months", "title"), [(1, "月"), (2, "2 个月"), (3, "季度"), (12, "年")])
def test_a_rhythm_of_several_months_is_called_by_its_name(months, title):
    times = [datetime(2000 + n * months // 12, n * months % 12 + 1, 1) for n in range(20)]
    assert rhythm_of(times).title == title


@pytest.mark.parametrize("cell", ["-3", "很多", "inf"])
def test_a_cell_that_is_no_count_is_refused(cell):
    with pytest.raises(InputError, match="第 1 行"):
        amounts([cell])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["201812", "201901"], [datetime(2018, 12, 1), datetime(2019, 1, 1)]),
        (
            ["201812", "201852", "201901"],
            [datetime(2018, 3, 19), datetime(2018, 12, 24), datetime(2018, 12, 31)],
        ),
    ],
)
def test_years_with_months_or_weeks_may_be_written_as_one_number(cells, expected):
    assert instants(cells) == (expected, True)


@pytest.mark.parametrize("cell", ["", "NA", "NaN", " null ", "缺失", "-"])
def test_a_value_that_is_missing_is_unknown(cell):
    assert np.isnan(amounts([cell])).all()


def test_a_missing_value_in_the_first_days_hides_no_later_spike():
    values = np.random.default_rng(3).poisson(5, 120).astype(float)
    values[2], values[100] = np.nan, 25.0
    times = [datetime(2026, 1, 5) + timedelta(days=day) for day in range(120)]
    assert np.flatnonzero(detect(times, values, BY_NAME["day"]).flag).tolist() == [100]
