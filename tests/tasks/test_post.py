"""Posting events to a server that counts: once in the end, under one id, whatever happens in between."""

from datetime import UTC, datetime

import httpx
import pytest
from pytest_httpserver import HTTPServer

from models.engine import transaction
from models.events import announce, waiting_events
from tasks.post import post_waiting

NOW = datetime(2026, 6, 8, 1, tzinfo=UTC)


@pytest.fixture
def prefect():
    """A server that takes events as Prefect does."""
    with HTTPServer() as server:
        yield server


@pytest.fixture
def told(home):
    with transaction() as session:
        announce(session, "voc.feedback.urgent", "voc.batch.7", {"count": 2}, NOW, "batch:7")


def bodies(server):
    return [one for request, _ in server.log for one in request.get_json()]


def left():
    with transaction() as session:
        return len(waiting_events(session, 10))


def test_an_event_is_posted_once_with_its_facts(told, prefect):
    prefect.expect_request("/api/events", method="POST").respond_with_data(status=204)
    assert [post_waiting(prefect.url_for("/api"), NOW) for _ in range(2)] == [1, 0]
    (body,) = bodies(prefect)
    assert body["event"] == "voc.feedback.urgent"
    assert body["resource"]["prefect.resource.id"] == "voc.batch.7"
    assert body["payload"] == {"count": 2}
    assert datetime.fromisoformat(body["occurred"]) == NOW


def test_an_event_waits_while_prefect_is_away_and_is_repeated_under_the_same_id(told, prefect):
    prefect.expect_ordered_request("/api/events").respond_with_data(status=503)
    prefect.expect_ordered_request("/api/events").respond_with_data(status=204)
    with pytest.raises(httpx.HTTPStatusError):
        post_waiting(prefect.url_for("/api"), NOW)
    assert left() == 1
    assert post_waiting(prefect.url_for("/api"), NOW) == 1
    assert left() == 0
    assert len({body["id"] for body in bodies(prefect)}) == 1


def test_a_server_that_is_not_there_loses_nothing(told):
    with pytest.raises(httpx.ConnectError):
        post_waiting("http://127.0.0.1:9/api", NOW)
    assert left() == 1
