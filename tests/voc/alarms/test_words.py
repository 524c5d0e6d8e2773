import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.alarms.series import ALL, covers, is_words, issue_of, label_of, precision
from voc.alarms.telling import Members, worth_telling
from voc.alarms.walk import Episode, Policy
from voc.alarms.words import Spoken, sayings
from voc.reading.taxonomy import parse_taxonomy

PLAIN = (
    "水龙头又漏水",
    "屏幕有划痕",
    "快递员态度恶劣",
    "安装师傅迟到",
    "音质很闷",
    "电池不耐用",
    "包装盒压扁",
)
DAYS, AT = 120, 100
POLICY = Policy(24)
TAXONOMY = parse_taxonomy(
    """
    version = "1"
    [[area]]
    code = "app"
    name = "应用"
    [[area.issues]]
    code = "app.login"
    name = "登录失败"
    problem = "登录不了"
    dimension = "technology"
    cues = ["登录不了"]
    """
)


def spoken(extra=(), days=DAYS, a_day=3):
    """A hundred and twenty days of complaints of everything in turn; extra: (day, customer, text)."""
    rows = [(n // a_day, 1000 + n, PLAIN[n % len(PLAIN)]) for n in range(days * a_day)]
    rows = sorted([*rows, *extra], key=lambda row: row[0])
    columns = [np.array(column, dtype=np.int64) for column in zip(*[row[:2] for row in rows], strict=True)]
    return Spoken(np.arange(len(rows)), *columns, [row[2] for row in rows])


def told(extra=(), since=0):
    return sayings(spoken(extra), 7, POLICY, since)


def outage(day, customers, text="验证码一直收不到"):
    return [(day, number, text) for number in range(customers)]


def test_a_symptom_that_three_customers_name_on_one_day_and_nobody_before_is_told_on_that_day():
    (saying,) = told(outage(AT, 3))
    assert "验证码" in "".join(saying.phrases)
    episode = saying.episode
    assert (episode.series, episode.raised, episode.start, episode.end) == (7, AT, AT, AT)
    assert (episode.observed, set(saying.members.values())) == (3.0, {AT})
    assert episode.expected < 0.2
    assert episode.p_value < 0.01


def test_one_customer_who_says_it_thrice_is_one():
    assert told([(AT, 5, "验证码一直收不到")] * 3) == []


def test_what_goes_on_is_the_same_and_what_comes_back_later_is_news():
    goes_on = outage(AT - 40, 4) + outage(AT - 38, 4)
    (saying,) = told(goes_on)
    assert (saying.episode.end, saying.episode.observed) == (AT - 38, 8.0)
    first, second = told([*goes_on, *((day, c + 50, t) for day, c, t in outage(AT + 15, 9))])
    assert (first.episode.raised, second.episode.raised) == (AT - 40, AT + 15)


def test_what_was_always_said_and_more_of_everything_are_nothing():
    assert told() == []
    assert told([(AT, number, PLAIN[number % len(PLAIN)]) for number in range(40)]) == []


def test_days_before_the_first_that_is_judged_are_only_remembered():
    early, late = outage(AT - 30, 4), outage(AT, 4, "滤芯显示耗尽")
    assert [one.episode.raised for one in told([*early, *late], since=AT - 10)] == [AT]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(70, 119), st.integers(0, 9)), max_size=30), st.integers(70, 119))
def test_what_comes_later_never_changes_what_was_told(extra, cut):
    said = [(day, number, "验证码一直收不到") for day, number in extra]
    whole = [one for one in told(said) if one.episode.raised <= cut]
    short = sayings(spoken([row for row in said if row[0] <= cut], days=cut + 1), 7, POLICY)
    assert [(o.episode.raised, o.episode.start, o.phrases) for o in whole] == [
        (o.episode.raised, o.episode.start, o.phrases) for o in short
    ]


def test_no_words_are_no_saying():
    none = np.zeros(0, dtype=np.int64)
    assert sayings(Spoken(none, none, none, []), 0, POLICY) == []


def test_words_are_named_in_chinese_and_belong_to_everything_only():
    name = "words:滤芯"
    assert is_words(name)
    assert label_of(name, TAXONOMY) == "提到“滤芯”的负面反馈"
    assert (issue_of(name), precision(name)) == (None, 2)
    assert (covers(ALL, name), covers("area:app", name)) == (True, False)


@pytest.mark.parametrize(
    ("shared", "expected"), [(5, ["issue:app.login"]), (1, ["issue:app.login", "words:白屏"])]
)
def test_words_are_told_besides_an_issue_only_for_feedback_that_it_does_not_hold(shared, expected):
    names = ["issue:app.login", "words:白屏"]
    episodes = [Episode(n, 9, 9, 9, 0.1, 1e-6, observed=5, expected=0.5) for n in range(2)]
    held = [Members(np.arange(5), np.full(5, 9)), Members(np.arange(5) + 5 - shared, np.full(5, 9))]
    assert sorted(names[episodes[n].series] for n in worth_telling(episodes, held, names, POLICY)) == expected
