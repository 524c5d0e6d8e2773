"""What a report credits: its claims are corrected over all it compares, once, and told and counted so everywhere.

A stored verdict is one test and stays what it is. A report sets many side by side: of a hundred measures that do
nothing some look effective, and its reader cannot tell which.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from voc.effect.names import METRIC_NAMES, NAMES
from voc.effect.verdict import benjamini_hochberg, change_words
from voc.reporting.facts import EffectFact, ProblemFact

GAINS = ("effective", "partly_effective")
HARMS = ("worse",)
UNCOMPARED = ("invalid_contract", "not_identifiable")  # nothing was compared, whatever the numbers say
SOLVED = "本报告未计成效"


@dataclass(frozen=True)
class Claim:
    """The last verdict on one measure that a report shows or counts; `key` names the verification."""

    key: str
    verdict: str
    p_value: float | None
    alpha: float


@dataclass(frozen=True)
class Credit:
    """What a report makes of a claim: its verdict there, by itself (`alone`, if taken back), q, and of how many."""

    verdict: str
    alone: str
    q_value: float | None
    compared: int


def credits(claims: Sequence[Claim]) -> dict[str, Credit]:
    """Correct the claims of one report by Benjamini–Hochberg; an improvement that does not survive is 证据不足.

    Improvements and harms are two questions and corrected apart: a measure enters one's list with its p-value if it
    claims just that, else with 1. A harm stays one: to overlook it costs more than to look at it for nothing.
    """
    compared = [claim for claim in claims if claim.verdict not in UNCOMPARED]
    q_values = {**_adjusted(compared, GAINS), **_adjusted(compared, HARMS)}
    return {claim.key: _credit(claim, q_values.get(claim.key), len(compared)) for claim in claims}


def _adjusted(compared: Sequence[Claim], asked: Collection[str]) -> dict[str, float]:
    p = [1.0 if c.p_value is None or c.verdict not in asked else c.p_value for c in compared]
    found = zip(compared, benjamini_hochberg(p).tolist(), strict=True)
    return {claim.key: q for claim, q in found if claim.verdict in asked}


def _credit(claim: Claim, q_value: float | None, compared: int) -> Credit:
    if claim.verdict in GAINS and q_value is not None and q_value > claim.alpha:
        return Credit("insufficient", claim.verdict, q_value, compared)
    return Credit(claim.verdict, "", q_value, compared)


def credited(effect: EffectFact, credit: Credit | None) -> EffectFact:
    """An effect as the report tells it; one without a credit (an earlier look) is told as it was stored."""
    if credit is None:
        return effect
    told = replace(effect, verdict=credit.verdict, alone=credit.alone, q_value=credit.q_value,
                   compared=credit.compared)  # fmt: skip
    return replace(told, sentence=_taken_back(told), weeks_more=None) if credit.alone else told


def _taken_back(effect: EffectFact) -> str:
    name = METRIC_NAMES.get(effect.metric, effect.metric)
    change = change_words(name, effect.change or 0.0, effect.low or 0.0, effect.high or 0.0, effect.alpha)
    return (
        f"{NAMES[effect.verdict]}：{change}，单独看为「{NAMES[effect.alone]}」；但同一份报告里共比较了 "
        f"{effect.compared} 项措施，比较多了总有几项碰巧像是有效，一并校正后不再显著{_limits(effect)}，"
        "这里不计成效"
    )  # fmt: skip


def caution(effect: EffectFact) -> str:
    """What has to be said beside a harm that may be chance among so many comparisons; else nothing."""
    if effect.verdict not in HARMS or effect.q_value is None or effect.q_value <= effect.alpha:
        return ""
    return (
        f"同一份报告里共比较了 {effect.compared} 项措施，一并校正后这一项不再显著{_limits(effect)}；"
        "变坏的迹象宁可多看一眼，仍列为恶化，请先核实再撤回"
    )  # fmt: skip


def _limits(effect: EffectFact) -> str:
    return f"（q={effect.q_value:.3f}，须不大于 {effect.alpha:g}）"


def marked(problems: Sequence[ProblemFact], taken_back: Collection[str]) -> tuple[ProblemFact, ...]:
    """Say beside the state of a problem that what solved it is not credited here; `taken_back` holds their ids."""
    return tuple(
        replace(fact, state=f"{fact.state}，{SOLVED}") if fact.id in taken_back else fact for fact in problems
    )
