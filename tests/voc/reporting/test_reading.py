"""Figures of stored reports as people read them, and how two of them differ."""

import pytest

from voc.reporting.reading import figures, moved, problems

FACTS = {
    "recurrence": {"name": "问题复发率", "unit": "percent", "value": None, "low": None, "high": None},
    "cycle": {"name": "解决用时", "unit": "hours", "value": 20.0, "low": None, "high": None, "note": "34 件未解决"},
    "nps": {"name": "NPS 净推荐值", "unit": "points", "value": 0.279, "low": 0.13, "high": 0.43},
    "csat": {"name": "CSAT 均分", "unit": "score", "value": 3.4513, "low": 3.3385, "high": 3.5641,
             "basis": "678 条评分", "note": ""},
    "stage:0": {"count": 3},
    "problem:12": {"count": 31, "state": "改进中"},
}  # fmt: skip


def test_figures_come_in_order_with_unit_interval_and_basis():
    read = {one.key: one for one in figures(FACTS)}
    assert list(read) == ["csat", "nps", "cycle", "recurrence"]
    assert (read["csat"].words, read["csat"].interval) == ("3.45 分", "3.34–3.56 分")
    assert (read["nps"].words, read["cycle"].words, read["recurrence"].words) == ("+28", "20.0 小时", "—")
    assert read["cycle"].basis == "34 件未解决"


def test_problems_of_a_report_are_known_by_number():
    assert problems(FACTS) == {12: {"count": 31, "state": "改进中"}}


def share(value, low=None, high=None, name="一次解决率", unit="percent"):
    return {"name": name, "unit": unit, "value": value, "low": low, "high": high}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (share(0.5, 0.45, 0.55), share(0.6, 0.56, 0.64), "+10.0 个百分点（区间不重叠）"),
        (share(0.5, 0.4, 0.6), share(0.45, 0.35, 0.55), "−5.0 个百分点（区间重叠，可能只是波动）"),
        (share(0.5), share(None), "—"),
        (
            share(0.3),
            share(0.08, name="投诉率", unit="permille"),
            "口径不同：前一份是一次解决率，后一份是投诉率",
        ),
    ],
)
def test_a_difference_says_whether_chance_alone_may_make_it(before, after, words):
    (first,), (second,) = figures({"fcr": before}), figures({"fcr": after})
    assert moved(first, second) == words
