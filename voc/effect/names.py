"""What verdicts and metrics are called; apart from the statistics, which take a second to load."""

from __future__ import annotations

NAMES = {
    "effective": "有效",
    "partly_effective": "部分有效",
    "ineffective": "无效",
    "worse": "恶化",
    "insufficient": "证据不足",
    "invalid_contract": "无效合同",
    "not_identifiable": "不可识别",
}
METRIC_NAMES = {"complaint_rate": "投诉率", "complaint_share": "投诉占比"}
