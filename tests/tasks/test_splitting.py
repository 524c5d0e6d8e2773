"""How rows are split into batches, files and runs must not show in what is understood of them."""

import csv
from datetime import UTC, date, datetime, timedelta

import pytest

from models.engine import transaction
from models.intake.collecting import register_source, store_part
from voc.simulation.company import Scenario
from voc.simulation.sources import definitions
from voc.simulation.weeks import simulate_week

COMPANY = Scenario(weeks=10, rows_per_week=500)
LATER = datetime(2026, 8, 10, tzinfo=UTC)
WITH = {
    "problem_min_customers": 4,
    "problem_min_share": 0.002,
    "problem_window_days": 14,
    "auto_confirm_customers": 6,
    "near_window_days": 7,
}
FEEDBACK = """
    SELECT f.record_key, f.text, f.disposition, f.reason, o.record_key AS copy_of, s.record_key AS superseded_by,
           f.rating, f.occurred_at, a.type, a.priority, a.priority_parts, a.severity, a.vague
    FROM feedback f LEFT JOIN annotation a ON a.feedback_id = f.id LEFT JOIN feedback o ON o.id = f.copy_of
    LEFT JOIN feedback s ON s.id = f.superseded_by ORDER BY f.record_key, f.text
"""
MENTIONS = """
    SELECT f.record_key, m.issue, m.polarity, m.span_start, m.span_end FROM mention m
    JOIN feedback f ON f.id = m.feedback_id ORDER BY 1, 2
"""
PROBLEMS = """
    SELECT p.key, p.first_seen_at, p.alarm_from, p.alarm_until, array_agg(f.record_key ORDER BY f.record_key) AS members
    FROM problem p JOIN problem_member m ON m.problem_id = p.id JOIN feedback f ON f.id = m.feedback_id
    GROUP BY p.id ORDER BY p.key
"""


@pytest.fixture(scope="module")
def reviews():
    """Ten weeks of reviews of the simulated company, in the order in which they were written."""
    files = [file for week in range(10) for file in simulate_week(COMPANY, week, {}).files]
    rows = [
        row for file in files if file.source == "store_review" for row in file.rows if "__raw__" not in row
    ]
    return sorted(rows, key=lambda row: (row["评价时间"], row["评价ID"]))


def registered(house):
    folder = house.inbox / "store_review"
    folder.mkdir(parents=True)
    with transaction() as session:
        definition = {**definitions()["store_review"], "path": str(folder / "*.csv")}
        register_source(session, "store_review", definition)
    return folder


def run(house, folder, name, rows):
    with (folder / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    house.collect("store_review")
    house.understand()
    house.gather()


def understood(house, parts):
    folder = registered(house)
    for n, rows in enumerate(parts):
        run(house, folder, f"{n}.csv", rows)
    return house.rows(FEEDBACK), house.rows(MENTIONS), house.rows(PROBLEMS)


@pytest.mark.parametrize("size", [100, 333, 1000])
def test_the_size_of_batches_does_not_show_in_what_is_understood(another, set_to, reviews, size):
    set_to(**WITH, batch_rows=5000)
    whole = understood(another(LATER), [reviews])
    set_to(batch_rows=size)
    assert understood(another(LATER), [reviews]) == whole


@pytest.mark.parametrize("cut", [200, 700, 1200])
def test_rows_that_come_in_two_runs_are_understood_as_in_one(another, set_to, reviews, cut):
    set_to(**WITH, batch_rows=400)
    whole = understood(another(LATER), [reviews])
    assert understood(another(LATER), [reviews[:cut], reviews[cut:]]) == whole
    assert len(whole[2]) >= 5


def test_rows_that_come_twice_are_understood_once(another, set_to, reviews):
    set_to(**WITH, batch_rows=400)
    whole = understood(another(LATER), [reviews])
    house = another(LATER)
    assert understood(house, [reviews[:900], reviews[600:]]) == whole
    assert house.value("SELECT sum(rows_duplicate) FROM batch") >= 300


def test_customers_who_did_not_sign_are_counted_each_however_they_came(another, make):
    rows = [[*row[:4], "", ""] for row in make["daily"](date(2026, 6, 1), 6, lambda day: 4, 2)]
    together = another()
    together.take_in(rows)
    whole = together.rows(FEEDBACK)
    apart = another()
    apart.take_in(rows[:18])
    apart.take_in(rows[18:], "b.csv")
    assert apart.rows(FEEDBACK) == whole


def test_history_cut_off_by_the_window_does_not_look_like_a_burst(house, set_to, make):
    set_to(problem_min_customers=4, problem_min_share=0.2, problem_window_days=7)
    sunday, monday = date(2026, 5, 10), date(2026, 5, 11)
    before = make["daily"](sunday, 1, lambda day: 0, 60)
    burst = make["daily"](monday, 1, lambda day: 6, 0, start=100)
    later = monday + timedelta(days=7)
    after = make["daily"](later, 1, lambda day: 0, 40, start=200)
    house.take_in(before + burst)
    house.take_in([*after, ["R999", "约好的安装师傅没来", make["at"](later, 50), "1", "", ""]], "b.csv")
    assert house.value("SELECT count(*) FROM mention WHERE issue = 'installation.late'") == 7
    assert house.value("SELECT count(*) FROM problem") == 0


def test_a_delivery_that_was_cut_short_is_finished_with_other_batches_without_losing_a_row(
    house, set_to, monkeypatch
):
    house.register()
    house.put([[f"R{n}", f"第 {n} 位客户说质量很好", "2026-06-01 10:00", "5", "", ""] for n in range(350)])
    set_to(batch_rows=100)
    stored = []

    def dies_in_the_third_part(*values, **named):
        stored.append(values)
        if len(stored) > 2:
            raise KeyboardInterrupt
        return store_part(*values, **named)

    monkeypatch.setattr("tasks.collect.store_part", dies_in_the_third_part)
    with pytest.raises(KeyboardInterrupt):
        house.collect()
    monkeypatch.setattr("tasks.collect.store_part", store_part)
    set_to(batch_rows=1000)
    house.collect()
    assert house.value("SELECT count(*) FROM vault.raw_record") == 350
    assert house.value("SELECT sum(rows_read) FROM batch") == 350
    assert house.value("SELECT count(*) FROM delivery") == 1
