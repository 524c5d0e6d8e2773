"""Whoever may be in danger does not wait for a scheduler.

The usual way is event → Prefect → flow 分诊, which people see and repeat. A child of `voc react` watches our own tables
beside it and takes the same step when the usual way takes too long; the run that comes later finds nothing left.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from cli.output import console
from models import engine as connections
from tasks.standby import triage_what_is_left
from voc.errors import ConfigError

EVERY = 1.0


def watch_urgent() -> None:
    """Look every second, until killed."""
    while True:
        try:
            if opened := triage_what_is_left(datetime.now(UTC)):
                console.print(f"Prefect 没有及时反应，已直接分诊：受理 {opened} 件。", highlight=False)
        except (SQLAlchemyError, ConfigError):
            # The database is away, and with it everything that could be urgent.
            connections.engine().dispose()
        time.sleep(EVERY)
