"""Every interval and test for two shares, two rates, or two samples of scores, gathered for a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from voc.effect import intervals, rates, shares
from voc.effect import significance as tests


@dataclass(frozen=True)
class Span:
    """One interval: what it is of, by which method, with the point estimate of that quantity."""

    quantity: str
    method: str
    estimate: float
    low: float
    high: float
    advised: bool = False


@dataclass(frozen=True)
class Finding:
    """All intervals and named tests of one comparison; `skipped` says which were not computed and why."""

    spans: list[Span]
    tests: dict[str, tests.Test]
    skipped: list[str]


Entry = tuple[str, str, Callable[..., Any], dict[str, Any]]
ONE_SHARE: tuple[Entry, ...] = (
    ("share", "Wilson*", intervals.wilson, {}),
    ("share", "Wilson 连续性校正", shares.wilson_corrected, {}),
    ("share", "Clopper–Pearson 精确", intervals.clopper_pearson, {}),
    ("share", "Jeffreys", shares.jeffreys, {}),
    ("share", "Agresti–Coull", shares.agresti_coull, {}),
    ("share", "Wald", shares.wald_one, {}),
)
ONE_RATE: tuple[Entry, ...] = (
    ("rate", "精确（Garwood）*", intervals.rate_exact, {}),
    ("rate", "得分", intervals.rate_score, {}),
    ("rate", "Wald", rates.wald_one, {}),
)
TWO_SHARES: tuple[Entry, ...] = (
    ("difference", "Newcombe 混合得分*", intervals.newcombe, {}),
    ("difference", "Newcombe 连续性校正", shares.newcombe_corrected, {}),
    ("difference", "Miettinen–Nurminen 得分", intervals.miettinen_nurminen, {}),
    ("difference", "Mee 得分", intervals.miettinen_nurminen, {"corrected": False}),
    ("difference", "Agresti–Caffo", shares.agresti_caffo, {}),
    ("difference", "Wald", shares.wald, {}),
    ("difference", "Wald 连续性校正", shares.wald, {"corrected": True}),
    ("difference", "Hauck–Anderson", shares.hauck_anderson, {}),
    ("difference", "Haldane", shares.beal, {}),
    ("difference", "Jeffreys–Perks", shares.beal, {"perks": True}),
    ("difference", "Brown–Li Jeffreys", shares.brown_li, {}),
    ("ratio", "Newcombe 混合得分（MOVER-R）*", intervals.share_ratio, {}),
    ("ratio", "Koopman 得分", shares.ratio_score, {}),
    ("ratio", "Miettinen–Nurminen 得分", shares.ratio_score, {"corrected": True}),
    ("ratio", "Katz 对数", shares.katz, {}),
    ("odds_ratio", "Woolf 对数", shares.odds_ratio, {}),
)
TWO_RATES: tuple[Entry, ...] = (
    ("ratio", "得分（条件二项）*", intervals.rate_ratio_score, {}),
    ("ratio", "精确（条件二项）", intervals.rate_ratio_exact, {}),
    ("ratio", "Wald 对数", rates.ratio_log, {}),
    ("difference", "得分", rates.difference_score, {}),
    ("difference", "MOVER", rates.difference_mover, {}),
    ("difference", "Wald", rates.difference_wald, {}),
)


def _spans(
    entries: Sequence[Entry], values: Sequence[float], estimates: dict[str, float], alpha: float
) -> list[Span]:
    made = []
    for quantity, method, function, options in entries:
        low, high = function(*values, alpha=alpha, **options)
        made.append(
            Span(
                quantity,
                method.rstrip("*"),
                estimates[quantity],
                float(low),
                float(high),
                method.endswith("*"),
            )
        )
    return made


def _divide(top: float, bottom: float) -> float:
    return top / bottom if bottom else (float("inf") if top else float("nan"))


def one_share(x: int, n: int, against: float | None = None, alpha: float = 0.05) -> Finding:
    """Intervals of one share, and its tests against a fixed one when there is one."""
    found = _spans(ONE_SHARE, (x, n), {"share": x / n}, alpha)
    if against is None:
        return Finding(found, {}, [])
    named = {
        "得分（不校正）": tests.share_score(x, n, against),
        "卡方（Yates 校正）": tests.share_corrected(x, n, against),
        "精确二项": tests.share_exact(x, n, against),
    }
    return Finding(found, named, [])


def one_rate(x: int, exposure: float, alpha: float = 0.05) -> Finding:
    """Intervals of one Poisson rate."""
    return Finding(_spans(ONE_RATE, (x, exposure), {"rate": x / exposure}, alpha), {}, [])


def two_shares(x1: int, n1: int, x2: int, n2: int, alpha: float = 0.05) -> Finding:
    """All intervals and tests for p1 = x1/n1 against p2 = x2/n2."""
    values = (x1, n1, x2, n2)
    estimates = {
        "difference": x1 / n1 - x2 / n2,
        "ratio": _divide(x1 * n2, x2 * n1),
        "odds_ratio": _divide(x1 * (n2 - x2), x2 * (n1 - x1)),
    }
    named = {
        "卡方（不校正）": tests.chi_square(*values),
        "卡方（Yates 校正）": tests.chi_square_corrected(*values),
        "卡方（N−1，Campbell）": tests.chi_square_campbell(*values),
        "G 检验": tests.g_test((x1, x2), (n1, n2)),
        "z（合并方差）": tests.z_pooled(*values),
        "z（各自方差）": tests.z_unpooled(*values),
        "Fisher 精确": tests.fisher(*values),
        "Fisher mid-p": tests.fisher_mid_p(*values),
        "Barnard 精确": tests.barnard(*values),
        "Boschloo 精确": tests.boschloo(*values),
    }
    exact = Span("odds_ratio", "精确（条件）", *tests.conditional_odds_ratio(*values, alpha))
    return Finding([*_spans(TWO_SHARES, values, estimates, alpha), exact], *_computed(named))


def many_shares(
    x: Sequence[int], n: Sequence[int], scores: Sequence[float] | None, alpha: float = 0.05
) -> Finding:
    """Wilson's interval of each share, and tests that all are equal or follow a trend."""
    ends = [intervals.wilson(a, b, alpha) for a, b in zip(x, n, strict=True)]
    spans = [
        Span(f"share {i}", "Wilson", a / b, float(low), float(high))
        for i, (a, b, (low, high)) in enumerate(zip(x, n, ends, strict=True), 1)
    ]
    named = {
        "卡方（各组相等）": tests.chi_square_many(x, n),
        "G 检验（各组相等）": tests.g_test(x, n),
        "卡方（线性趋势）": tests.trend(x, n, scores),
    }
    return Finding(spans, named, [])


