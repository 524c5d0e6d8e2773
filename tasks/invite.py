"""Invite: ask customers how it was, after a service and once a quarter, each of them seldom."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.change import lock_out
from models.customers import asking, inviting
from models.engine import transaction
from models.schema.surveying import Survey
from settings import get_settings
from tasks.common import stage
from voc.errors import ConfigError, InputError
from voc.telling.inviting import choose, quarter_of

# Who was not asked within so many days after a service has forgotten it.
FORGOTTEN = timedelta(days=14)
SPOKE = timedelta(days=92)
A_ROUND = 2_000


@stage("邀请填写问卷")
def invite_customers(now: datetime) -> dict[str, int]:
    """Invite whoever is due by the two questionnaires of the settings; return how many by each."""
    settings = get_settings()
    if not (settings.survey_after_service or settings.survey_quarterly):
        return {}
    if not settings.public_url:
        raise ConfigError(601, "没有设置 VOC_PUBLIC_URL，客户打不开问卷链接，未发送邀请。")
    with transaction() as session:
        lock_out(session, "invite")
        after = _after_service(session, now) if settings.survey_after_service else 0
        quarter = _of_quarter(session, now) if settings.survey_quarterly else 0
    return {"after_service": after, "quarterly": quarter}


def _after_service(session: Session, now: datetime) -> int:
    until = now - timedelta(hours=get_settings().survey_after_hours)
    row = _asked(session, get_settings().survey_after_service)
    chosen = choose(inviting.after_service(session, until - FORGOTTEN, until), now, _interval(), A_ROUND)
    return inviting.invite(session, row, chosen, now)


def _of_quarter(session: Session, now: datetime) -> int:
    quarter = quarter_of(now)
    row = _asked(session, get_settings().survey_quarterly)
    room = get_settings().survey_quarter_people - inviting.asked_in(session, quarter)
    chosen = choose(inviting.of_quarter(session, quarter, now - SPOKE), now, _interval(), room)
    return inviting.invite(session, row, chosen, now)


def _asked(session: Session, code: str) -> Survey:
    row = asking.published(session, code)
    if row is None:
        raise InputError(f"设置中的问卷「{code}」还没有发布，用 voc survey publish {code} 发布。")
    return row


def _interval() -> timedelta:
    return timedelta(days=get_settings().survey_interval_days)
