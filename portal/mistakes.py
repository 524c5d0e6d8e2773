"""What is wrong with a form that was sent, in words: which field, and what it wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FIELDS: Mapping[str, str] = {
    "reason": "理由", "text": "内容", "measure": "措施", "detail": "由谁怎样做", "department": "责任部门",
    "due_on": "期限", "live_on": "承诺上线日", "went_live_on": "上线日期", "went_live_at": "上线时间",
    "percent": "进度", "into": "并入哪个问题", "part": "拆出哪一部分", "name": "名称", "to": "转交给谁",
    "answer": "答复", "conclusion": "结论", "root_cause": "根因", "preventive": "预防措施",
    "preventive_due": "预防措施的期限", "cases": "个案", "node": "节点", "question": "问题", "scenario": "适用场景",
    "issue": "问题点", "code": "验证码", "old": "原密码", "new": "新密码", "again": "再输一次", "words": "补充内容",
}  # fmt: skip
WANTED: Mapping[str, str] = {"date": "日期请写成 2026-11-23 的样子", "time": "时间请写成 14:30 的样子"}
GENERAL = "填写的内容有误"


def told(errors: Sequence[Mapping[str, Any]]) -> str:
    """Say what to mend; what names no field of a form is told in general."""
    said = list(dict.fromkeys(filter(None, map(_told, errors)))) or [GENERAL]
    return f"{'；'.join(said)}。请返回修改后重新提交。"


def _told(error: Mapping[str, Any]) -> str:
    name = next((FIELDS[part] for part in reversed(error["loc"]) if part in FIELDS), "")
    if not name:
        return ""
    kind = str(error["type"])
    if kind in ("missing", "string_too_short"):
        return f"请填写「{name}」"
    if kind == "string_too_long":
        return f"「{name}」最多 {error['ctx']['max_length']} 个字"
    wanted = next((words for start, words in WANTED.items() if kind.startswith(start)), "请重新选择或填写")
    return f"「{name}」填写有误，{wanted}"
