"""Looking after runs, against a Prefect that answers what it is told to."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from cli import guard

NOW = datetime(2026, 6, 8, 1, tzinfo=UTC)


def run(id_, state, ago=0.0, **more):
    at = (NOW - timedelta(seconds=ago)).isoformat()
    return {"id": id_, "name": id_, "deployment_id": "d", "parent_task_run_id": None, "run_count": 1,
            "auto_scheduled": False, "expected_start_time": at,
            "state": {"type": state, "timestamp": at, "message": ""}, **more}  # fmt: skip


@pytest.fixture
def server():
    """A server with runs; it notes which of them are put in which state."""

    def make(*runs, alive=(), late=()):
        put = []
        return SimpleNamespace(
            put=put,
            in_state=lambda *types, **_: [one for one in runs if one["state"]["type"] in types],
            last_heartbeats=lambda _: set(alive),
            late=lambda _: list(late),
            deployments=lambda: [{"id": "d", "name": "改进"}],
            times_queued_again=lambda id_: 4 if id_ == "never begins" else 0,
            put_in_state=lambda id_, state, name, message, at=None: put.append((id_, name, *[at] * bool(at))),
        )

    return make


def test_a_run_without_a_sign_of_life_goes_on_and_a_living_one_is_left_alone(server):
    api = server(
        run("dead", "RUNNING", 200),
        run("alive", "RUNNING", 200),
        run("young", "RUNNING", 20),
        alive=["alive"],
    )
    said = guard.look_after(api, NOW)
    assert api.put == [("dead", "AwaitingRetry")]
    assert said == ["接续「dead」（没有心跳，第 2 次）"]


def test_a_crashed_run_goes_on_but_not_for_ever(server):
    api = server(run("again", "CRASHED"), run("hopeless", "CRASHED", run_count=guard.TRIES))
    guard.look_after(api, NOW)
    assert api.put == [("again", "AwaitingRetry")]


def test_a_run_whose_worker_saw_it_die_waits_until_the_worker_has_let_go_of_it(server):
    seen = run("seen", "CRASHED", 5)
    seen["state"]["message"] = "Process exited with status code: -9."
    api = server(seen)
    guard.look_after(api, NOW)
    assert api.put == [("seen", "AwaitingRetry", NOW + timedelta(seconds=35))]


def test_a_run_that_failed_because_something_was_away_goes_on_and_one_that_failed_by_itself_does_not(server):
    away, own = run("away", "FAILED"), run("own", "FAILED")
    away["state"]["message"] = (
        "Flow run encountered an exception: OperationalError: server closed the connection"
    )
    own["state"]["message"] = "broken.csv：缺少列：内容"
    api = server(away, own)
    guard.look_after(api, NOW)
    assert api.put == [("away", "AwaitingRetry")]


def test_a_dead_run_that_nobody_would_pick_up_is_called_crashed(server):
    api = server(
        run("by hand", "RUNNING", 200, deployment_id=None),
        run("part", "RUNNING", 200, parent_task_run_id="p"),
    )
    guard.look_after(api, NOW)
    assert api.put == [("by hand", "Crashed"), ("part", "Crashed")]


def test_a_run_that_waits_too_long_is_queued_again(server):
    api = server(run("stuck", "PENDING", 400), run("fresh", "PENDING", 5))
    guard.look_after(api, NOW)
    assert api.put == [("stuck", "AwaitingRetry")]


def test_a_run_that_never_begins_is_not_queued_for_ever(server):
    api = server(run("never begins", "PENDING", 400))
    guard.look_after(api, NOW)
    assert api.put == [("never begins", "Crashed")]


def test_a_schedule_that_was_missed_is_caught_up_once_and_what_people_asked_for_always(server):
    late = [run(f"hour {n}", "SCHEDULED", n * 3600, auto_scheduled=True) for n in (3, 1, 2)]
    asked = [run(f"asked {n}", "SCHEDULED", n * 3600) for n in (1, 2)]
    api = server(late=[*late, *asked])
    said = guard.catch_up(api, NOW)
    assert sorted(api.put) == [("hour 2", "Cancelled"), ("hour 3", "Cancelled")]
    assert said == ["「改进」错过 3 次，补跑一次"]
