"""The leadership report as values: what is said, in which order, with which words; no markup.

Failures stand before successes, every figure has a number that leads to its definition, and a section with
nothing to show says why and when that will change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from voc import kpi
from voc.effect.names import METRIC_NAMES, NAMES
from voc.effect.verdict import change_words
from voc.reporting import quantities
from voc.reporting.crediting import GAINS, caution
from voc.reporting.facts import (
    ChannelFact,
    DepartmentFact,
    EffectFact,
    Facts,
    Lineage,
    Number,
    Overdue,
    ProblemFact,
    QualityFact,
    Stage,
    Trend,
)  # fmt: skip
from voc.reporting.ledger import printed
from voc.reporting.summary import SEVERITY as SEVERITY
from voc.reporting.summary import summary

GROUPS = {
    "客户怎么说": ("feedback", "complaints", "csat", "satisfied", "nps", "fcr"),
    "个案办得怎样": ("answered", "kept", "solved", "cycle", "reopened", "told"),
    "改进转得多快": ("to_live", "to_verdict", "recurrence"),
}
WEEK = 7
DESIGNS = {
    "before_after": "前后对比（无对照组）", "its": "中断时间序列（无对照组）", "cits": "有对照的中断时间序列",
    "did": "双重差分", "sc": "合成控制", "cohort": "分批上线的双重差分", "sdid": "合成双重差分",
    "bsts": "贝叶斯结构时间序列（有对照）", "its-nb": "中断时间序列（负二项，无对照组）",
}  # fmt: skip
VERDICT_MEANINGS = {
    "effective": "确有改善：整个区间都超过约定的最小幅度。",
    "partly_effective": "确有改善：整个区间都好于零，但还不能确认达到约定的最小幅度。",
    "ineffective": "没有改善到约定的程度：整个区间都够不到最小幅度。",
    "worse": "确实变差：整个区间都在变差的一侧。",
    "insufficient": "数据还分不清有没有效果；这不等于没有效果，也不能算作成效。",
    "invalid_contract": "合同在措施上线后才锁定或被改动，比较作废。",
    "not_identifiable": "同期另有措施影响同一指标，效果分不开。",
}
EMPTY = {
    "numbers": "本期还没有可计算的核心指标。导入带时间和评分的反馈后会自动出现。",
    "failures": "本期没有恶化、无效或证据不足的措施。",
    "unverified": "本期没有得出效果结论：措施上线并满观察期后，结论会出现在这里。未经验证的措施一律不报成效。",
    "successes": "本期没有通过验证的成效。",
    "overdue": "没有逾期事项。",
    "problems": "本期没有聚合出重复出现的问题。",
    "trends": "还没有可画走势的问题，或数据不足两周。",
    "stages": "闭环各环节还没有记录。",
    "channels": "没有渠道信息。",
    "departments": "还没有分派给部门的改进措施。",
    "rows": "没有导入记录。",
    "quality": "没有运行数据质检。",
    "lineage": "本报告没有登记数据来源，数字无法重放核对。",
}


@dataclass(frozen=True)
class Figure:
    """A headline figure with the number of its definition and its change against the period before."""

    number: Number
    note: int
    change: float | None
    mood: str  # good, bad or plain


@dataclass(frozen=True)
class EffectRow:
    """A verification as printed: words for verdict, metric, design, change, and what it means."""

    fact: EffectFact
    verdict: str
    metric: str
    design: str
    change: str
    meaning: str
    caution: str
    caption: str = ""
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProblemRow:
    """A problem with its cumulative share of the Pareto table and its change against the period before."""

    fact: ProblemFact
    cumulative: float
    change: float | None


@dataclass(frozen=True)
class Definition:
    """One line of the table of definitions."""

    note: int
    name: str
    text: str


@dataclass(frozen=True)
class Report:
    """The whole report, ready to be rendered."""

    facts: Facts
    summary: tuple[str, ...]
    figures: tuple[Figure, ...]
    failures: tuple[EffectRow, ...]
    successes: tuple[EffectRow, ...]
    overdue: tuple[Overdue, ...]
    problems: tuple[ProblemRow, ...]
    trends: tuple[Trend, ...]
    stages: tuple[Stage, ...]
    channels: tuple[ChannelFact, ...]
    departments: tuple[DepartmentFact, ...]
    accounting: kpi.Funnel | None
    quality: tuple[QualityFact, ...]
    definitions: tuple[Definition, ...]
    lineage: tuple[Lineage, ...]
    empty: dict[str, str]
    groups: tuple[tuple[str, tuple[Figure, ...]], ...] = ()


def build(facts: Facts) -> Report:
    """Order, number and word the facts; raises ValueError when a figure has no lineage entry to lead to."""
    _require_lineage(facts)
    rows = effect_rows(facts.effects)
    accounting = kpi.funnel(facts.rows) if facts.rows else None
    figures = tuple(_figure(number, i) for i, number in enumerate(facts.numbers, 1))
    failures = tuple(row for row in rows if row.fact.verdict not in GAINS)
    successes = tuple(row for row in rows if row.fact.verdict in GAINS)
    return Report(
        facts=facts,
        summary=tuple(summary(facts, accounting)),
        figures=figures,
        failures=failures,
        successes=successes,
        overdue=tuple(sorted(facts.overdue, key=lambda o: -o.hours_late)),
        problems=tuple(_problem_rows(facts.problems)),
        trends=tuple(_named(t) for t in facts.trends if len(t.weeks) >= 2),
        stages=facts.stages,
        channels=tuple(sorted(facts.channels, key=lambda c: (-c.count, c.name))),
        departments=tuple(sorted(facts.departments, key=lambda d: (-d.failed, -d.overdue, d.name))),
        accounting=accounting,
        quality=facts.quality,
        definitions=tuple(_definitions(facts)),
        lineage=facts.lineage,
        empty=EMPTY if facts.effects else EMPTY | {"failures": EMPTY["unverified"]},
        groups=tuple(_groups(figures)),
    )


def _groups(figures: tuple[Figure, ...]) -> list[tuple[str, tuple[Figure, ...]]]:
    known = {key for keys in GROUPS.values() for key in keys}
    found = [(title, tuple(f for f in figures if f.number.key in keys)) for title, keys in GROUPS.items()]
    others = tuple(figure for figure in figures if figure.number.key not in known)
    return [(title, members) for title, members in (*found, ("指标", others)) if members]


def _require_lineage(facts: Facts) -> None:
    known = {entry.key for entry in facts.lineage}
    missing = sorted(set(printed(facts)) - known)
    if missing:
        raise ValueError(f"figures without lineage: {', '.join(missing)}")


def effect_rows(effects: tuple[EffectFact, ...]) -> list[EffectRow]:
    """Verifications worst first; their verdicts are already those that the report credits."""
    order = sorted(effects, key=lambda e: (SEVERITY.index(e.verdict), -(e.change or 0.0), e.key))
    return [_effect_row(effect) for effect in order]


def _effect_row(fact: EffectFact) -> EffectRow:
    return EffectRow(
        fact=fact,
        verdict=NAMES[fact.verdict],
        metric=METRIC_NAMES.get(fact.metric, fact.metric),
        design=DESIGNS.get(fact.design, fact.design),
        change=_change(fact),
        meaning=_meaning(fact),
        caution=caution(fact),
        caption=_caption(fact),
        checks=(
            *(f"· {s}" if ok else f"✗ 存疑：{s}" for _, ok, s in fact.diagnostics if s),
            *(f"· {s}" for s in fact.adjusted),
        ),
    )


def _caption(fact: EffectFact) -> str:
    """Say what to see in the picture: how many bins after the go-live lie outside the band, and on which side."""
    picture = fact.picture
    if picture is None:
        return ""
    after = [(s, a, b) for day, s, a, b in zip(picture.start, picture.observed, picture.low, picture.high, strict=True)
             if day >= picture.went_live and not math.isnan(s + a + b)]  # fmt: skip
    if not after:
        return "上线后还没有可以比较的数据。"
    name = "周" if picture.days == WEEK else "期"
    below, above = sum(s < a for s, a, _ in after), sum(s > b for s, _, b in after)
    said = [f"{below} {name}低于" if below else "", f"{above} {name}高于" if above else ""]
    outside = "，".join(words for words in said if words)
    where = f"{outside}预计的区间带" if outside else f"没有一{name}落在预计的区间带之外"
    return f"上线后 {len(after)} {name}中，{where}。"


def _change(fact: EffectFact) -> str:
    name = METRIC_NAMES.get(fact.metric, fact.metric)
    if fact.verdict in ("invalid_contract", "not_identifiable"):
        return f"{name}的变化不予采信"
    if fact.change is None or fact.low is None or fact.high is None:
        return f"{name}的变化无法计算"
    return change_words(name, fact.change, fact.low, fact.high, fact.alpha)


def _meaning(fact: EffectFact) -> str:
    # The sentence of a verdict starts with its word and the change, which stand above it in the report.
    return fact.sentence.removeprefix(f"{NAMES[fact.verdict]}：").removeprefix(f"{_change(fact)}，")


def _figure(number: Number, note: int) -> Figure:
    if number.value is None or number.previous is None:
        return Figure(number, note, None, "plain")
    change = number.value - number.previous
    if not set(quantities.change(change, number.unit)) & set("123456789"):
        return Figure(number, note, 0.0, "plain")  # a change that prints as nought is neither good nor bad
    if not number.better:
        return Figure(number, note, change, "plain")
    return Figure(number, note, change, "good" if (change > 0) == (number.better == "up") else "bad")


def _named(trend: Trend) -> Trend:
    return replace(trend, verdict=NAMES.get(trend.verdict, trend.verdict))


def _problem_rows(problems: tuple[ProblemFact, ...]) -> list[ProblemRow]:
    rows, running = [], 0.0
    for fact in sorted(problems, key=lambda p: (-p.count, p.name)):
        running += fact.share
        change = (fact.count - fact.previous) / fact.previous if fact.previous else None
        rows.append(ProblemRow(fact, min(running, 1.0), change))
    return rows


def _definitions(facts: Facts) -> list[Definition]:
    numbered = [Definition(i, n.name, n.definition) for i, n in enumerate(facts.numbers, 1)]
    texts = [
        *((stage.name, stage.definition) for stage in facts.stages),
        (
            "变化与区间",
            "措施上线后相对上线前的变化；区间按每周的实际波动放宽，真实变化以标明的把握（如 97.5%）落在其中。"
            "一项措施计划查看两次，误判的机会分给两次，所以比 95% 宽。",
        ),
        *((NAMES[code], VERDICT_MEANINGS[code]) for code in SEVERITY),
        ("前后对比", "只比较上线前后同一指标，剔除触发预警的时段；没有对照组，不能排除同期其他变化的影响。"),
        (
            "q 值",
            "按 Benjamini–Hochberg 法在同一份报告比较的全部措施里校正后的 p 值；改善的 q 值超过约定水平，就不计成效。",
        ),
    ]
    return numbered + [Definition(i, name, text) for i, (name, text) in enumerate(texts, len(numbered) + 1)]
