"""A run is killed at four different points and run again: in the end the tables are as if nothing had happened."""

import contextlib
import csv
import os
import signal
import subprocess
import sys
import time
import uuid

import pytest
from sqlalchemy import create_engine, text

from models import engine as connections
from models.collecting import reading
from models.engine import transaction
from settings import get_settings
from voc.simulation.company import Scenario
from voc.simulation.weeks import simulate_week

pytestmark = [pytest.mark.faults, pytest.mark.prefect]
COMPANY = Scenario(weeks=10, rows_per_week=500)
SETTINGS = {
    "VOC_BATCH_ROWS": "150", "VOC_PROBLEM_MIN_CUSTOMERS": "4", "VOC_PROBLEM_MIN_SHARE": "0.002",
    "VOC_AUTO_CONFIRM_CUSTOMERS": "6", "VOC_CASE_MAX_AGE_DAYS": "3650",
}  # fmt: skip
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
FINAL = {
    "feedback": """
        SELECT f.record_key, f.text, f.disposition, f.reason, f.rating, f.occurred_at, o.record_key AS copy_of,
               s.record_key AS superseded_by
        FROM feedback f LEFT JOIN feedback o ON o.id = f.copy_of LEFT JOIN feedback s ON s.id = f.superseded_by""",
    "annotations": """
        SELECT f.record_key, f.text, a.type, a.sentiment, a.severity, a.vague, a.priority, a.priority_parts::text
        FROM annotation a JOIN feedback f ON f.id = a.feedback_id""",
    "mentions": """
        SELECT f.record_key, f.text, m.issue, m.polarity, m.span_start, m.span_end
        FROM mention m JOIN feedback f ON f.id = m.feedback_id""",
    "problems": """
        SELECT p.key, p.state, p.round, p.first_seen_at, p.alarm_from, p.alarm_until, p.root_cause, f.record_key
        FROM problem p JOIN problem_member m ON m.problem_id = p.id JOIN feedback f ON f.id = m.feedback_id""",
    "cases": """
        SELECT f.record_key, k.state, k.department, k.priority, k.issue, (SELECT count(*) FROM case_log l
        WHERE l.subject_id = k.id) AS steps FROM "case" k JOIN feedback f ON f.id = k.feedback_id""",
    "actions": """
        SELECT p.key, a.measure, a.state, a."round", a.department
        FROM action a JOIN problem p ON p.id = a.problem_id""",
    "outbox": """
        SELECT o.event, o.audience, CASE WHEN o.audience <> 'customer' THEN o.recipient END AS recipient, f.record_key
        FROM outbox o LEFT JOIN "case" k ON o.subject = 'case:' || k.id LEFT JOIN feedback f ON f.id = k.feedback_id""",
    "accounting": """
        SELECT sum(rows_read), sum(rows_stored), sum(rows_near_duplicate), sum(rows_rejected), sum(rows_quarantined),
               sum(rows_duplicate + rows_blank) FROM batch b JOIN delivery d ON d.id = b.delivery_id
        WHERE d.id = (SELECT min(id) FROM delivery)""",
}  # fmt: skip


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """About 1,500 reviews with telephones, some of them copies, advertising or out of shape."""
    files = [one for week in range(11) for one in simulate_week(COMPANY, week, {}).files]
    rows = [row for one in files if one.source == "store_review" for row in one.rows if "__raw__" not in row]
    path = tmp_path_factory.mktemp("faults") / "reviews.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*rows[0], "电话"])
        writer.writeheader()
        writer.writerows({**row, "电话": f"139{n:08d}"} for n, row in enumerate(rows))
    return path


@pytest.fixture
def fresh(postgres, home, tmp_path, monkeypatch):
    """Return a function that moves on to an empty database and home of its own."""
    built = []

    def move():
        name = f"t_{uuid.uuid4().hex}"
        administer(postgres, f"CREATE DATABASE {name} TEMPLATE voc_template")
        built.append(name)
        connections.engine().dispose()
        monkeypatch.setenv("VOC_HOME", str(tmp_path / name))
        monkeypatch.setenv("VOC_DATABASE_URL", postgres.replace("/postgres?", f"/{name}?"))
        get_settings.cache_clear()

    yield move
    connections.engine().dispose()
    for name in built:
        administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def administer(url, statement):
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(statement))
    admin.dispose()


@contextlib.contextmanager
def running(file, api):
    command = [sys.executable, "-m", "cli", "run", str(file), "--map", COLUMNS, "--json"]
    environment = {**os.environ, **SETTINGS, "PREFECT_API_URL": api}
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


def tables():
    with transaction() as session:
        return {
            name: sorted(map(repr, (tuple(row) for row in session.execute(text(query)))))
            for name, query in FINAL.items()
        }


def test_a_run_that_is_killed_again_and_again_ends_as_an_undisturbed_one(fresh, file, prefect_api):
    fresh()
    finish(file, prefect_api)
    undisturbed = tables()
    assert len(undisturbed["feedback"]) > 1_000
    assert len({row.split(",")[0] for row in undisturbed["problems"]}) >= 5

    fresh()
    killed = {point: kill_when(file, prefect_api, question) for point, question in POINTS.items()}
    assert killed == dict.fromkeys(POINTS, -signal.SIGKILL)
    finish(file, prefect_api)
    assert tables() == undisturbed


def test_a_second_run_leaves_a_source_that_the_first_is_reading(fresh, file, prefect_api):
    fresh()
    with reading("reviews"), running(file, prefect_api) as process:
        said = process.communicate(timeout=100)[1].decode()
    assert process.returncode == 1
    assert "来源「reviews」正在被另一个任务采集，本次不重复采集。" in said
    assert "Traceback" not in said
