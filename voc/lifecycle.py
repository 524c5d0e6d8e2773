"""The six lives: one table of transitions each.

    case     received → acknowledged → assigned → responded → resolved → confirmed
                                          ↑____________reopen____________|
    problem  detected → confirmed → diagnosed → improving → verifying → effective → closed
                            dismissed     ↑___ ineffective / partly effective / relapsed, one round higher ___|
    action   proposed → approved → accepted → in_progress → implemented → verified | ineffective
                 returned (by the department), cancelled (by whoever asked for it)
    review   open | archived → real | false_alarm | known
    approval open → approved | refused | withdrawn
    rootcause draft → submitted ⇄ returned; submitted → accepted → closed

A log entry names a step; the state of a life is the fold of its log and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voc.errors import StepRefused


@dataclass(frozen=True)
class Step:
    """One allowed step: where it may start, where it leads, which facts it needs, and which forbid it."""

    sources: tuple[str | None, ...]
    target: str | None  # None: the state stays as it is
    title: str
    requires: tuple[str, ...] = ()
    next_round: bool = False
    forbids: tuple[tuple[str, str], ...] = ()  # (fact, why it forbids the step)

    def leads(self, state: str | None) -> str:
        """Return the state this step leads to from a state."""
        return self.target or state or ""


@dataclass(frozen=True)
class Life:
    """A table of transitions with the Chinese names of its states."""

    name: str
    title: str
    states: Mapping[str, str]
    steps: Mapping[str, Step]

    @property
    def open_states(self) -> tuple[str, ...]:
        """List the states from which some step still leads elsewhere."""
        leaving = {s for step in self.steps.values() for s in step.sources if step.leads(s) != s}
        return tuple(state for state in self.states if state in leaving)


CASE = Life(
    "case",
    "个案",
    {
        "received": "已收到",
        "acknowledged": "已确认",
        "assigned": "已派发",
        "responded": "已答复",
        "resolved": "已解决",
        "confirmed": "客户已确认",
        "merged": "已并入",
    },
    {
        "open": Step((None,), "received", "受理"),
        "acknowledge": Step(("received",), "acknowledged", "确认收到"),
        "assign": Step(("acknowledged", "assigned"), "assigned", "派发", ("department",)),
        "respond": Step(("assigned",), "responded", "首次答复"),
        "resolve": Step(("assigned", "responded"), "resolved", "解决"),
        # The customer is asked whether it is really solved; the answer is confirm or reopen.
        "callback": Step(("resolved",), None, "回访"),
        "reply": Step(("responded",), "responded", "再次答复"),
        # Two keys: whoever says it is solved cannot also be the one who confirms it.
        "confirm": Step(
            ("resolved",),
            "confirmed",
            "客户确认",
            forbids=(
                ("own_work", "谁解决的，谁不能确认；请由客户本人或另一位同事确认。"),
                ("joint_missing", "还有联动部门没有回复处理情况。"),
            ),
        ),
        "reopen": Step(
            ("responded", "resolved", "confirmed"), "assigned", "重新打开", ("reason",), next_round=True
        ),
        "escalate": Step(("assigned", "responded"), None, "升级", ("reason",)),
        "join": Step(("acknowledged", "assigned"), None, "多部门联动", ("departments",)),
        "pause": Step(("assigned", "responded"), None, "暂停计时", ("reason",)),
        "resume": Step(("assigned", "responded"), None, "恢复计时"),
        "retime": Step(
            ("received", "acknowledged", "assigned", "responded"), None, "调整时限", ("hours", "reason")
        ),
        "note": Step(
            ("received", "acknowledged", "assigned", "responded", "resolved", "confirmed"), None, "客户补充"
        ),
        "amend": Step(("acknowledged", "assigned", "responded"), None, "客户改写反馈", ("feedback_id",)),
        "merge": Step(("received", "acknowledged", "assigned", "responded"), "merged", "并入", ("into",)),
    },
)

# What happens to the shape of a problem, beside the steps of its life.
LINEAGE = {"merge_into": "并入", "merge_from": "并进", "split_into": "拆出", "split_from": "拆自"}

PROBLEM = Life(
    "problem",
    "问题",
    {
        "detected": "待确认",
        "confirmed": "已确认",
        "diagnosed": "已诊断",
        "improving": "改进中",
        "verifying": "效果验证中",
        "effective": "已见效",
        "closed": "已关闭",
        "dismissed": "不处理",
    },
    {
        "detect": Step((None,), "detected", "发现"),
        "confirm": Step(("detected",), "confirmed", "确认"),
        "dismiss": Step(("detected", "confirmed", "diagnosed"), "dismissed", "不处理", ("reason",)),
        "reconsider": Step(("dismissed",), "detected", "重新考虑", ("reason",)),
        "diagnose": Step(("confirmed", "diagnosed"), "diagnosed", "根因分析", ("root_cause", "dimension")),
        "improve": Step(
            ("diagnosed", "improving", "verifying"),
            "improving",
            "启动改进",
            forbids=(("report_missing", "问题复发，须先有通过评审的根因分析报告和预防措施。"),),
        ),
        "verify": Step(("improving",), "verifying", "进入验证"),
        "extend": Step(("verifying",), "verifying", "延长观察", ("reason",)),
        "succeed": Step(("verifying",), "effective", "确认见效", ("verification",)),
        "fail": Step(("verifying",), "diagnosed", "未见效，重新诊断", ("verification",), next_round=True),
        "continue": Step(
            ("verifying",), "diagnosed", "部分见效，继续改进", ("verification",), next_round=True
        ),
        "rethink": Step(("improving", "verifying"), "diagnosed", "改换措施", ("reason",), next_round=True),
        "close": Step(("effective",), "closed", "关闭"),
        "relapse": Step(("effective", "closed"), "diagnosed", "复发", ("reason",), next_round=True),
    },
)

ACTION = Life(
    "action",
    "改进措施",
    {
        "proposed": "待审批",
        "approved": "待接单",
        "accepted": "已接单",
        "in_progress": "实施中",
        "implemented": "已落地",
        "verified": "已验证",
        "ineffective": "未见效",
        "returned": "已退回",
        "cancelled": "已取消",
    },
    {
        "propose": Step((None,), "proposed", "提出"),
        "approve": Step(("proposed", "returned"), "approved", "批准"),
        "accept": Step(("approved",), "accepted", "接单"),
        "return": Step(("approved", "accepted"), "returned", "退回", ("reason",)),
        "start": Step(("accepted",), "in_progress", "开始实施"),
        "implement": Step(("accepted", "in_progress"), "implemented", "落地", ("went_live",)),
        "pass": Step(("implemented",), "verified", "验证通过", ("verification",)),
        "fail": Step(("implemented",), "ineffective", "验证未通过", ("verification",)),
        "withdraw": Step(("implemented",), "cancelled", "撤下", ("reason",)),
        "pause": Step(("approved", "accepted", "in_progress"), None, "暂停计时", ("reason",)),
        "resume": Step(("approved", "accepted", "in_progress"), None, "恢复计时"),
        # Whoever gets it has to take it on; what counts as success stays agreed.
        "hand_over": Step(
            ("approved", "accepted", "in_progress"), "approved", "转交", ("department", "reason")
        ),
        "reschedule": Step(("approved", "accepted", "in_progress"), None, "改期", ("due_at", "reason")),
        "cancel": Step(
            ("proposed", "approved", "accepted", "in_progress", "returned"), "cancelled", "取消", ("reason",)
        ),
    },
)

REVIEW = Life(
    "review",
    "预警复核",
    {
        "open": "待复核",
        "archived": "历史预警",
        "real": "属实",
        "false_alarm": "误报",
        "known": "已知原因",
    },
    {
        "open": Step((None,), "open", "发起复核"),
        "archive": Step((None,), "archived", "记入历史"),
        "escalate": Step(("open",), "open", "催办复核", ("reason",)),
        "uphold": Step(("open", "archived"), "real", "认定属实", ("conclusion",)),
        "refute": Step(("open", "archived"), "false_alarm", "认定误报", ("conclusion",)),
        "explain": Step(("open", "archived"), "known", "认定原因已知", ("conclusion",)),
        "reconsider": Step(("real", "false_alarm", "known"), "open", "重新复核", ("reason",)),
    },
)

APPROVAL = Life(
    "approval",
    "审批",
    {
        "open": "待审批",
        "approved": "已批准",
        "refused": "已驳回",
        "withdrawn": "已撤回",
    },
    {
        "request": Step((None,), "open", "提请审批"),
        "approve": Step(("open",), "approved", "批准"),
        "refuse": Step(("open",), "refused", "驳回", ("reason",)),
        "withdraw": Step(("open",), "withdrawn", "撤回", ("reason",)),
        "escalate": Step(("open",), None, "催办审批", ("reason",)),
    },
)

ROOTCAUSE = Life(
    "rootcause",
    "根因分析报告",
    {
        "draft": "待提交",
        "submitted": "待评审",
        "returned": "退回修改",
        "accepted": "已通过",
        "closed": "预防措施已落实",
        "dropped": "已撤销",
    },
    {
        "begin": Step((None,), "draft", "要求提交"),
        "submit": Step(
            ("draft", "returned"),
            "submitted",
            "提交",
            ("whys", "fishbone", "root_cause", "preventive", "preventive_due"),
        ),
        "return": Step(("submitted",), "returned", "退回修改", ("reason",)),
        "accept": Step(
            ("submitted",),
            "accepted",
            "评审通过",
            forbids=(("own_work", "自己写的报告不能自己评审；请由另一位同事评审。"),),
        ),
        "finish": Step(("accepted",), "closed", "预防措施落实", ("evidence",)),
        "drop": Step(("draft", "submitted", "returned", "accepted"), "dropped", "撤销", ("reason",)),
    },
)

LIVES: Mapping[str, Life] = {life.name: life for life in (CASE, PROBLEM, ACTION, REVIEW, APPROVAL, ROOTCAUSE)}


def next_state(life: Life, subject: object, state: str | None, step: str, facts: Mapping[str, object]) -> str:
    """Return the state a step leads to, or raise StepRefused saying why it is not allowed."""
    rule = life.steps.get(step)
    if rule is None:
        raise StepRefused(life.title, subject, shown(life, state), step, "没有这个步骤。")
    if state not in rule.sources:
        allowed = "、".join(shown(life, s) for s in rule.sources)
        raise StepRefused(life.title, subject, shown(life, state), rule.title, f"须先处于「{allowed}」。")
    missing = [name for name in rule.requires if not facts.get(name)]
    if missing:
        raise StepRefused(
            life.title, subject, shown(life, state), rule.title, f"缺少：{'、'.join(missing)}。"
        )
    for fact, why in rule.forbids:
        if facts.get(fact):
            raise StepRefused(life.title, subject, shown(life, state), rule.title, why)
    return rule.leads(state)


def shown(life: Life, state: str | None) -> str:
    """Return the Chinese name of a state; a life that has not begun is 尚未建立."""
    return "尚未建立" if state is None else life.states.get(state, state)


@dataclass(frozen=True)
class Standing:
    """Where a life stands: its state and how many rounds it has gone through."""

    state: str | None = None
    round: int = 1


def fold(life: Life, subject: object, steps: Iterable[tuple[str, Mapping[str, object]]]) -> Standing:
    """Replay a log of (step, facts) from the beginning and return where it ends."""
    standing = Standing()
    for step, facts in steps:
        state = next_state(life, subject, standing.state, step, facts)
        standing = Standing(state, standing.round + life.steps[step].next_round)
    return standing
