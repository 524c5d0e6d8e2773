"""Verify what was implemented."""

from prefect import flow

from tasks.common import moment
from tasks.naming import show_verifications, titled
from tasks.parameters import Timed
from tasks.relapse import watch_solved
from tasks.verify import close_effective, verify_due


@flow(name="验证", flow_run_name=titled("验证"), description="到期的措施按合同比较前后，给出结论")
async def verify(what: Timed = Timed()) -> dict[str, int]:
    """Judge what is due and close what has stood; an ineffective measure re-opens its problem."""
    verdicts: dict[str, int] = verify_due(moment(what.now))
    # Before closing: what has come back is not closed.
    relapses = watch_solved(moment(what.now))
    closed = close_effective(moment(what.now))
    show_verifications()
    return {**verdicts, "relapsed": relapses["relapsed"], "closed": closed}
