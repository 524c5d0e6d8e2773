"""Figures of stored reports as people read them, and how two of them differ."""

import pytest

from voc.reporting.reading import figures, moved, problems

FACTS = {
    "csat": {"value": 3.4513, "low": 3.3385, "high": 3.5641, "basis": "678 条评分", "note": ""},
    "nps": {"value": 0.279, "low": 0.13, "high": 0.43},
    "cycle": {"value": 20.0, "low": None, "high": None, "note": "34 件未解决"},
    "recurrence": {"value": None, "low": None, "high": None},
    "stage:0": {"count": 3},
    "problem:12": {"count": 31, "state": "改进中"},
}


def test_figures_come_in_order_with_unit_interval_and_basis():
    read = {one.key: one for one in figures(FACTS)}
    assert list(read) == ["csat", "nps", "cycle", "recurrence"]
    assert (read["csat"].words, read["csat"].interval) == ("3.45", "3.34 至 3.56")
    assert (read["nps"].words, read["cycle"].words, read["recurrence"].words) == ("+28", "20.0 小时", "—")
    assert read["cycle"].basis == "34 件未解决"


def test_problems_of_a_report_are_known_by_number():
    assert problems(FACTS) == {12: {"count": 31, "state": "改进中"}}


def share(value, low=None, high=None):
    return {"value": value, "low": low, "high": high}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (share(0.5, 0.45, 0.55), share(0.6, 0.56, 0.64), "+10.0 个百分点（区间不重叠）"),
        (share(0.5, 0.4, 0.6), share(0.45, 0.35, 0.55), "-5.0 个百分点（区间重叠，可能只是波动）"),
        (share(0.5), share(None), "—"),
    ],
)
def test_a_difference_says_whether_chance_alone_may_make_it(before, after, words):
    (first,), (second,) = figures({"fcr": before}), figures({"fcr": after})
    assert moved(first, second) == words
