"""A source, keys with scopes, and a client that carries them."""

import warnings
from datetime import UTC, datetime

import pytest

from models.engine import transaction
from models.intake.collecting import register_source
from models.people.keys import add_key, new_secret
from voc.intake.webhooks import MAPPINGS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

NOW = datetime.now(UTC)


@pytest.fixture
def api(home):
    """The API over a database of its own, with a source for each kind of sender."""
    from portal.app import create_app

    with transaction() as session:
        for kind, mapping in MAPPINGS.items():
            definition = {"name": f"by-{kind}", "kind": kind, "channel": "web", "map": dict(mapping)}
            register_source(session, f"by-{kind}", definition)
    return TestClient(create_app(), base_url="https://testserver")


@pytest.fixture
def keyed(api):
    """Return a function that makes a key with scopes and gives the headers of its requests."""

    def make(*scopes, **options):
        with transaction() as session:
            options.setdefault("source", "by-api")
            key = add_key(session, f"key-{len(made)}", scopes, "person:test", NOW, **options)
        made.append(key)
        return {"Authorization": f"Bearer {key}"}

    made = []
    return make


@pytest.fixture
def secret(api):
    """Return a function that gives a source a secret."""

    def make(source, given=""):
        with transaction() as session:
            return new_secret(session, source, "person:test", datetime.now(UTC), given)

    return make
