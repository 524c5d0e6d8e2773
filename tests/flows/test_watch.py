"""The watch as Prefect runs it: an alarm becomes an event that the server takes."""

import asyncio
import csv
import gc
from datetime import UTC, datetime, timedelta

import pytest

from models.engine import transaction
from models.events import waiting_events
from models.intake.collecting import register_source
from models.views.alarm_list import alarms
from tasks.post import post_waiting

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
    ),
]
COLUMNS = ("编号", "内容", "时间", "评分", "电话")
MAP = dict(zip(("external_id", "text", "occurred_at", "rating", "phone"), COLUMNS, strict=True))
FIRST, DAYS, BURST = datetime(2026, 3, 2, tzinfo=UTC), 45, 40


@pytest.fixture(autouse=True)
def swept():
    """Let sockets that Prefect forgot be found here, where they are known, and not in the next test."""
    yield
    gc.collect()


@pytest.fixture
def troubled(home, tmp_path):
    """A source with one complaint a day, and fifteen on one day."""
    definition = {"name": "web", "title": "web", "kind": "csv", "channel": "web", "map": MAP}
    with transaction() as session:
        register_source(session, "web", {**definition, "path": str(tmp_path / "*.csv")})
    days = [day for day in range(DAYS) for _ in range(15 if day == BURST else 1)]
    rows = [
        [
            f"R{n}",
            "约好的安装师傅没来",
            f"{FIRST + timedelta(days=day):%Y-%m-%d} 10:{n % 60:02d}",
            "1",
            f"1390000{n:04d}",
        ]
        for n, day in enumerate(days)
    ]
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, *rows])
    return FIRST + timedelta(days=DAYS)


def test_an_alarm_of_the_round_is_an_event_that_the_server_takes_once(prefect_api, troubled):
    from flows.cycle import cycle
    from tasks.parameters import Cycle

    async def once():
        await cycle(Cycle(now=troubled, report=False), return_state=True)

    asyncio.run(once())
    with transaction() as session:
        (alarm,) = alarms(session)
        (event,) = [one for one in waiting_events(session, 10) if one.event == "voc.alarm.raised"]
    assert event.resource == f"voc.alarm.{alarm['id']}"
    assert event.payload["series"] == alarm["series"] == "issue:installation.late"
    assert event.payload["raised_at"] == alarm["raised_at"].isoformat()
    assert post_waiting(prefect_api, troubled) >= 1
    assert post_waiting(prefect_api, troubled) == 0
