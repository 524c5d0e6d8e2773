"""Check what was collected."""

from prefect import flow

from tasks.check import build_docs, check_waiting
from tasks.common import moment
from tasks.naming import show_quality, show_quarantine, titled
from tasks.parameters import Timed


@flow(name="质检", flow_run_name=titled("质检"), description="用 Great Expectations 检查每一批，坏行进隔离区")
async def check(what: Timed = Timed()) -> dict[str, int]:
    """Hold every waiting batch against the expectations and publish what was found."""
    counts: dict[str, int] = check_waiting(moment(what.now))
    if counts["batches"]:
        build_docs()
        show_quality()
        show_quarantine()
    return counts
