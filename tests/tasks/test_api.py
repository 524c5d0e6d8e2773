"""Prefect's REST interface as it is asked: away is an answer, and a server that came back is met anew."""

import contextlib

import httpx
import pytest
from pytest_httpserver import HTTPServer

from tasks.api import Api


@contextlib.contextmanager
def serving(port=0):
    with HTTPServer(port=port) as server:
        server.expect_request("/api/health").respond_with_json(True)
        yield server


def test_a_server_that_was_started_again_is_met_anew():
    with serving() as server:
        api = Api(server.url_for("/api"))
        seen = [api.healthy()]
    seen.append(api.healthy())
    with serving(server.port):
        seen.append(api.healthy())
    assert seen == [True, False, True]


def test_what_a_server_refuses_is_an_error_and_no_answer_is_none():
    with serving() as server:
        server.expect_request("/api/events", method="POST").respond_with_data("", status=204)
        server.expect_request("/api/flows").respond_with_data("", status=500)
        api = Api(server.url_for("/api"))
        assert api.ask("/events", [{"id": 1}]) is None
        with pytest.raises(httpx.HTTPStatusError):
            api.ask("/flows", {})


def test_the_credentials_of_prefect_are_sent(monkeypatch):
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "admin:secret")
    with serving() as server:
        Api(server.url_for("/api")).healthy()
        ((request, _),) = server.log
    assert (request.authorization.username, request.authorization.password) == ("admin", "secret")
