"""Many processes give what one gives, in the same order."""

import os
from datetime import date

import pytest
from distributed import LocalCluster

from tasks.understanding import workers
from tasks.understanding.prepare import prepare_as
from tasks.understanding.workers import in_order
from voc.errors import ConfigError


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


STORED = """SELECT record_key, text, disposition, type, priority, priority_parts::text
            FROM feedback f JOIN annotation a ON a.feedback_id = f.id ORDER BY f.id"""


@pytest.fixture
def rows(make):
    return make["daily"](date(2026, 6, 1), 6, lambda day: day, 40)


@pytest.fixture
def alone(another, set_to, rows):
    set_to(workers=1, batch_rows=100)
    house = another()
    house.take_in(rows)
    return house.rows(STORED)


def test_several_processes_store_what_one_would(another, two, rows, alone):
    many = another()
    many.take_in(rows)
    assert many.rows(STORED) == alone


def test_a_dask_cluster_stores_what_one_process_would(another, set_to, monkeypatch, rows, alone):
    monkeypatch.setattr(workers, "WORTH_IT", 0)
    many = another()
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as local:
        set_to(dask_scheduler=local.scheduler_address)
        many.take_in(rows)
    assert many.rows(STORED) == alone


def test_a_cluster_that_is_not_there_is_told_with_its_address(set_to, monkeypatch):
    monkeypatch.setattr(workers, "WORTH_IT", 0)
    monkeypatch.setattr(workers, "PATIENCE", 0.5)
    set_to(dask_scheduler="tcp://127.0.0.1:9")
    with pytest.raises(ConfigError, match=r"127\.0\.0\.1:9"), in_order(double, [1, 2], 9):
        pass


def test_a_worker_that_would_understand_rows_differently_refuses(home):
    with pytest.raises(ConfigError, match="同一份配置"):
        prepare_as("what another house reads by", 1)
