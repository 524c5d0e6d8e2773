"""Schemathesis over every path of the API, with a key that may do everything: no answer is a 5xx."""

import os
import warnings

import hypothesis
import pytest
import schemathesis

from models.schema.machines import SCOPES
from portal.app import create_app

EXAMPLES = int(
    os.environ.get("SCHEMA_EXAMPLES", "5")
)  # for each way of asking; more by hand: SCHEMA_EXAMPLES=100
UNHURRIED = hypothesis.settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)


@pytest.mark.filterwarnings("ignore")
def test_no_request_makes_the_api_stumble(api, keyed, secret):
    secret("by-webhook")
    headers = keyed(*SCOPES, per_minute=60_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", create_app())
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) == 11
    answers = [code for operation in operations for code in answered(operation, headers)]
    assert {code for code in answers if code >= 500} == set()
    assert {200, 202, 404, 422} <= set(answers)


def answered(operation, headers):
    """Send what the description allows, and what it does not, and collect how that is answered."""
    codes = []

    @UNHURRIED
    @hypothesis.given(case=strategy(operation))
    def ask(case):
        response = case.call(headers=headers)
        codes.append(response.status_code)
        described = {int(code) for code in operation.definition.raw["responses"]} | {400, 404, 405}
        assert response.status_code in described, (operation.label, response.status_code)

    ask()
    return codes


def strategy(operation):
    good, bad = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
    return operation.as_strategy(generation_mode=good) | operation.as_strategy(generation_mode=bad)
