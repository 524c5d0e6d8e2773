"""The list of commands as `voc --help` shows it, in the order of the loop: which module adds each, and what it does.

Kept apart from the modules, because importing them all takes seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Listed(NamedTuple):
    """A command: the module of this package that adds it, and what it does."""

    module: str
    words: str


GROUPS: Mapping[str, Mapping[str, Listed]] = {
    "从这里开始": {
        "demo": Listed("demo", "用模拟公司演示整个闭环"),
        "run": Listed("run", "对自己的文件跑一遍闭环"),
        "serve": Listed("serve", "启动全部服务并看护：数据库、Prefect、执行、反应、发送、门户"),
        "status": Listed("status", "现状：哪些进程在运行、什么在等待、下一个任务是什么"),
        "doctor": Listed("doctor", "检查环境：哪里有问题、怎么办；--audit 逐条重放日志"),
    },
    "引擎：一个文件，不需要数据库": {
        "score": Listed("score", "对一个文件逐行打标签（不需要数据库）"),
        "similar": Listed("similar", "判断每行的两句话意思是否相同（不需要数据库）"),
        "detect": Listed("detect", "找出计数序列中的突增（不需要数据库）"),
        "compare": Listed("compare", "两个比例或发生率的全部区间和检验（不需要数据库）"),
        "effect": Listed("effect", "一项措施是否有效（不需要数据库）"),
        "calibrate": Listed("calibrate", "检验结论可信吗：反复演练什么都没改的闭环，看会误判多少次有效"),
    },
    "采集与质检": {
        "source": Listed("source", "来源：登记、查看、试读、暂停"),
        "deliveries": Listed("show", "列出采集批次与行数核对"),
        "quarantine": Listed("decide", "隔离区：查看、修复放行、放弃"),
        "figures": Listed("figures", "经营数据：订单、来访、退货、等待时长等，投诉率以它们为分母"),
        "survey": Listed("survey", "问卷：新建、检查、发布、征集、结果"),
        "webhook": Listed("key", "推送来源：添加、换密钥"),
    },
    "问题与预警": {
        "problems": Listed("show", "列出问题"),
        "problem": Listed("problems", "问题：查看、确认、不处理、另想办法、合并、拆分"),
        "alarms": Listed("alarms", "列出预警：什么时候、什么突然变多、可能的原因"),
        "reviews": Listed("alarms", "列出待复核的预警和各类预警的准确率"),
        "review": Listed("alarms", "给预警复核下结论：属实、误报或原因已知"),
        "causes": Listed("causes", "一个问题的根因分析：集中在哪里、起点前变了什么、发生率、成本、鱼骨图"),
        "pareto": Listed("causes", "帕累托图：哪几项占了大头"),
        "changes": Listed("causes", "业务变更：版本发布、促销、供应商、政策等"),
        "themes": Listed("themes", "新兴话题：占比显著上升、还没有归入已知问题的说法"),
        "needs": Listed("themes", "未满足的需求：客户要什么，多少人要，有多迫切"),
        "suspects": Listed(
            "suspects", "列出可疑反馈：买来的好评、成批雷同、采集残留；它们不计入统计，个案照常受理"
        ),
        "vague": Listed("clarify", "列出待追问的笼统投诉，或凭资料具体化了的投诉，以及反馈利用率"),
    },
    "客户与员工": {
        "customer": Listed("customers", "一位客户的时间线：在各渠道说过什么，我们做了什么"),
        "segments": Listed("customers", "客户分群：常投诉、高价值、新客户……各有多少声音"),
        "coverage": Listed("customers", "覆盖率：哪些地区或产品的客户很少发声"),
        "interviews": Listed("customers", "抽取访谈名单：高价值、常投诉、新客户轮流抽；同一种子抽到同一批"),
        "drivers": Listed("drivers", "满意度受什么影响：提到某类不满的客户评分低多少，拉低总分多少"),
        "agents": Listed("drivers", "员工对比：按渠道折算并收缩后，谁需要培训，谁值得表扬"),
    },
    "改进": {
        "actions": Listed("show", "列出改进措施"),
        "approvals": Listed("approve", "列出等待审批的事项：措施、问题合并与拆分、新增分类、报告"),
        "approve": Listed("approve", "答复一项审批：--yes 批准，--no 驳回"),
        "accept": Listed("decide", "接单并承诺上线日期（验证合同随之锁定）"),
        "start": Listed("decide", "开始实施"),
        "implement": Listed("decide", "报告措施已落地"),
        "return": Listed("decide", "退回措施"),
        "cancel": Listed("decide", "取消还没有落地的措施"),
        "case": Listed("decide", "个案：答复、解决、确认、重新打开"),
        "sla": Listed("sla", "时限：在走的、达成率、异常关闭、换用新时限"),
        "rootcause": Listed("procedures", "根因分析报告：复发问题必须有，评审通过才能继续"),
        "sop": Listed("procedures", "标准流程：按节点计时，如退货 12 个节点"),
        "joint": Listed("procedures", "多部门联动：安全、故障类个案的联动任务"),
        "kb": Listed("kb", "知识库：添加、查找、发布、停用、整理案例"),
    },
    "验证与报告": {
        "contract": Listed("contract", "验证合同：查看、建议、上线前改写"),
        "verifications": Listed("show", "列出效果验证"),
        "report": Listed("report", "领导报告：撰写、列出、呈送"),
        "replay": Listed("report", "重新计算一份报告，列出变动的数字"),
        "audit": Listed("audit", "每周抽样复核：两人各读一遍，算一致性，校正各类占比"),
    },
    "告知": {
        "notices": Listed("show", "列出消息"),
        "resend": Listed("tell", "列出发送失败的消息，或重新发送（标注为重复消息）"),
        "dispatch": Listed("tell", "发送发件箱中到期的消息"),
        "channel": Listed("tell", "消息渠道：查看、测试、恢复"),
    },
    "标注与模型": {
        "label": Listed("label", "标注反馈：逐条在终端里标，或导出表格、填好再导入"),
        "train": Listed("train", "用标注训练候选模型，现用模型不变"),
        "evaluate": Listed("train", "在审计样本上并排比较候选模型与现用模型"),
        "adopt": Listed("train", "采用候选模型（不比现用模型好则拒绝）；--back 退回上一个"),
        "models": Listed("train", "列出模型的采用记录"),
        "recode": Listed("recode", "模型或分类体系更换后，按现用版本重读历史反馈"),
        "class": Listed("classes", "分类体系：提议新增具体问题点，批准后自动启用"),
        "backtest": Listed("backtest", "用历史检验优先级：当时定的级别，后来应验了吗"),
    },
    "运行与安全": {
        "portal": Listed("portal", "启动门户：部门工作台、客户页面、接口"),
        "user": Listed("user", "用户：添加、停用、角色、密码、两步验证"),
        "key": Listed("key", "接口密钥：添加、停用、列出"),
        "privacy": Listed("privacy", "客户信息：删除申请、保存期限、收回链接"),
        "deploy": Listed("deploy", "登记执行池、全部部署、定时任务和自动化规则（可重复执行）"),
        "react": Listed("react", "反应进程：事件发生后一两秒内开始分诊、整改、计时"),
        "guard": Listed("guard", "看护任务：接续被打断的任务，错过的定时任务补跑一次"),
        "events": Listed("events", "事件：查看、通知 Prefect"),
        "backup": Listed("backup", "把数据库、密钥、模型和报告备份成一个文件；可在 voc serve 运行时进行"),
        "restore": Listed("backup", "在空目录里恢复备份"),
    },
}
COMMANDS: Mapping[str, Listed] = {name: one for group in GROUPS.values() for name, one in group.items()}
