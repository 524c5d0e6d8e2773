"""The one way out: an HTTP client that follows nobody, knows no proxy, and connects to the address it checked.

Lies beside settings.py, because sources and notifications both go out and may not import each other.
"""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx

from settings import get_settings
from voc.addresses import check_addresses, check_url

ANSWER_BYTES = 64 * 1024
PATIENCE = 15.0  # seconds for connecting, sending and the whole answer together


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers in lower case, and as much of the body as we take."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True

    def json(self) -> Any:
        """Return the body as JSON, None when it is none."""
        try:
            return json.loads(self.body) if self.whole else None
        except (ValueError, RecursionError):
            return None

    @property
    def retry_after(self) -> float | None:
        """Return the seconds the other side asks to wait for."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isascii() and value.isdigit() else None


def open_client(patience: float = PATIENCE) -> httpx.Client:
    """Open a client whose requests all pass the guard."""
    return httpx.Client(
        transport=Guard(), timeout=patience, follow_redirects=False, trust_env=False, max_redirects=0
    )


def ask(client: httpx.Client, request: httpx.Request, patience: float = PATIENCE) -> Answer:
    """Send a request and read at most ANSWER_BYTES of the answer within `patience` seconds.

    Raises EgressRefused when the address is not allowed, httpx.HTTPError when there is no answer.
    """
    until = time.monotonic() + patience
    response = client.send(request, stream=True)
    try:
        body, whole = _read(response.iter_raw(), request, until)
    finally:
        response.close()
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, body, whole)


def _read(chunks: Iterator[bytes], request: httpx.Request, until: float) -> tuple[bytes, bool]:
    body = b""
    for chunk in chunks:
        body += chunk
        if len(body) > ANSWER_BYTES:
            return body[:ANSWER_BYTES], False
        if time.monotonic() > until:
            # A server that drips a byte a second would hold the dispatcher for hours.
            raise httpx.ReadTimeout("answer took too long", request=request)
    return body, True


class Guard(httpx.BaseTransport):
    """Resolves a host once, checks every address it has, and connects to the checked one."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport(verify=_certificates(), trust_env=False, retries=0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the address that was checked; name and certificate stay those of the host."""
        inside = {host.lower() for host in get_settings().egress_hosts}
        host = check_url(str(request.url), inside)
        # Compressed answers could unfold beyond any limit.
        request.headers["accept-encoding"] = "identity"
        if host not in inside:
            address = check_addresses(host, _resolve(host, request))
            # httpx has set the Host header already; only the connection goes to the number.
            request.extensions = {**request.extensions, "sni_hostname": host}
            request.url = request.url.copy_with(host=address)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    # Reading the roots takes longer than a request. Connections are not shared: two hosts behind one address
    # would then be taken for each other.
    return httpx.create_ssl_context(trust_env=False)


def _resolve(host: str, request: httpx.Request) -> list[str]:
    try:
        found = socket.getaddrinfo(host, request.url.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpx.ConnectError("name not resolved", request=request) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
