"""Codes by the names people read, for the templates."""

from __future__ import annotations

from functools import lru_cache

from settings import asset_text
from voc.alarms.values import KINDS as ALARM_KINDS
from voc.effect.ladder import NAMES as DESIGN_NAMES
from voc.effect.names import METRIC_NAMES
from voc.effect.names import NAMES as VERDICT_NAMES
from voc.intake.rows import CHANNELS
from voc.lifecycle import LINEAGE, LIVES
from voc.priority import LEVEL_NAMES, TYPE_NAMES
from voc.queueing import skills_of
from voc.reading.taxonomy import DIMENSIONS, parse_taxonomy
from voc.reporting.kinds import NAMES as REPORT_NAMES
from voc.reporting.kinds import STATES as REPORT_STATES

TABLES = {
    "channel": CHANNELS,
    "verdict": VERDICT_NAMES,
    "metric": METRIC_NAMES,
    "design": {**DESIGN_NAMES, "before_after": "前后对比"},
    "priority": LEVEL_NAMES,
    "type": TYPE_NAMES,
    "dimension": DIMENSIONS,
    "kind": {"corrective": "纠正措施", "preventive": "预防措施"},
    "life": {
        "case": "个案",
        "action": "改进措施",
        "problem": "问题",
        "review": "预警复核",
        "approval": "审批",
    },
    "alarm": ALARM_KINDS,
    "problem_kind": {"issue": "反复出现", "incident": "同一事件", "candidate": "新问题", "part": "拆分"},
    "report": REPORT_NAMES,
    "report_state": REPORT_STATES,
    "knowledge": {"answer": "标准答复", "case": "案例"},
    "knowledge_state": {"draft": "待审核", "published": "已发布", "retired": "已停用"},
}


def named(code: str | None, table: str) -> str:
    """Write a code by its name; what has none stays as it is."""
    if not code:
        return "—"
    return issue_names().get(code, code) if table == "issue" else TABLES[table].get(code, code)


def state(code: str, life: str) -> str:
    """Write a state by its name."""
    return LIVES[life].states.get(code, code)


def step(code: str, life: str) -> str:
    """Write a step by its name."""
    found = LIVES[life].steps.get(code)
    return found.title if found else LINEAGE.get(code, code)


def actor(row: dict[str, object]) -> str:
    """Write who took a step: a colleague by name, the rest by what kind they are."""
    who = str(row.get("by") or "")
    if row.get("person"):
        return str(row["person"])
    kind, _, rest = who.partition(":")
    return (
        {"rule": "规则", "system": "系统", "customer": "客户", "assistant": "助手"}.get(kind) or rest or who
    )


@lru_cache(maxsize=1)
def issue_names() -> dict[str, str]:
    """Return the names of the issues by code."""
    return {issue.code: issue.name for issue in parse_taxonomy(asset_text("taxonomy.toml")).issues}


@lru_cache(maxsize=1)
def skill_names() -> dict[str, str]:
    """Return what people who take cases can know, by code."""
    return skills_of(parse_taxonomy(asset_text("taxonomy.toml")).areas, issue_names())
