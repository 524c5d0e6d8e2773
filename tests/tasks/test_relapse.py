"""A solved problem under watch, from rows in a file to what happens when it comes back."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sqlalchemy import text

from models.engine import transaction
from models.measures.proving import Daily
from models.measures.relapse import watches
from tasks.relapse import _season, watch_solved
from tasks.verify import close_effective, verify_due
from voc.effect.contract import Windows

MONDAY = date(2026, 1, 5)
LIVE = MONDAY + timedelta(days=70)
SOLVED = LIVE + timedelta(days=7 + 56)  # first day after the follow-up


@pytest.fixture
def solved(house, make, once):
    """Return a house on the day its measure was found effective."""
    once("solved", lambda: solve(house, make))
    return house.on(SOLVED + timedelta(days=2))


def solve(house, make):
    then = house.on(LIVE - timedelta(days=14))
    then.act_on(make["daily"](MONDAY, 56, lambda day: 4, 4), LIVE)
    due = house.on(SOLVED + timedelta(days=2))
    first = MONDAY + timedelta(days=56)
    rows = make["daily"](
        first, (SOLVED - first).days, lambda day: 4 if day < 14 else day % 2, 4, start=20_000
    )
    due.take_in(rows, "after.csv")
    assert verify_due.fn(due.now) == {"effective": 1}


@pytest.fixture
def later(solved, make):
    """Return a function that lives some weeks after a problem was solved, looking on every Wednesday."""

    def live(weeks, complaints, first=0):
        for week in range(first, first + weeks):
            monday = SOLVED + timedelta(days=7 * week)
            now = solved.on(monday + timedelta(days=9))
            now.take_in(make["daily"](monday, 7, complaints, 4, start=50_000 + 1000 * week), f"w{week}.csv")
            found = watch_solved.fn(now.now)
        return now, found

    return live


def standing(house):
    return house.rows("SELECT state, round FROM problem WHERE id = 1")[0]


def test_a_problem_that_stays_solved_stays_closed(later):
    house, found = later(6, lambda day: day % 2)
    assert found == {"watched": 1, "relapsed": 0}
    close_effective.fn(house.now)
    assert standing(house) == {"state": "closed", "round": 1}
    with transaction() as session:
        (watch,) = watches(session).values()
    assert (watch["weeks"], watch["through"]) == (6, SOLVED + timedelta(days=6 * 7 - 1))
    assert watch["evidence"] < 1


def test_a_true_relapse_reopens_the_problem_a_round_higher_and_is_told(later):
    house, _ = later(4, lambda day: 4)
    assert standing(house) == {"state": "diagnosed", "round": 2}
    entry = house.rows("SELECT facts, by FROM problem_log WHERE step = 'relapse'")[0]
    assert entry["by"] == "rule:relapse"
    assert entry["facts"]["reason"].startswith("复发：见效后监测第 ")
    told = house.rows("SELECT DISTINCT recipient FROM outbox WHERE event = 'problem_relapsed' ORDER BY 1")
    assert [row["recipient"] for row in told] == ["department:installation", "leadership"]
    assert house.rows("SELECT event, payload FROM event_outbox WHERE event = 'voc.problem.relapsed'") == [
        {"event": "voc.problem.relapsed", "payload": {"problem": 1}}
    ]


def test_a_closed_problem_that_comes_back_gets_another_measure(later):
    house, _ = later(4, lambda day: day % 2)
    assert close_effective.fn(house.on(SOLVED + timedelta(days=40)).now) == 1
    house, _ = later(6, lambda day: 4, first=4)
    house.improve()
    assert house.pairs("SELECT round, state FROM action ORDER BY id") == {1: "verified", 2: "proposed"}


def test_rows_that_are_dated_back_never_reopen(later, solved, make):
    house, _ = later(3, lambda day: day % 2)
    flood = make["daily"](SOLVED, 21, lambda day: 12, 0, start=90_000)
    house.take_in(flood, "late.csv")
    after = house.on(SOLVED + timedelta(days=28 + 3))
    after.take_in(
        make["daily"](SOLVED + timedelta(days=21), 7, lambda day: day % 2, 4, start=95_000), "w4.csv"
    )
    assert watch_solved.fn(after.now) == {"watched": 1, "relapsed": 0}
    assert standing(after) == {"state": "effective", "round": 1}
    assert after.value("SELECT evidence < 1 FROM relapse_watch")


def test_a_week_is_judged_once_and_only_when_it_is_over(later):
    house, _ = later(2, lambda day: day % 2)
    before = house.rows("SELECT weeks, through, evidence FROM relapse_watch")
    assert watch_solved.fn(house.now) == {"watched": 0, "relapsed": 0}
    assert watch_solved.fn(house.on(SOLVED + timedelta(days=14 + 8)).now)["watched"] == 0
    assert house.rows("SELECT weeks, through, evidence FROM relapse_watch") == before


def test_weeks_judged_one_by_one_or_all_at_once_come_to_the_same(later, solved):
    house, _ = later(5, lambda day: day % 2)
    one_by_one = house.rows("SELECT * FROM relapse_watch")
    with transaction() as session:
        session.execute(text("DELETE FROM relapse_watch"))
    watch_solved.fn(house.now)
    assert house.rows("SELECT * FROM relapse_watch") == one_by_one


def test_another_model_starts_from_a_level_it_has_counted_itself(later):
    house, _ = later(2, lambda day: day % 2)
    with transaction() as session:
        session.execute(text("UPDATE relapse_watch SET model = 'older', reached = 99, highest = 99"))
    later(1, lambda day: day % 2, first=2)
    assert house.value("SELECT model <> 'older' AND reached < 1 FROM relapse_watch")


@pytest.fixture
def years(monkeypatch):
    """Return a function that tells what a watch expects of the weeks after a follow-up, so many weeks known."""
    spans = Windows(date(2026, 1, 5), date(2026, 3, 1), date(2026, 3, 9), date(2026, 5, 3))

    def expected(weeks, judged=0, ahead=26):
        first = spans.followup_end - timedelta(weeks=weeks) + timedelta(days=1)

        def observed(_session, _problem, since, until, _reading):
            days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
            rates = np.array([high_in_july(day) * (0.4 if day > spans.baseline_end else 1) for day in days])
            return Daily(days, 100 * rates, np.full(len(days), 900.0), np.full(len(days), 500.0))

        monkeypatch.setattr("tasks.relapse.first_day", lambda _session: first)
        monkeypatch.setattr("tasks.relapse.observe", observed)
        one = SimpleNamespace(problem=1, result={"metric": "complaint_rate"})
        watch = SimpleNamespace(
            model=None, taxonomy=None, through=spans.followup_end + timedelta(weeks=judged)
        )
        return _season(None, one, spans, watch, ahead), spans.followup_end

    return expected


def high_in_july(day):
    return float(np.exp(0.3 * np.cos(2 * np.pi * (day - date(2026, 7, 13)).days / 365.25)))


def level_after(end, weeks):
    return np.mean([high_in_july(end + timedelta(days=7 * weeks + n + 1)) for n in range(7)])


@pytest.mark.parametrize("judged", [0, 9])
def test_a_season_known_for_years_is_expected_of_the_weeks_to_come(years, judged):
    factors, end = years(130, judged)
    followup = np.mean([level_after(end, -weeks) for weeks in range(1, 9)])
    told = [level_after(end, judged + week) / followup for week in range(26)]
    assert_allclose(factors, told, rtol=0.01)
    assert factors.max() > 1.2


def test_a_house_in_its_first_year_expects_no_season(years):
    factors, _ = years(50)
    assert (factors == 1).all()
