import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.registry.surges import SURGES, SurgeRule, spread, surging, windows


def surges(events, whole, past, whole_past, usual=1e-4):
    columns = (np.array([value]) for value in (events, whole, past, whole_past))
    return bool(surging(*columns, np.array([usual]), SurgeRule())[0])


def test_what_many_say_at_once_and_nobody_before_surges():
    assert surges(12, 40, 0, 400)


def test_what_is_always_said_does_not_surge():
    assert not surges(12, 40, 110, 400)


def test_more_of_everything_is_no_surge_of_one_thing():
    assert not surges(60, 400, 30, 200)


def test_nothing_surges_before_there_is_a_past():
    assert not surges(12, 20, 0, 10)


def test_few_are_no_surge_however_unheard_of():
    assert not surges(4, 4, 0, 4000)


@given(st.dictionaries(st.integers(0, 90), st.integers(1, 9), min_size=1), st.integers(0, 95))
def test_windows_count_the_days_they_say(counts, at):
    rule = SurgeRule(window=3, before=10)
    days = np.array(sorted(counts))
    values = np.array([counts[day] for day in sorted(counts)])
    inside, before = windows(days, values, np.array([at]), rule)
    assert inside[0] == sum(n for day, n in counts.items() if at - 3 < day <= at)
    assert before[0] == sum(n for day, n in counts.items() if at - 13 < day <= at - 3)


def test_each_of_a_surge_is_compared_with_the_first_of_them_only():
    members = list(range(100))
    pairs = spread(members)
    assert len(pairs) == 40 * 39 // 2 + 60 * 40
    assert all(a < 40 for a, _ in pairs)


def test_the_fewer_they_are_and_the_longer_they_take_the_surer_they_have_to_be():
    sudden, slower = sorted(SURGES, key=lambda rule: rule.window)
    assert slower.least < sudden.least
    assert slower.chance < sudden.chance
