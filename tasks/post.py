"""Post: hand the events of the outbox to Prefect, whose automations start what follows from them.

Knows nothing of Prefect but one address, so that the process that posts starts fast and stays small.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from models.engine import transaction
from models.events import NAMES, expire_events, mark_posted, starting, waiting_events
from models.schema.outbox import Event
from settings import get_settings
from tasks.api import Api

AT_ONCE = 200


def post_waiting(api: str, now: datetime) -> int:
    """Post the events that wait and return how many Prefect took; raises httpx.HTTPError while it is away.

    Killed between posting and marking, the next call posts them again under the same ids: nothing starts twice.
    """
    with transaction() as session:
        expire_events(session, now, timedelta(hours=get_settings().event_max_age_hours))
        waiting = waiting_events(session, AT_ONCE)
    if waiting:
        starts = starting(waiting)
        Api(api).ask("/events", [_body(event, event.id in starts) for event in waiting])
        with transaction() as session:
            mark_posted(session, [event.id for event in waiting], now)
    return len(waiting)


def _body(event: Event, starts: bool) -> dict[str, Any]:
    names = {"prefect.resource.id": event.resource, "prefect.resource.name": NAMES[event.event]}
    return {
        "id": str(event.event_id),
        "event": event.event,
        "occurred": event.occurred_at.isoformat(),
        # The automations start on those that say so.
        "resource": {**names, "voc.starts": str(starts).lower()},
        "payload": event.payload,
    }
