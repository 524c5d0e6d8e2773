"""Figures are written with their unit, the way people read them."""

import pytest

from voc.reporting.quantities import change, number, span, value


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (number(12345), "12,345"),
        (number(1_234_567), "123.5 万"),
        (value(0.0312, "percent"), "3.1%"),
        (value(0.0312, "permille"), "31.2‰"),
        (value(-0.13, "points"), "−13"),
        (value(21.44, "hours"), "21.4 小时"),
        (value(None, "hours"), "—"),
        (change(0.031, "percent"), "+3.1 个百分点"),
        (change(-4.6, "hours"), "−4.6 小时"),
        (span(3.98, 4.06, "score"), "3.98–4.06 分"),
        (span(0.77, 0.79, "percent"), "77.0%–79.0%"),
    ],
)
def test_figures_are_written_the_way_people_read_them(shown, expected):
    assert shown == expected
