"""Probe: is the model still as good as it was?"""

from __future__ import annotations

from datetime import datetime, timedelta

from prefect.artifacts import create_markdown_artifact

from models.engine import transaction
from models.house import health
from tasks.common import stage
from tasks.naming import table
from voc.probing import Policy, Week, findings

BACK = timedelta(weeks=26)


@stage("检查模型质量")
def probe_model(now: datetime) -> list[str]:
    """Say what got worse, from what auditors read and from how sure the model is, and show the weeks."""
    with transaction() as session:
        rows = health.weeks_of_model(session, now - BACK)
    found = findings([Week(**row) for row in rows], Policy())
    shown = [{**row, "confidence": row["confidence"] and f"{row['confidence']:.3f}"} for row in rows]
    columns = {"week": "周", "read": "人工抽检", "right": "一致", "confidence": "平均把握"}
    said = "\n".join(f"- {one}" for one in found) or "没有发现变差。"
    text = f"# 模型质量\n\n{said}\n\n{table(shown, columns)}"
    create_markdown_artifact(text, key="model-quality", description="与人工抽检的一致率和平均把握")
    return found
