import numpy as np
import pytest

from voc.registry.lasting import recurs_as
from voc.registry.pairs import DAY
from voc.registry.signs import signs

SAID = "师傅说漏了单，又要等一个星期"


def issue_of(background, days, issues, texts=None):
    texts = texts or [SAID] * len(days)
    return recurs_as(np.array(days, dtype=np.int64) * DAY, issues, signs(texts, background))


LATE, MONTHS = [["installation.late"]] * 4, [0, 30, 60, 90]


def test_what_is_told_of_one_issue_for_months_recurs(background):
    assert issue_of(background, MONTHS, LATE) == "installation.late"


def test_what_was_told_within_weeks_is_an_event(background):
    assert issue_of(background, [0, 3, 9, 20], LATE) is None


def test_a_straggler_does_not_make_an_event_last(background):
    assert issue_of(background, [*range(19), 200], [["installation.late"]] * 20) is None


def test_what_is_told_of_one_place_for_months_remains_an_event(background):
    assert issue_of(background, MONTHS, LATE, [f"阳光小区{SAID}"] * 4) is None


@pytest.mark.parametrize(
    ("issues", "issue"),
    [
        ([["a.b"], ["a.b"], [], []], "a.b"),
        ([["a.b"], [], [], []], "a.b"),
        ([["a.b"], ["c.d"], ["e.f"], []], None),
        ([["a.b"], ["a.b"], ["c.d"], ["c.d"]], "a.b"),
        ([["c.d", "a.b"], ["e.f", "a.b"], ["g.h", "g.h"], []], "a.b"),
        ([["a.b"], ["c.d"], ["e.f"], ["g.h"]], None),
        ([[]] * 4, None),
    ],
)
def test_the_issue_is_one_that_many_of_the_members_share(background, issues, issue):
    assert issue_of(background, MONTHS, issues) == issue
