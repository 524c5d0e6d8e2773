"""Reading history again as Prefect runs it."""

import asyncio
import gc

import pytest

# Prefect's client keeps sockets of its event and log threads open past the loop they were made in.
pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
    ),
]


@pytest.fixture(autouse=True)
def swept():
    """Let sockets that Prefect forgot be found here, where they are known, and not in the next test."""
    yield
    gc.collect()


def test_a_night_with_nothing_to_read_again_completes_and_leaves_its_artifact(home, prefect_api):
    from prefect import get_client

    from flows.recode import recode
    from tasks.parameters import Recode

    async def once():
        state = await recode(Recode(now="2026-06-08T01:00:00Z"), return_state=True)
        async with get_client() as client:
            run = await client.read_flow_run(state.state_details.flow_run_id)
            return state, run, {one.key for one in await client.read_artifacts()}

    state, run, artifacts = asyncio.run(once())
    assert state.is_completed()
    assert run.name == "重新编码·2026-06-08 09:00"
    assert "coding-breaks" in artifacts
