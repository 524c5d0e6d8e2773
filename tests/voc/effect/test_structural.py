"""The structural model: published intervals, a plain regression as its limit, and the same answer every time."""

import csv

import numpy as np
import pytest

from voc.effect.structural import structural


def columns(folder, name, value, controls, when, day):
    with (folder / "before_after_series" / name).open() as file:
        rows = list(csv.DictReader(file))
    numbers = [np.array([float(row[key]) for row in rows]) for key in (value, *controls)]
    return numbers[0], np.column_stack(numbers[1:]), [row[when] for row in rows].index(day)


def relative(y, found, after):
    base = y[after:].mean() - found.estimate
    return [100 * part / base for part in (found.estimate, found.low, found.high)]


def test_an_advertisement_did_what_causalimpact_says(public_data):
    y, x, after = columns(public_data, "ci_google.csv", "y", ("x1", "x2"), "date", "2020-03-02")
    found = structural(y, x, after)
    assert relative(y, found, after) == pytest.approx([21, 14, 28], abs=0.6)
    assert [found.estimate, found.low, found.high] == pytest.approx([27, 18, 36], abs=0.6)


def test_a_true_null_is_none(public_data):
    controls = tuple(f"NOT_CHANGED_{n}" for n in (1, 2, 3))
    y, x, after = columns(public_data, "ci_comparison.csv", "CHANGED", controls, "DATE", "2019-07-15")
    assert relative(y, structural(y, x, after), after) == pytest.approx([-0.83, -2.6, 1.0], abs=0.25)


def world(seed, effect=0.0, n=120, after=80):
    rng = np.random.default_rng(seed)
    x = rng.normal(50, 5, (n, 2))
    y = 20 + x @ [1.0, -0.5] + rng.normal(0, 1, n)
    y[after:] += effect
    return y, x, after


def test_with_independent_errors_it_agrees_with_a_regression():
    y, x, after = world(1, effect=4.0)
    early = np.column_stack([np.ones(after), x[:after]])
    plain = np.linalg.lstsq(early, y[:after], rcond=None)[0]
    gap = (y - np.column_stack([np.ones(len(y)), x]) @ plain)[after:].mean()
    assert structural(y, x, after).estimate == pytest.approx(gap, abs=0.15)


def test_where_nothing_happens_the_interval_holds_nothing_nearly_always():
    held = [found.low <= 0 <= found.high for found in (structural(*world(seed)) for seed in range(8))]
    assert sum(held) >= 7


def test_the_scale_of_the_series_changes_nothing():
    y, x, after = world(2, effect=3.0)
    one, thousand = structural(y, x, after), structural(1000 * y, x * [10, 0.1], after)
    assert thousand.low == pytest.approx(1000 * one.low, rel=1e-6)


def test_without_columns_the_level_alone_is_carried_on():
    y = np.concatenate([np.full(40, 10.0), np.full(10, 13.0)]) + np.tile([0.1, -0.1], 25)
    found = structural(y, np.empty((50, 0)), 40)
    assert found.estimate == pytest.approx(3.0, abs=0.1)
    assert found.low > 0
