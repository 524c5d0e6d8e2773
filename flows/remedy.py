"""Remedy: a batch did not pass the quality gate."""

from prefect import flow

from tasks.common import moment
from tasks.naming import titled
from tasks.parameters import Remedy
from tasks.remedy import check_again, show_remedy, tell_owner


@flow(
    name="整改",
    flow_run_name=titled("整改"),
    description="质检未通过：来源定义已修正的行重新质检，其余列出原因，并通知来源负责人",
)
async def remedy(what: Remedy) -> dict[str, int]:
    """Check again what a mended definition may have mended, show what is left, and tell the owner of the source."""
    done: dict[str, int] = check_again(what.batch, moment(what.now))
    if done["left"]:
        tell_owner(what.batch, moment(what.now))
    show_remedy(what.batch)
    return done
