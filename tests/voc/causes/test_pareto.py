"""The vital few."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.causes.pareto import Counted, gathered, pareto, said, sentence


def items(*counts):
    return [Counted(str(i), f"事{i}", count, count, count * 10, count * 30) for i, count in enumerate(counts)]


def test_the_few_that_reach_eighty_per_cent_are_vital():
    bars = pareto(items(10, 50, 25, 15))
    assert [bar.item.count for bar in bars] == [50, 25, 15, 10]
    assert [bar.vital for bar in bars] == [True, True, True, False]
    assert bars[1].running == pytest.approx(0.75)


def test_what_reaches_eighty_per_cent_exactly_ends_the_few():
    assert [bar.vital for bar in pareto(items(80, 20))] == [True, False]


def test_costs_are_ordered_by_the_middle_of_their_range():
    dear = Counted("a", "贵", 1, 1, 100, 900)
    bars = pareto([*items(5), dear], "cost")
    assert [(bar.item.name, bar.value) for bar in bars] == [("贵", 500), ("事0", 100)]


def test_too_many_bars_are_put_together_at_the_end():
    bars = gathered(pareto(items(*range(1, 31))), 20)
    assert len(bars) == 20
    assert bars[-1].item.name == "其余 11 项"
    assert sum(bar.item.count for bar in bars) == 465
    assert bars[-1].running == 1


def test_the_sentence_names_the_few():
    assert (
        sentence(pareto(items(10, 90)), "problem", "count") == "2 个问题中，「事1」这一项占了反馈条数的 90%。"
    )
    assert sentence([], "problem", "count") == "这段时间里没有可以排序的反馈。"


@given(st.lists(st.integers(0, 1000), max_size=30))
def test_shares_add_up_and_fall(counts):
    bars = pareto(items(*counts))
    assert sum(bar.share for bar in bars) == pytest.approx(1.0 if sum(counts) else 0.0)
    assert [bar.value for bar in bars] == sorted((float(count) for count in counts), reverse=True)
    few = [bar for bar in bars if bar.vital]
    assert sum(bar.share for bar in few) >= min(0.8, sum(bar.share for bar in bars)) - 1e-9


def test_only_the_last_bar_reaches_a_hundred_per_cent():
    bars = pareto([Counted("a", "一", 995, 1), Counted("b", "二", 4, 1), Counted("c", "三", 1, 1)])
    assert [said(bar.running) for bar in bars] == ["99%", "99%", "100%"]
