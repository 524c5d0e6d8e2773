"""Clock: when a measure that went live can be judged, and the run that will do it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from prefect import get_client
from prefect.artifacts import create_markdown_artifact
from prefect.exceptions import ObjectNotFound
from prefect.states import Scheduled

from models.engine import transaction
from models.measures.proving import contract_of
from models.schema.loop import Action
from settings import get_settings
from tasks.common import stage
from voc.effect.contract import parse, windows
from voc.zone import CHINA

VERIFICATION = "验证/验证"
HOUR = time(6, 45, tzinfo=CHINA)


@stage("排定验证日期")
async def schedule_verification(action: int) -> str | None:
    """Schedule a run of the verification for the day the contract says; repeating it schedules nothing twice."""
    due = due_day(action)
    if due:
        at = max(datetime.combine(due, HOUR), datetime.now(UTC))
        await _schedule(action, due, at)
    return due.isoformat() if due else None


def due_day(action: int) -> date | None:
    """Return the first day on which an implemented measure can be judged; None without a contract or go-live."""
    with transaction() as session:
        row, contract = session.get(Action, action), contract_of(session, action)
        if row is None or contract is None or row.went_live is None:
            return None
        live = row.went_live.astimezone(CHINA).date()
        end = windows(parse(contract.body), live).followup_end
        return end + timedelta(days=1 + get_settings().verify_grace_days)


async def _schedule(action: int, due: date, at: datetime) -> None:
    async with get_client() as client:
        try:
            deployment = await client.read_deployment_by_name(VERIFICATION)
        except ObjectNotFound:
            return  # nothing was deployed: the daily verification of another house, or a person, finds it due
        await client.create_flow_run_from_deployment(
            deployment.id,
            name=f"验证·措施 {action}·{due}",
            state=Scheduled(scheduled_time=at),
            idempotency_key=f"clock:{action}:{due}",
            tags=["验证", f"措施:{action}"],
        )


@stage("展示验证时钟")
def show_clock(action: int, due: str | None) -> None:
    """Show when the measure is judged."""
    with transaction() as session:
        row: Any = session.get(Action, action)
        live = f"{row.went_live.astimezone(CHINA):%Y-%m-%d %H:%M}" if row and row.went_live else "—"
        said = f"措施「{row.measure}」于 {live} 落地。" if row else f"没有编号为 {action} 的措施。"
    text = f"# 验证时钟\n\n{said}\n\n" + (
        f"将于 **{due}** 按合同验证。" if due else "没有合同，无法排定验证日期。"
    )
    create_markdown_artifact(text, key=f"clock-{action}", description="措施落地后的验证日期")
