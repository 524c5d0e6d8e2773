"""Prefect's REST interface as far as watching over it needs; imports no Prefect, so that it starts at once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx

from settings import get_settings

POOL = "voc"
PATIENCE = 15.0


def address() -> str:
    """Return the address of Prefect's API: the one given, or that of `voc serve` on this machine."""
    return os.environ.get("PREFECT_API_URL") or f"http://127.0.0.1:{get_settings().prefect_port}/api"


@cache
def _client() -> httpx.Client:
    """Return the one client of this process: each new one reads every root certificate."""
    # Without connections that are kept: a server that was started again would be spoken to on a dead one.
    return httpx.Client(timeout=PATIENCE, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))


@dataclass(frozen=True)
class Api:
    """A Prefect server; every call raises httpx.HTTPError while it is away."""

    url: str

    def ask(self, path: str, body: object = None, method: str = "POST") -> Any:
        """Call the server and return what it answers."""
        user, _, password = os.environ.get("PREFECT_API_AUTH_STRING", "").partition(":")
        auth = (user, password) if user else None
        answer = _client().request(method, f"{self.url}{path}", json=body, auth=auth)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def healthy(self) -> bool:
        """Tell whether the server answers."""
        try:
            return bool(self.ask("/health", method="GET"))
        except httpx.HTTPError:
            return False

    def runs(self, **chosen: Any) -> list[dict[str, Any]]:
        """List flow runs by a filter of Prefect, newest first."""
        body = {"flow_runs": chosen, "sort": "START_TIME_DESC", "limit": 200}
        return list(self.ask("/flow_runs/filter", body))

    def in_state(self, *types: str, **chosen: Any) -> list[dict[str, Any]]:
        """List flow runs in some state types."""
        return self.runs(state={"type": {"any_": list(types)}}, **chosen)

    def deployments(self) -> list[dict[str, Any]]:
        """List the deployments."""
        return list(self.ask("/deployments/filter", {"limit": 200}))

    def automations(self) -> list[dict[str, Any]]:
        """List the automations."""
        return list(self.ask("/automations/filter", {"limit": 200}))

    def workers(self) -> list[dict[str, Any]]:
        """List the workers of our pool that are online."""
        try:
            found = self.ask(f"/work_pools/{POOL}/workers/filter", {"limit": 200})
        except httpx.HTTPStatusError:
            return []  # no pool yet
        return [one for one in found if one.get("status") == "ONLINE"]

    def late(self, now: datetime, by: timedelta = timedelta(minutes=2)) -> list[dict[str, Any]]:
        """List the runs that should have begun and have not."""
        return self.in_state("SCHEDULED", next_scheduled_start_time={"before_": (now - by).isoformat()})

    def put_in_state(
        self, run: str, state: str, name: str, message: str, at: datetime | None = None
    ) -> dict[str, Any]:
        """Force a run into a state; a scheduled one begins at a time, or at once."""
        when = {"state_details": {"scheduled_time": at.isoformat()}} if at else {}
        body = {"state": {"type": state, "name": name, "message": message, **when}, "force": True}
        return dict(self.ask(f"/flow_runs/{run}/set_state", body))

    def times_queued_again(self, run: str) -> int:
        """Count how often a run was put back into the queue, whether it began or not."""
        states = self.ask(f"/flow_run_states/?flow_run_id={run}", method="GET")
        return sum(state["name"] == "AwaitingRetry" for state in states)

    def last_heartbeats(self, since: datetime) -> set[str]:
        """Name the runs that gave a sign of life since a time."""
        chosen = {"event": {"name": ["prefect.flow-run.heartbeat"]}, "occurred": {"since": since.isoformat()}}
        body: Any = {"filter": {**chosen, "order": "DESC"}, "limit": 50}
        page, found = self.ask("/events/filter", body), set()
        while True:
            found |= {event["resource"]["prefect.resource.id"].rpartition(".")[2] for event in page["events"]}
            if not page.get("next_page"):
                return found
            page = self.ask(page["next_page"].removeprefix(self.url), method="GET")
