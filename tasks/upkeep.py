"""Upkeep: what is no longer of use goes, and PostgreSQL tidies its tables."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from models.engine import engine, transaction
from models.house import health
from settings import get_settings
from tasks.common import stage

LOG_BYTES = 50_000_000


@stage("清理过期事件")
def forget_events(now: datetime, keep_days: int) -> int:
    """Remove events of long ago."""
    with transaction() as session:
        return health.forget_events(session, now - timedelta(days=keep_days))


@stage("整理数据库")
def vacuum() -> None:
    """Free what was deleted and renew what PostgreSQL knows of its tables."""
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE, SKIP_LOCKED)"))


@stage("收短日志")
def shorten_logs() -> int:
    """Keep the newest part of log files that grew large; return how many were cut."""
    grown = [path for path in get_settings().folder("logs").glob("*.log") if path.stat().st_size > LOG_BYTES]
    for path in grown:
        with path.open("rb+") as log:
            log.seek(-LOG_BYTES // 5, 2)
            rest = log.read()
            # Cut in place: whoever writes to it appends and notices nothing.
            log.truncate(0)
            log.seek(0)
            log.write(rest)
    return len(grown)
