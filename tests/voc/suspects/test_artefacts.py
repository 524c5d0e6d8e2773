import numpy as np
import pytest

from voc.suspects.artefacts import boilerplate, repeated


def marked(said, seconds, ratings=None, products=None, letters=12):
    n = len(said)
    return repeated(
        np.array(said), np.array(seconds), np.full(n, 5.0) if ratings is None else np.array(ratings),
        np.zeros(n, dtype=int) if products is None else np.array(products), np.full(n, letters),
    ).tolist()  # fmt: skip


@pytest.mark.parametrize(
    "text", ["展开全部", "该评论已删除", "查看更多评论 >", "<br/>展开", "此用户未填写评价内容"]
)
def test_what_stands_on_every_page_is_no_feedback(text):
    assert boilerplate([text]).tolist() == [True]


@pytest.mark.parametrize("text", ["很好", "评论", "赞", "展开全部空间很大", "5", "已删除的好友又回来了", ""])
def test_what_customers_say_is_no_boilerplate(text):
    assert boilerplate([text]).tolist() == [False]


def test_the_same_row_at_the_same_second_was_read_twice():
    assert marked([1, 2, 3, 1], [101, 222, 383, 101]) == [False, False, False, True]


def test_another_rating_or_product_is_another_row():
    assert not any(marked([1, 1, 2, 3], [101, 101, 202, 303], ratings=[5, 1, 5, 5]))
    assert not any(marked([1, 1, 2, 3], [101, 101, 202, 303], products=[0, 1, 0, 0]))


def test_short_words_in_the_same_minute_may_be_two_customers():
    said, minutes = [1, 2, 3, 1], [60, 120, 180, 60]
    assert marked(said, minutes, letters=2) == [False] * 4
    assert marked(said, minutes, letters=9) == [False, False, False, True]


def test_where_only_days_are_known_a_page_that_comes_again_is_found():
    page, days = [1, 2, 3, 4, 5, 6], [0, 0, 0, 86400, 86400, 86400]
    assert marked([*page, *page], [*days, *days]) == [False] * 6 + [True] * 6


def test_where_only_days_are_known_the_same_words_on_one_day_are_two_voices():
    assert marked([1, 1, 1, 2, 3, 1], [0] * 6) == [False] * 6


def test_no_rows_have_no_artefacts():
    assert marked([], []) == []
