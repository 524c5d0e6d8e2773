"""Digest: is anything left to check or to analyse?"""

from __future__ import annotations

from models.engine import transaction
from models.intake.checking import waiting
from tasks.common import stage


@stage("查看等待的批次")
def waiting_batches() -> int:
    """Count the batches that still wait to be checked or analysed."""
    with transaction() as session:
        return len(waiting(session, "collected")) + len(waiting(session, "checked"))