def two_rates(x1: int, e1: float, x2: int, e2: float, alpha: float = 0.05) -> Finding:
    """All intervals and tests for r1 = x1/e1 against r2 = x2/e2."""
    values = (x1, e1, x2, e2)
    estimates = {"ratio": _divide(x1 * e2, x2 * e1), "difference": x1 / e1 - x2 / e2}
    named = {
        "精确（条件二项）": tests.rates_exact(*values),
        "条件 mid-p": tests.rates_mid_p(*values),
        "得分": tests.rates_score(*values),
        "Wald": tests.rates_wald(*values),
        "Wald 对数": tests.rates_log_wald(*values),
        "似然比": tests.rates_likelihood(*values),
        "E 检验": tests.rates_e_test(*values),
    }
    return Finding(_spans(TWO_RATES, values, estimates, alpha), *_computed(named))


def two_samples(first: Sequence[float], second: Sequence[float], alpha: float = 0.05) -> Finding:
    """Welch and Mann–Whitney with Hodges–Lehmann for two samples of scores."""
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    mean, rank = tests.welch(a, b, alpha), tests.mann_whitney(a, b, alpha)
    spans = [
        Span("mean_difference", "Welch", mean.estimate, mean.low, mean.high, True),
        Span("shift", "Hodges–Lehmann", rank.estimate, rank.low, rank.high),
    ]
    return Finding(spans, {"Welch t": mean.test, "Mann–Whitney": rank.test}, [])


def _computed(named: dict[str, tests.Test | None]) -> tuple[dict[str, tests.Test], list[str]]:
    done = {name: test for name, test in named.items() if test is not None}
    return done, [name for name in named if name not in done]
