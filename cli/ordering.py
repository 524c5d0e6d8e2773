"""The order in which Prefect's server hands events to automations, without waiting for one that never comes.

A change of state follows the one before it, and the server holds it back until that has come, for a quarter of an hour.
Runs made by a schedule begin in a state that is never announced: all their changes came late, and automations took
runs that had long ended, or that slept until a person answers, for dead. Nothing of ours asks for the state before.
"""

from __future__ import annotations

from prefect.server.events.ordering.memory import CausalOrdering as Waiting
from prefect.server.events.schemas.events import ReceivedEvent


class CausalOrdering(Waiting):
    """Prefect's own, but what leaves the state Scheduled goes on at once."""

    async def wait_for_leader(self, event: ReceivedEvent) -> None:
        """Wait for the event this one follows, unless that may never have been sent."""
        intended = event.payload.get("intended")
        if isinstance(intended, dict) and intended.get("from") == "SCHEDULED":
            return
        await super().wait_for_leader(event)
