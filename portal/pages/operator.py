"""The operator's page: sources, channels, queues, quality of what comes in, quality of what is understood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from models import trail
from models.house import health
from models.people.rights import session_for
from models.people.sessions import Person
from models.post import dispatching
from models.views import overseeing
from portal.naming import named
from portal.rendering import page
from portal.rights import allow
from voc.health import Limits, how_often, is_late
from voc.telling.delivery import STATES
from voc.wording import span

router = APIRouter()
Looking = Annotated[Person, Depends(allow("admin", "voc", "auditor"))]
Mending = Annotated[Person, Depends(allow("admin", "voc"))]
WEEKS = timedelta(weeks=8)
CHANNEL_NAMES = {
    "log": "日志", "mail": "邮件", "wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书", "sms": "短信",
    "webhook": "推送",
}  # fmt: skip


@router.get("/operator")
def show(request: Request, person: Looking, done: int | None = None) -> Response:
    """Show how the house is doing."""
    now = datetime.now(UTC)
    with session_for(person) as session:
        values: dict[str, Any] = {
            "counts": health.counts(session, now),
            "sources": [_timed(row, now) for row in overseeing.sources(session)],
            "channels": [_worded(row) for row in overseeing.channels(session)],
            "failed": [_worded(row) for row in overseeing.failed(session)],
            "quality": overseeing.quality(session, now),
            "readings": overseeing.readings(session),
            "weeks": health.weeks_of_model(session, now - WEEKS),
        }
    return page(request, "operator.html", done=done, message_states=STATES, **values)


def _worded(row: dict[str, Any]) -> dict[str, Any]:
    life, _, number = str(row.get("subject") or "").partition(":")
    name = row["channel"]
    return {
        **row,
        "channel_words": CHANNEL_NAMES.get(name, name),
        "subject_words": f"{named(life, 'life')} {number}",
    }


def _timed(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    last = row["last_success_at"]
    return {
        **row,
        "lag": _lag(now - last) if last else "还没有",
        "late": is_late(row, now, Limits()),
        "every_words": how_often(row["every"]),
    }


def _lag(past: timedelta) -> str:
    return f"{past.days} 天前" if past.days >= 2 else f"{span(past)}前"


@router.post("/operator/messages/{message}/resend")
def resend(person: Mending, message: int) -> Response:
    """Send one message again."""
    return _resent(person, [message], f"message:{message}")


@router.post("/operator/channels/{channel}/resend")
def resend_all(person: Mending, channel: str) -> Response:
    """Send all dead letters of a channel again."""
    with session_for(person) as session:
        ids = overseeing.failed_ids(session, channel)
    return _resent(person, ids, f"channel:{channel}")


def _resent(person: Person, ids: list[int], subject: str) -> Response:
    now = datetime.now(UTC)
    with session_for(person, write=True) as session:
        count = dispatching.replay(session, ids, now)
        if count:
            trail.note(session, now, person.who, "message.resend", subject, count=count)
    return RedirectResponse(f"/operator?done={count}", 303)


@router.post("/operator/channels/resume")
def resume(person: Mending, channel: Annotated[str, Form(max_length=100)]) -> Response:
    """Start a stopped channel again."""
    now = datetime.now(UTC)
    with session_for(person, write=True) as session:
        if dispatching.resume(session, channel):
            trail.note(session, now, person.who, "channel.resume", f"channel:{channel}")
    return RedirectResponse("/operator", 303)
