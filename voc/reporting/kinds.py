"""What reports are called, and where one stands on its way to leadership."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "run": "即时报告",
        "weekly": "周报",
        "monthly": "月报",
        "action": "措施报告",
        "department": "部门报告",
        "meeting": "复盘会议程",
    }
)
STATES: Mapping[str, str] = MappingProxyType(
    {"draft": "草稿", "waiting": "待审批", "released": "已呈送", "refused": "已退回"}
)
