"""Many processes give what one gives, in the same order."""

import os

import pytest

from tasks import workers
from tasks.workers import in_order


def double(number):
    return number * 2, os.getpid()


def fail(number):
    raise ValueError(f"no {number}")


@pytest.fixture
def two(set_to, monkeypatch):
    set_to(workers=2)
    monkeypatch.setattr(workers, "WORTH_IT", 0)


def test_results_come_in_order_from_other_processes(two):
    with in_order(double, range(9), 9) as results:
        found = list(results)
    assert [number for number, _ in found] == [0, 2, 4, 6, 8, 10, 12, 14, 16]
    assert os.getpid() not in {process for _, process in found}


def test_what_goes_wrong_in_a_worker_goes_wrong_here(two):
    with pytest.raises(ValueError, match="no 1"), in_order(fail, [1, 2], 9) as results:
        next(results)


def test_few_rows_are_not_worth_a_process(set_to):
    set_to(workers=2)
    with in_order(double, [1, 2], 100) as results:
        assert {process for _, process in results} == {os.getpid()}


def test_several_processes_store_what_one_would(another, set_to, make, monkeypatch):
    from datetime import date

    rows = make["daily"](date(2026, 6, 1), 6, lambda day: day, 40)
    query = "SELECT record_key, text, disposition, type, priority, priority_parts::text FROM feedback f "
    query += "JOIN annotation a ON a.feedback_id = f.id ORDER BY f.id"
    set_to(workers=1, batch_rows=100)
    one = another()
    one.take_in(rows)
    alone = one.rows(query)
    monkeypatch.setattr(workers, "WORTH_IT", 0)
    set_to(workers=2)
    many = another()
    many.take_in(rows)
    assert many.rows(query) == alone
