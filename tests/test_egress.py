"""The one way out: limits of the client itself."""

import threading
import time
from socketserver import BaseRequestHandler, TCPServer

import httpx
import pytest

from egress import ANSWER_BYTES, ask, open_client
from settings import get_settings
from voc.addresses import EgressRefused


@pytest.fixture
def inside(monkeypatch, tmp_path):
    monkeypatch.setenv("VOC_HOME", str(tmp_path))
    monkeypatch.setenv("VOC_EGRESS_HOSTS", '["localhost"]')
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


def fetch(url, patience=15.0):
    with open_client(patience) as client:
        return ask(client, client.build_request("GET", url), patience)


def test_no_more_than_64_kilobytes_of_an_answer_are_taken(httpserver, inside):
    httpserver.expect_request("/").respond_with_data(b'{"a":"' + b"x" * 300_000 + b'"}')
    answer = fetch(httpserver.url_for("/"))
    assert (len(answer.body), answer.whole, answer.json()) == (ANSWER_BYTES, False, None)


def test_a_server_that_drips_is_left_after_our_patience(inside):
    gone = threading.Event()

    class Drip(BaseRequestHandler):
        def handle(self):
            self.request.recv(4096)
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not gone.wait(0.05):
                self.request.sendall(b"x")

    class Server(TCPServer):
        def handle_error(self, request, client_address):
            """The client left, as it should."""

    with Server(("localhost", 0), Drip) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(httpx.ReadTimeout):
            fetch(f"http://localhost:{server.server_address[1]}/", patience=0.3)
        assert time.monotonic() - began < 10
        gone.set()
        server.shutdown()


def test_this_machine_is_refused_unless_it_is_listed():
    with pytest.raises(EgressRefused, match="内部或保留地址"):
        fetch("https://127.0.0.1:1/")


def test_the_connection_goes_to_the_checked_address_and_names_the_host(monkeypatch):
    asked = []
    monkeypatch.setattr("egress.socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("8.8.8.8", 443))])
    monkeypatch.setattr(
        "httpx.HTTPTransport.handle_request",
        lambda self, request: asked.append(request) or httpx.Response(200, stream=httpx.ByteStream(b"{}")),
    )
    assert fetch("https://api.example.com/x?y=1").json() == {}
    (request,) = asked
    assert str(request.url) == "https://8.8.8.8/x?y=1"
    assert request.headers["host"] == "api.example.com"
    assert request.extensions["sni_hostname"] == "api.example.com"
