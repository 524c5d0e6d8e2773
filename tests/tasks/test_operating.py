"""Figures of the business are taken in once, replaced when said anew, and never added up twice."""

import pytest

from models.engine import transaction
from models.intake.operating import summary
from tasks.operating import take_in_figures
from voc.errors import InputError


@pytest.fixture
def file(tmp_path):
    """Return a way to write a file of figures."""

    def write(*lines):
        path = tmp_path / "figures.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


def test_the_same_file_twice_changes_nothing_and_a_new_value_replaces_the_old(house, file):
    first = file("日期,地区,订单量,来访量", "2026-06-01,成都,100,30", "2026-06-01,武汉,50,20")
    assert (taken := take_in_figures(first)).new == 4
    assert (take_in_figures(first).new, take_in_figures(first).replaced, taken.errors) == (0, 4, ())
    take_in_figures(file("日期,地区,订单量", "2026-06-01,成都,120"))
    with transaction() as session:
        orders = next(row for row in summary(session) if row["name"] == "orders")
    assert (orders["total"], orders["regions"], orders["days"]) == (170.0, 2, 1)


def test_a_total_beside_its_parts_is_refused_before_rates_are_wrong(house, file):
    take_in_figures(file("日期,订单量", "2026-06-01,150"))
    with pytest.raises(InputError, match="「订单量」同一天既有合计"):
        take_in_figures(file("日期,地区,订单量", "2026-06-01,成都,100"))
    assert house.value("SELECT sum(value) FROM operation_figure") == 150
