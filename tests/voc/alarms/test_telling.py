import numpy as np
import pytest

from voc.alarms.telling import Members, worth_telling
from voc.alarms.walk import Episode, Policy

INSTALLATION, LATE = Episode(0, 50, 50, 60, 1.0, 1e-9, observed=40, expected=10), 55


def told(name, ids, expected, start=LATE, first="area:installation"):
    """An alarm of installation with feedback 0 to 39, then an episode of another series five days later."""
    later = Episode(1, LATE, start, LATE, 1.0, 1e-6, observed=len(ids), expected=expected)
    days = np.repeat(np.arange(50, 55), 8)
    members = [Members(np.arange(40), days), Members(np.array(ids), np.full(len(ids), LATE))]
    chosen = worth_telling([INSTALLATION, later], members, [first, name], Policy())
    return 1 in chosen


def test_an_area_that_rose_by_the_feedback_of_an_open_alarm_is_a_symptom_of_it():
    assert not told("area:product", range(32, 52), expected=10)  # 8 of an excess of 10 are known


def test_an_area_that_rose_by_feedback_of_its_own_is_told():
    assert told("area:product", range(38, 58), expected=10)


@pytest.mark.parametrize("name", ["issue:product.leak", "words:漏水"])
def test_what_says_precisely_what_is_wrong_is_told_as_long_as_half_of_its_feedback_is_new(name):
    assert told(name, range(31, 51), expected=10)


def test_what_an_alarm_of_everything_holds_does_not_hide_an_area_that_rises_once_more():
    again = Episode(1, LATE, LATE, LATE, 1.0, 1e-6, again=True, observed=20, expected=5)
    members = [Members(np.arange(40), np.full(40, LATE)), Members(np.arange(20), np.full(20, LATE))]
    assert worth_telling([INSTALLATION, again], members, ["all", "area:product"], Policy()) == [0, 1]
