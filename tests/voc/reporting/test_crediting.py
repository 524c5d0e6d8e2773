"""What a report credits: one correction over all it compares, and what becomes of claims that do not survive it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from voc.effect.names import NAMES
from voc.reporting.crediting import Claim, Credit, caution, credited, credits, marked
from voc.reporting.facts import EffectFact, ProblemFact

GAIN = EffectFact(
    "v:1", "安装迟到", "两小时时段", "安装服务部", "complaint_rate", "effective",
    "有效：投诉率下降 40%（97.5% 区间 22%–55%），改善确定超过约定的最小幅度 20%",
    change=-0.4, low=-0.55, high=-0.22, p_value=0.02, alpha=0.025, weeks_more=None,
)  # fmt: skip


def claims(*told: tuple[str, float | None], alpha: float = 0.05) -> list[Claim]:
    return [Claim(f"v:{n}", verdict, p, alpha) for n, (verdict, p) in enumerate(told)]


@st.composite
def told(draw: st.DrawFn) -> list[Claim]:
    rows = draw(st.lists(st.tuples(st.sampled_from(list(NAMES)), st.floats(0, 1)), max_size=12))
    return claims(*rows)


def test_a_claim_by_itself_is_credited() -> None:
    assert credits(claims(("effective", 0.04)))["v:0"] == Credit("effective", "", 0.04, 1)


def test_a_claim_among_many_comparisons_is_taken_back() -> None:
    found = credits(claims(("effective", 0.04), *[("insufficient", 0.5)] * 9))
    assert found["v:0"] == Credit("insufficient", "effective", 0.04 * 10, 10)
    assert found["v:1"] == Credit("insufficient", "", None, 10)


def test_a_claim_among_other_sure_claims_stands() -> None:
    found = credits(claims(("partly_effective", 0.04), *[("effective", 1e-6)] * 9))
    assert found["v:0"].verdict == "partly_effective"


@pytest.mark.parametrize("void", ["invalid_contract", "not_identifiable"])
def test_what_was_not_compared_does_not_count(void: str) -> None:
    found = credits(claims(("effective", 0.04), *[(void, 0.9)] * 9))
    assert found["v:0"] == Credit("effective", "", 0.04, 1)
    assert found["v:1"].verdict == void


def test_a_claim_without_a_p_value_cannot_survive() -> None:
    assert credits(claims(("effective", None)))["v:0"].verdict == "insufficient"


def test_a_small_p_value_that_was_not_believed_helps_no_other_claim() -> None:
    """A look lowered to 证据不足 for a fault of its data is no discovery: it may not loosen the bound for others."""
    found = credits(claims(("effective", 0.04), ("insufficient", 1e-9)))
    assert found["v:0"].verdict == "insufficient"


def test_harms_do_not_loosen_the_bound_for_improvements() -> None:
    found = credits(claims(("effective", 0.04), *[("worse", 1e-9)] * 9))
    assert found["v:0"].verdict == "insufficient"


def test_a_harm_is_never_hidden() -> None:
    (harm, *_) = credits(claims(("worse", 0.04), *[("insufficient", 0.5)] * 9)).values()
    assert harm == Credit("worse", "", 0.04 * 10, 10)
    fact = credited(replace(GAIN, verdict="worse", alpha=0.05), harm)
    assert fact.verdict == "worse"
    assert "共比较了 10 项" in caution(fact)
    assert caution(replace(fact, q_value=0.05)) == ""


@given(told())
def test_credits_are_those_of_benjamini_and_hochberg_over_claims_of_improvement(claimed: list[Claim]) -> None:
    compared = [c for c in claimed if c.verdict not in ("invalid_contract", "not_identifiable")]
    p = [c.p_value if c.verdict in ("effective", "partly_effective") else 1.0 for c in compared]
    known = false_discovery_control(p) if p else []
    expected = {
        c.key for c, q in zip(compared, known, strict=True) if q <= c.alpha and c.verdict in list(NAMES)[:2]
    }
    found = credits(claimed)
    assert {key for key, credit in found.items() if credit.verdict in list(NAMES)[:2]} == expected


@given(told())
def test_no_verdict_becomes_better_and_only_improvements_are_taken_back(claimed: list[Claim]) -> None:
    found = credits(claimed)
    changed = [(c.verdict, found[c.key]) for c in claimed if found[c.key].verdict != c.verdict]
    assert all(
        was in list(NAMES)[:2] and now.verdict == "insufficient" and now.alone == was for was, now in changed
    )


def test_an_effect_that_is_taken_back_says_how_it_read_and_why_it_is_not_credited() -> None:
    fact = credited(GAIN, Credit("insufficient", "effective", 0.06, 12))
    assert (fact.verdict, fact.alone, fact.q_value, fact.compared) == ("insufficient", "effective", 0.06, 12)
    assert fact.sentence.startswith("证据不足：投诉率下降 40%（97.5% 区间 22%–55%），单独看为「有效」")
    assert "共比较了 12 项措施" in fact.sentence
    assert "q=0.060，须不大于 0.025" in fact.sentence


def test_a_look_without_a_credit_is_told_as_it_was_stored() -> None:
    assert credited(GAIN, None) == GAIN


def test_a_problem_whose_solution_is_not_credited_says_so() -> None:
    known = (
        ProblemFact("PRB-1", "安装迟到", "已见效", 5, 0.5),
        ProblemFact("PRB-2", "退款慢", "已见效", 5, 0.5),
    )
    assert [fact.state for fact in marked(known, {"PRB-1"})] == ["已见效，本报告未计成效", "已见效"]
