"""A run is killed at different points and run again: in the end the tables are as if nothing had happened."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid

import pytest
from sqlalchemy import text

from models import engine as connections
from models.engine import transaction
from models.intake.collecting import reading

pytestmark = [pytest.mark.faults, pytest.mark.prefect]
COLUMNS = (
    "text=评价内容,title=标签,occurred_at=评价时间,rating=星级,external_id=评价ID,"
    "customer=买家,phone=电话,region=收货城市"
)
# Where to kill: a question to the database whose answer says that the point is reached.
POINTS = {
    "while collecting": "SELECT count(*) >= 3 FROM batch",
    "while checking": "SELECT count(*) > 0 FROM batch WHERE state = 'checked'",
    "after the first batch was analysed": "SELECT count(*) > 0 FROM batch WHERE state = 'analysed'",
    "after problems were detected": "SELECT count(*) > 0 FROM problem",
    "after cases were opened": 'SELECT count(*) > 0 FROM "case"',
}
# In CI two boundaries and a third of the rows: what is shown is that a boundary holds, not how many there are.
QUICK = ("while collecting", "after the first batch was analysed")


@pytest.fixture(scope="module")
def file(rows, write, tmp_path_factory):
    """About 500 reviews with telephones, some of them copies, advertising or out of shape."""
    return write(tmp_path_factory.mktemp("faults") / "reviews.csv", rows[::3])


@pytest.fixture(scope="module")
def whole_file(rows, write, tmp_path_factory):
    """About 1,500 of them."""
    return write(tmp_path_factory.mktemp("faults") / "reviews.csv", rows)


@pytest.fixture
def fresh(move, run_settings, monkeypatch):
    """Return a function that moves on to an empty database and home of its own."""

    def begin():
        for setting, value in run_settings.items():
            monkeypatch.setenv(setting, value)
        move(uuid.uuid4().hex)

    return begin


@contextlib.contextmanager
def running(file, api):
    command = [sys.executable, "-m", "cli", "run", str(file), "--map", COLUMNS, "--json"]
    environment = {**os.environ, "PREFECT_API_URL": api}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def finish(file, api):
    with running(file, api) as process:
        _, said = process.communicate(timeout=200)
    assert process.returncode == 0, said.decode()


def kill_when(file, api, question):
    """Start a run and kill it, with everything it started, as soon as the database says so."""
    with running(file, api) as process:
        with connections.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not connection.scalar(text(question)):
                assert process.poll() is None, process.communicate()[1].decode()
                time.sleep(0.005)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode


@pytest.fixture
def tables(as_final):
    """Return a function that reads the tables a run ends in."""

    def read():
        with transaction() as session:
            return as_final(lambda query: session.execute(text(query)).all())

    return read


def killed_at(points, file, api):
    killed = {point: kill_when(file, api, POINTS[point]) for point in points}
    assert killed == dict.fromkeys(points, -signal.SIGKILL)
    finish(file, api)


def test_a_run_that_is_killed_and_run_again_ends_as_an_undisturbed_one(fresh, file, tables, prefect_api):
    fresh()
    finish(file, prefect_api)
    undisturbed = tables()
    assert len(undisturbed["feedback"]) > 300
    assert len({row.split(",")[0] for row in undisturbed["problems"]}) >= 2

    fresh()
    killed_at(QUICK, file, prefect_api)
    assert tables() == undisturbed


@pytest.mark.house
@pytest.mark.timeout(1800)
def test_a_run_that_is_killed_at_every_boundary_ends_as_an_undisturbed_one(
    fresh, whole_file, tables, prefect_api
):
    fresh()
    finish(whole_file, prefect_api)
    undisturbed = tables()
    assert len(undisturbed["feedback"]) > 1_000
    assert len({row.split(",")[0] for row in undisturbed["problems"]}) >= 5

    fresh()
    killed_at(POINTS, whole_file, prefect_api)
    assert tables() == undisturbed


def test_a_second_run_leaves_a_source_that_the_first_is_reading(fresh, file, prefect_api):
    fresh()
    with reading("reviews"), running(file, prefect_api) as process:
        said = process.communicate(timeout=100)[1].decode()
    assert process.returncode == 1
    assert "来源「reviews」正在被另一个任务采集，本次不重复采集。" in said
    assert "Traceback" not in said
