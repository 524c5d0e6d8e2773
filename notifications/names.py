"""What the events that people are told of are called."""

from __future__ import annotations

from collections.abc import Mapping

EVENTS: Mapping[str, str] = {
    "case_opened": "受理确认",
    "case_assigned": "个案派发",
    "case_reassigned": "个案重新派发",
    "case_responded": "答复进展",
    "case_resolved": "处理完成",
    "case_reopened": "重新受理",
    "case_escalated": "个案升级",
    "case_escalated_top": "个案升级至领导",
    "case_callback": "回访",
    "case_due_soon": "个案将到期",
    "case_overdue": "个案超时",
    "action_approved": "改进任务",
    "action_handed_over": "措施转交",
    "action_returned": "措施退回",
    "action_implemented": "措施落地告知",
    "action_due_soon": "措施将到期",
    "action_overdue": "措施逾期",
    "action_escalated": "措施逾期升级",
    "problem_effective": "见效告知",
    "problem_ineffective": "未见效通知",
    "problem_relapsed": "复发通知",
    "approval_requested": "提请审批",
    "approval_overdue": "审批超时",
    "approval_escalated": "审批超时升级",
    "review_opened": "预警复核",
    "review_overdue": "预警复核超时",
    "channel_stopped": "渠道停用",
    "channel_strange": "渠道答复异常",
    "digest": "待办摘要",
    "quality_failed": "质检未通过",
    "report_released": "报告送达",
}
