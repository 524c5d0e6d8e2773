"""The first words of a report: what was proved, what failed, and where the loop leaks."""

from __future__ import annotations

from collections import Counter

from voc import kpi
from voc.effect.names import NAMES
from voc.reporting.facts import Facts
from voc.zone import CHINA

SEVERITY = (
    "worse", "ineffective", "invalid_contract", "not_identifiable", "insufficient",
    "partly_effective", "effective",
)  # fmt: skip
FAILED = ("worse", "ineffective")
NAMED = 3


def summary(facts: Facts, accounting: kpi.Funnel | None) -> list[str]:
    """Return the sentences, the headline first."""
    sentences = [_headline(facts)]
    told = _failed(facts), _taken_back(facts), _silent(facts), _complaints(facts), _lost(facts)
    sentences += [words for words in told if words]
    if facts.overdue:
        sentences.append(_late(facts))
    if facts.problems and facts.kind != "action":
        top = max(facts.problems, key=lambda p: p.count)
        sentences.append(f"声量最大的问题是「{top.name}」，{top.count:,} 条，占问题反馈的 {top.share:.0%}。")
    if accounting and (accounting.read or accounting.missing):
        sentences.append(_accounting_sentence(accounting))
    return sentences


def _headline(facts: Facts) -> str:
    if not facts.effects:
        return "本期尚无完成效果验证的措施。"
    if facts.kind == "action":  # about one measure: several effects are several looks at it
        last = max(facts.effects, key=lambda effect: effect.attempt)
        looks = f"查看 {len(facts.effects)} 次，最近一次" if len(facts.effects) > 1 else ""
        return f"这项措施{looks}的结论：{NAMES[last.verdict]}。"
    tally = Counter(effect.verdict for effect in facts.effects)
    words = "，".join(f"{NAMES[code]} {tally[code]} 项" for code in SEVERITY if tally[code])
    return f"本期核实 {sum(tally.values())} 项措施：{words}。"


def _silent(facts: Facts) -> str:
    """Say that nothing was read where something was in the period before: that is no good news."""
    heard = next((number for number in facts.numbers if number.key == "feedback"), None)
    if heard is None or heard.value or not heard.previous:
        return ""
    return f"本期没有读到任何反馈（上期 {heard.previous:,.0f} 条），请先看采集是否中断。"


def _complaints(facts: Facts) -> str:
    """Say how the complaint rate stands to the period before, and whether the difference is beyond its interval."""
    rate = next((number for number in facts.numbers if number.key == "complaints"), None)
    if rate is None or rate.value is None or not rate.previous:
        return ""
    change = rate.value / rate.previous - 1
    sure = rate.low is not None and rate.high is not None and not rate.low <= rate.previous <= rate.high
    way = "上升" if change > 0 else "下降"
    return f"{rate.name}较上期{way} {abs(change):.0%}{'' if sure else '，在随机波动之内'}。"


def _late(facts: Facts) -> str:
    """Count what is late at the moment of the report, the cases one by one."""
    cases = sum(item.count for item in facts.overdue if item.kind == "个案")
    measures = sum(item.count for item in facts.overdue if item.kind != "个案")
    said = (measures, "项措施"), (cases, "件个案")
    at = facts.generated_at.astimezone(CHINA)
    return f"截至 {at:%Y-%m-%d %H:%M}，已过期限：{'、'.join(f'{count:,} {words}' for count, words in said if count)}。"


def _lost(facts: Facts) -> str:
    """Name the largest leak of the loop beyond single complaints."""
    leaks = [stage for stage in facts.stages[2:] if stage.leak and stage.leaks]
    worst = max(leaks, key=lambda stage: stage.leak, default=None)
    return f"闭环流失最多的一步在「{worst.name}」之前：{worst.leak:,} 条投诉停在这里。" if worst else ""


def _accounting_sentence(accounting: kpi.Funnel) -> str:
    if accounting.reconciles:
        return f"读入 {accounting.read:,} 行，入库 {accounting.parts['stored']:,} 行，每一行都有去向。"
    return f"读入 {accounting.read:,} 行，有 {abs(accounting.missing):,} 行对不上账，请先核对再使用本报告。"


def _failed(facts: Facts) -> str:
    names = list(dict.fromkeys(f"「{e.problem}」" for e in facts.effects if e.verdict in FAILED))
    more = f"等 {len(names)} 个问题" if len(names) > NAMED else ""
    return f"没有见效的是{'、'.join(names[:NAMED])}{more}的措施，需要重新决定。" if names else ""


def _taken_back(facts: Facts) -> str:
    """Say how many claims do not survive being set beside all the others."""
    alone = [effect for effect in facts.effects if effect.alone]
    if not alone:
        return ""
    names = "、".join(dict.fromkeys(f"「{effect.problem}」" for effect in alone[:NAMED]))
    return (
        f"{names}{'等 ' if len(alone) > NAMED else ''}{len(alone)} 项措施单独看有改善，但本报告共比较了 "
        f"{alone[0].compared} 项，一并校正后不再显著，按证据不足计。"
    )  # fmt: skip
