"""People with roles, each with a browser of their own; and a portal on a real port for real browsers."""

import os
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select

from cli.server import free_port
from models.engine import transaction
from models.people.sessions import begin_session
from models.schema.identity import User
from models.schema.loop import Department

with warnings.catch_warnings():
    # It would rather have a successor of httpx that is not in our lock.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

SITE = "https://testserver"
NOW = datetime.now(UTC)


@pytest.fixture
def app(home):
    """The portal over a database of its own."""
    from portal.app import create_app

    return create_app()


@pytest.fixture
def stranger(app):
    """Somebody who is not logged in."""
    return Browser(TestClient(app, base_url=SITE, follow_redirects=False))


@pytest.fixture
def signed(app, known):
    """Return a function that logs somebody in: `signed("handler", "logistics")`, several roles joined by +."""

    def enter(role, *departments):
        login = f"{role.replace('+', '-')}-{'-'.join(departments) or 'all'}"
        client = TestClient(app, base_url=SITE, follow_redirects=False)
        client.cookies.set("__Host-voc-session", known(login, role.split("+"), departments), path="/")
        return Browser(client)

    return enter


@pytest.fixture
def known(home):
    """Return a function that makes an account without a password and returns the token of a session."""

    def make(login, roles, departments=()):
        with transaction() as session:
            for code in departments:
                session.merge(Department(code=code, name=f"{code}部", owner="经理"))
            session.flush()
            user = session.scalars(select(User).where(User.login == login)).first() or User(
                login=login, name=login, roles=list(roles), departments=list(departments), created_at=NOW
            )
            session.add(user)
            session.flush()
            return begin_session(session, user.id, "password", "Chrome · Linux", datetime.now(UTC))

    return make


@dataclass
class Browser:
    """A client that sends forms as a browser does: with the token of the page."""

    client: TestClient

    def get(self, path, **options):
        """Open a page."""
        return self.client.get(path, **options)

    def post(self, path, data=None, files=None, **options):
        """Send a form with the token a page of ours would carry."""
        return self.client.post(path, data={"csrf": self.token(), **(data or {})}, files=files, **options)

    def token(self):
        """Read the CSRF token off a page."""
        text = self.client.get("/account/factor").text
        text = text if 'name="csrf"' in text else self.client.get("/login").text
        return text.split('name="csrf" value="', 1)[1].split('"', 1)[0]


@pytest.fixture
def served(home):
    """Serve the portal on a port of this machine, over plain HTTP; return its address."""
    port = free_port()
    environment = {**os.environ, "VOC_PORTAL_PORT": str(port), "VOC_PORTAL_PLAIN_HTTP": "true"}
    process = subprocess.Popen([sys.executable, "-m", "cli", "portal"], env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(15)


def _wait(address, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{address}/login", timeout=2)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the portal did not start")
