"""Three customers who tell of one event in a week are told of, and nobody who says what was always said."""

from importlib import resources

import numpy as np
import pytest

from voc.alarms.events import Heard, happenings
from voc.alarms.series import ALL, covers, is_words, issue_of, label_of, precision
from voc.registry.background import load_background
from voc.registry.pairs import DAY, Facts
from voc.registry.signs import signs

FILTER = (
    "净水器滤芯换上就提示耗尽，复位没反应",
    "新换的净水器滤芯又提示耗尽，复位也没反应",
    "净水器提示滤芯耗尽，明明刚换的，复位没反应",
    "净水器滤芯才换就提示耗尽，怎么复位都没反应",
)
OTHER = "净水器漏水漏了一地，地板都泡坏了"


@pytest.fixture(scope="module")
def background():
    return load_background((resources.files("voc") / "data" / "background.npz").read_bytes())


@pytest.fixture
def told(background):
    """Look for events among what one group of the registry said: (day, customer, text)."""

    def of(rows, group=None, daily=30.0):
        days, customers = (
            np.array(column, dtype=np.int64) for column in zip(*[r[:2] for r in rows], strict=True)
        )
        texts, none = [row[2] for row in rows], np.zeros(len(rows), dtype=np.int64)
        facts = Facts(days * DAY + np.arange(len(rows)), none, none)
        groups = none if group is None else np.array(group)
        every = np.full(400, daily)
        heard = Heard(
            np.arange(len(rows)), groups, days, customers, texts, signs(texts, background), facts, every
        )
        return happenings(heard, 7, background)

    return of


def test_an_event_is_told_on_the_day_its_third_customer_speaks(told):
    (event,) = told([(100 + 2 * n, n, text) for n, text in enumerate(FILTER)])
    assert (event.episode.raised, event.episode.start, event.episode.end) == (104, 100, 106)
    assert (event.episode.series, event.episode.observed, event.episode.p_value) == (7, 4.0, None)
    assert event.members == {0: 100, 1: 102, 2: 104, 3: 106}
    assert event.series == "event:复位也没反应"


@pytest.mark.parametrize(
    ("days", "customers"),
    [((100, 101, 102), (1, 1, 2)), ((100, 104, 107), (1, 2, 3)), ((10, 11, 12), (1, 2, 3))],
)
def test_two_customers_or_more_than_a_week_or_too_short_a_history_are_no_event(told, days, customers):
    assert told(list(zip(days, customers, FILTER, strict=False))) == []


def test_two_customers_within_two_days_are_an_event_where_little_is_said(told):
    rows = [(100, 1, FILTER[0]), (101, 2, FILTER[1])]
    (event,) = told(rows, daily=5.0)
    assert (event.episode.raised, event.episode.start, event.episode.observed) == (101, 100, 2.0)
    assert told(rows, daily=21.0) == []
    assert told([(100, 1, FILTER[0]), (102, 2, FILTER[1])], daily=5.0) == []
    assert told([(100, 1, FILTER[0]), (101, 1, FILTER[1])], daily=5.0) == []


def test_one_of_the_group_who_spoke_days_before_keeps_two_from_being_news(told):
    rows = [(95, 3, OTHER), (100, 1, FILTER[0]), (101, 2, FILTER[1])]
    assert told(rows, daily=5.0) == []
    assert len(told(rows[1:], daily=5.0)) == 1


def test_customers_who_write_the_same_sentence_are_one_voice(told):
    sentence = "净水器滤芯换上就提示耗尽复位以后还是没有反应打了电话没人管"
    rows = [(100, 1, sentence), (101, 2, f"这次买的{sentence}"), (102, 3, f"{sentence}，失望")]
    assert told(rows) == []
    (event,) = told([*rows, (103, 4, FILTER[1]), (103, 5, FILTER[3])])
    assert event.episode.raised == 103


def test_what_somebody_said_within_the_half_year_before_is_no_news(told):
    news = [(300 + n, n, text) for n, text in enumerate(FILTER[:3])]
    assert told([(130, 9, FILTER[3]), *news]) == []
    assert len(told([(100, 9, FILTER[3]), *news])) == 1


def test_members_of_a_group_who_do_not_belong_together_two_by_two_are_no_event(told):
    assert told([(100, 1, FILTER[0]), (101, 2, FILTER[1]), (102, 3, OTHER)]) == []


def test_two_groups_are_two_events_in_the_order_of_their_days(told):
    rows = [(100 + n // 2, n, FILTER[n // 2]) for n in range(6)]
    events = told(rows, [1, 0] * 3)
    assert [event.episode.series for event in events] == [7, 8]
    assert [sorted(event.members) for event in events] == [[0, 2, 4], [1, 3, 5]]


def test_an_event_is_named_in_chinese_and_belongs_to_everything_only():
    name = "event:净水器滤芯换上就提示耗尽"
    assert label_of(name, None) == "多名客户反映的“净水器滤芯换上就提示耗尽”"
    assert is_words(name)
    assert (issue_of(name), precision(name)) == (None, 2)
    assert (covers(ALL, name), covers("area:app", name)) == (True, False)
