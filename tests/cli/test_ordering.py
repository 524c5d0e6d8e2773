"""Events of runs that a schedule made reach automations at once; others keep their order."""

import asyncio
import uuid
from datetime import UTC, datetime

import pytest
from prefect.server.events.ordering import EventArrivedEarly
from prefect.server.events.schemas.events import ReceivedEvent

from cli.ordering import CausalOrdering


def change(came_from, follows):
    return ReceivedEvent(
        occurred=datetime.now(UTC),
        event="prefect.flow-run.Changed",
        resource={"prefect.resource.id": "prefect.flow-run.1"},
        payload={"intended": {"from": came_from, "to": "any"}},
        id=uuid.uuid4(),
        follows=follows,
        received=datetime.now(UTC),
    )


def test_a_change_that_follows_a_silent_schedule_is_not_held_back_and_the_next_keeps_its_order():
    ordering = CausalOrdering(scope=str(uuid.uuid4()))
    pending = change("SCHEDULED", uuid.uuid4())
    running = change("PENDING", pending.id)

    async def arrive():
        with pytest.raises(EventArrivedEarly):
            await ordering.wait_for_leader(running)
        async with ordering.event_is_processing(pending):
            await ordering.wait_for_leader(pending)
        await ordering.wait_for_leader(running)

    asyncio.run(arrive())
