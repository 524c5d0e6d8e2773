"""A full set of report facts for tests: made-up numbers of a made-up company."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from voc.reporting.facts import (
    AuditFact,
    Awaiting,
    Break,
    ChannelFact,
    Corrected,
    DepartmentFact,
    EffectFact,
    Facts,
    Flag,
    Impact,
    Lineage,
    Number,
    Overdue,
    Picture,
    ProblemFact,
    QualityFact,
    Slice,
    Stage,
    Trend,
)

MONDAY = date(2026, 5, 25)
WEEKS = tuple(MONDAY + timedelta(days=7 * i) for i in range(26))
LATE = (12, 14, 11, 15, 13, 30, 41, 44, 39, 42, 40, 43, 38, 41)


def _effect(key: str, problem: str, action: str, verdict: str, sentence: str, *numbers: float) -> EffectFact:
    change, low, high, p_value, before, after = numbers
    return EffectFact(
        key=key,
        problem=problem,
        action=action,
        department="安装服务部",
        metric="complaint_rate",
        verdict=verdict,
        sentence=sentence,
        went_live=date(2026, 8, 31),
        change=change,
        low=low,
        high=high,
        p_value=p_value,
        before=before,
        after=after,
        dispersion=1.31,
        contract="68ea2922208b11c3970e",
        weeks_more=None,
    )


EFFECTS = (
    _effect(
        "E1",
        "安装师傅未按预约时间上门",
        "预约改为两小时时段并提前一小时电话确认",
        "effective",
        "有效：改善确定超过约定的最小幅度 20%",
        -0.58,
        -0.66,
        -0.49,
        1e-7,
        0.0121,
        0.0051,
    ),
    _effect(
        "E2",
        "配送超过承诺时间",
        "华东仓增加周末班次",
        "partly_effective",
        "部分有效：确有改善，但尚不能确认达到约定的最小幅度 20%",
        -0.24,
        -0.38,
        -0.07,
        0.011,
        0.0204,
        0.0155,
    ),
    _effect(
        "E3",
        "客服电话长时间无人接听",
        "增加语音导航一级菜单",
        "worse",
        "恶化：确定变差，措施需要撤回或重做",
        0.71,
        0.42,
        1.06,
        1e-5,
        0.0073,
        0.0125,
    ),
    _effect(
        "E4",
        "退款超过七天未到账",
        "在退款页面增加进度提示",
        "ineffective",
        "无效：可以排除达到约定的最小幅度 20% 的改善",
        0.03,
        -0.12,
        0.21,
        0.71,
        0.0098,
        0.0101,
    ),
    _effect(
        "E5",
        "空调运行噪音大",
        "更换外机减震垫供应商",
        "insufficient",
        "证据不足：还分不清是否有改善，预计再观察 5 周可以判断",
        -0.14,
        -0.33,
        0.11,
        0.24,
        0.0062,
        0.0053,
    ),
)
NUMBERS = (
    Number(
        "N1",
        "满意度（CSAT）",
        0.783,
        "percent",
        "评分 4 分及以上的回答占全部有评分回答的比例",
        0.771,
        0.794,
        0.752,
        "up",
    ),
    Number("N2", "平均评分", 4.02, "score", "全部有效评分的算术平均，1–5 分", 3.98, 4.06, 3.95, "up"),
    Number("N3", "投诉率", 0.0312, "percent", "投诉条数除以同期订单数", 0.0301, 0.0323, 0.0288, "down"),
    Number(
        "N4", "个案关闭率", 0.914, "percent", "期内受理的个案中已确认解决的比例", 0.905, 0.922, 0.89, "up"
    ),
    Number("N5", "复发率", 0.043, "percent", "已关闭的问题中再次出现的比例", 0.012, 0.143, None, "down"),
    Number(
        "N6",
        "处理时长中位数",
        21.4,
        "hours",
        "从受理到解决的小时数的中位数，只含已解决的个案",
        None,
        None,
        26.0,
        "down",
        "九成在 68.2 小时内；未解决 212 件不在内",
    ),
    Number("N7", "新增反馈", 21834, "count", "期内入库的反馈条数"),
    Number("N8", "经验证有效的措施", 1, "count", "结论为「有效」的措施数，部分有效不计入"),
)
PROBLEMS = (
    ProblemFact(
        "P-0003",
        "配送超过承诺时间",
        "验证中",
        1830,
        0.31,
        "P3",
        1620,
        (*LATE, 39, 36, 33, 35, 31, 30),
        ("物流配送",),
        (Slice("地区", "华东", 0.46), Slice("渠道", "热线", 0.38)),
        (
            "说好三天到，第九天还在路上，打电话永远是在催。",
            "周末不派送，平时我又不在家。",
            "页面写次日达，实际五天。",
        ),
    ),
    ProblemFact(
        "P-0001",
        "安装师傅未按预约时间上门",
        "有效",
        1204,
        0.21,
        "P1",
        1511,
        (*LATE, 24, 19, 18, 16, 17, 15),
        ("安装服务",),
        (Slice("地区", "华南", 0.52),),
        ("约的上午九点，下午四点才到，也没有电话。", "请了一天假白等。", "改约三次都没来。"),
    ),
    ProblemFact(
        "P-0004",
        "客服电话长时间无人接听",
        "诊断中",
        967,
        0.165,
        "P4",
        540,
        (20, 22, 19, 25, 21, 23, 40, 44, 47),
        ("客户服务",),
        (Slice("时段", "19–21 点", 0.41),),
        ("菜单太长，按了六次才到人工。", "等了四十分钟被挂断。"),
        round=2,
    ),
    ProblemFact(
        "P-0002",
        "退款超过七天未到账",
        "诊断中",
        711,
        0.121,
        "P2",
        705,
        (30, 29, 31, 28, 33, 30),
        ("退换退款",),
        (),
        ("退货签收十二天了，钱没有到。",),
    ),
    ProblemFact(
        "P-0005",
        "空调运行噪音大",
        "验证中",
        433,
        0.074,
        "P5",
        470,
        (18, 20, 17, 15, 16, 14),
        ("产品质量",),
        (Slice("产品", "挂机 1.5 匹", 0.63),),
        ("晚上睡觉嗡嗡响。",),
    ),
)
TRENDS = tuple(
    Trend(
        name,
        WEEKS,
        values,
        "条",
        date(2026, 8, 31),
        (date(2026, 7, 6), date(2026, 8, 30)),
        (date(2026, 9, 7), date(2026, 11, 1)),
        verdict,
    )
    for name, values, verdict in (
        (
            "客服电话长时间无人接听",
            tuple(20 + i % 4 for i in range(14)) + tuple(38 + i % 5 for i in range(12)),
            "恶化",
        ),
        ("安装师傅未按预约时间上门", LATE + tuple(18 - i % 3 for i in range(12)), "有效"),
        ("配送超过承诺时间", LATE + tuple(32 - i % 6 for i in range(12)), "部分有效"),
        ("退款超过七天未到账", tuple(28 + (i * 7) % 6 for i in range(26)), "无效"),
    )
)
PICTURE = Picture(
    start=tuple(MONDAY + timedelta(days=7 * i) for i in range(20)),
    days=7,
    observed=(
        11.0,
        12.5,
        12.0,
        13.1,
        11.8,
        12.9,
        12.2,
        11.5,
        13.0,
        12.4,
        12.1,
        12.8,
        12.6,
        11.9,
        6.0,
        5.2,
        4.9,
        5.5,
        4.8,
        5.1,
    ),
    expected=(math.nan,) * 14 + (12.2,) * 6,
    low=(math.nan,) * 14 + (9.4,) * 6,
    high=(math.nan,) * 14 + (15.0,) * 6,
    went_live=date(2026, 8, 31),
    unit="每千单投诉",
)
EFFECTS = (
    replace(EFFECTS[0], picture=PICTURE, diagnostics=(("pretrend", True, "上线前没有趋势"),)),
    *EFFECTS[1:],
)
AUDIT = AuditFact(("2026-W46",), 60, 0.82, 0.91, (
    Corrected("投诉", 0.41, 0.38, 0.33, 0.43, "audit:complaint"),
    Corrected("表扬", 0.30, 0.31, 0.27, 0.36, "audit:praise"),
))  # fmt: skip
KEYS = [n.key for n in NUMBERS] + [e.key for e in EFFECTS] + [p.key for p in PROBLEMS if p.key]
KEYS += ["rows", "late", "audit:complaint", "audit:praise", "overdue", "flags"]

FULL = Facts(
    company="示例电器",
    period=(date(2026, 5, 25), date(2026, 11, 22)),
    generated_at=datetime(2026, 11, 23, 1, 0, tzinfo=UTC),
    taxonomy_version="2026.11",
    model_version="m-3f9a",
    run="cycle-26",
    rows={
        "read": 24310,
        "stored": 21834,
        "duplicate": 911,
        "near_duplicate": 640,
        "rejected": 702,
        "quarantined": 143,
        "blank": 80,
    },
    quality_score=98.1,
    quality=(
        QualityFact("文本不为空", 24230, 24310),
        QualityFact("时间可以读取", 24188, 24230),
        QualityFact("评分在 1–5 之间", 24129, 24230),
    ),
    numbers=NUMBERS,
    effects=EFFECTS,
    overdue=(
        Overdue(
            "措施", "核对三家支付渠道的退款时限", "财务部", datetime(2026, 11, 16, 10, 0, tzinfo=UTC), 159.0
        ),
        Overdue(
            "个案", "用户反映插座冒烟，待回访", "质量安全部", datetime(2026, 11, 22, 6, 0, tzinfo=UTC), 19.0
        ),
    ),
    problems=PROBLEMS,
    trends=TRENDS,
    breaks=(Break(date(2026, 10, 12), "m-3f9a / 2026.11", 18240, 0.012, 0.0345),),
    stages=(
        Stage("反馈", 21834, "期内入库的反馈"),
        Stage("归入问题", 5890, "归入某个重复问题的反馈"),
        Stage("有措施", 5145, "所属问题已有批准的改进措施的反馈"),
        Stage("措施已实施", 5145, "所属问题的措施已经上线的反馈"),
        Stage("验证有效", 1204, "所属问题的措施经验证有效的反馈"),
        Stage("已告知", 1187, "其客户已收到结果通知的反馈"),
    ),
    awaiting=(Awaiting("洗衣机漏水", "更换进水阀", "产品研发部", date(2026, 10, 5), date(2026, 12, 10)),),
    flags=(Flag("批量结案", "客服中心", "case:7", "11 月 3 日一小时内结案 42 件，其中 40 件用同一句答复。"),),
    audit=AUDIT,
    impacts=(
        Impact("隔离待修复", "143 行，占读入 0.6%", "投诉占比只在 30%–31% 之间。", key="rows"),
        Impact("迟到的反馈", "12 条", "最近几周的数字还会上升。", True, "late"),
    ),
    channels=(
        ChannelFact("热线", 6110, 3421),
        ChannelFact("应用内", 5240, 1390),
        ChannelFact("短信评价", 4012, 812),
        ChannelFact("在线客服", 3130, 1101),
        ChannelFact("商城评价", 2204, 702),
        ChannelFact("社交媒体", 1138, 640),
    ),
    departments=(
        DepartmentFact("安装服务部", 1, 1, 1, 0, 0),
        DepartmentFact("客服中心", 1, 1, 0, 1, 0),
        DepartmentFact("财务部", 2, 1, 0, 1, 1),
    ),
    lineage=tuple(
        Lineage(
            key,
            f"report.{key.lower()}",
            "9b1d" * 16,
            "m-3f9a",
            "2026.11",
            "68ea2922208b" * (key[0] == "E"),
            "cycle-26",
        )
        for key in KEYS
    ),
)
EMPTY = Facts(
    company="示例电器",
    period=(date(2026, 11, 1), date(2026, 11, 21)),
    generated_at=datetime(2026, 11, 22, tzinfo=UTC),
)
