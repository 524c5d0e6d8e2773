"""voc compare: every interval and test for shares, rates or scores typed on the command line; no database."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cli.output import as_json, as_table, progress_console
from voc.amounts import share
from voc.effect import comparisons
from voc.effect.comparisons import Finding, Span
from voc.effect.significance import Test, power_of_shares
from voc.errors import InputError

HELP = """比较两个比例或发生率，列出全部区间和检验。不需要数据库。

voc compare 56 70 48 80：第一组 70 中有 56，第二组 80 中有 48。只给一组时列单个比例的区间；三组以上检验各组是否相等。
--rates 时每对数是“事件数 暴露量”。--scores 时用 -- 之后的两段数，以 / 隔开：voc compare --scores 4 5 3 / 2 3 1。
说明见 docs/effect.md。"""
QUANTITIES = {
    "share": "比例", "rate": "发生率", "difference": "差值", "ratio": "比值", "odds_ratio": "优势比",
    "mean_difference": "均值差", "shift": "位置差",
}  # fmt: skip
COLUMNS = {"quantity": "量", "method": "方法", "estimate": "估计", "low": "下限", "high": "上限"}
TESTS = {
    "name": "检验",
    "statistic": "统计量",
    "df": "自由度",
    "p": "p（双侧）",
    "less": "p（更小）",
    "greater": "p（更大）",
}


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    # Scores may be negative: −1.6 is no option.
    app.command("compare", help=HELP,
                context_settings={"ignore_unknown_options": True})(compare)  # fmt: skip


def compare(
    numbers: Annotated[list[str], typer.Argument(help="X1 N1 X2 N2 ……")],
    rates: Annotated[bool, typer.Option("--rates", help="每对数是事件数和暴露量")] = False,
    scores: Annotated[bool, typer.Option("--scores", help="两段评分，以 / 隔开")] = False,
    power: Annotated[bool, typer.Option("--power", help="每组样本数 P1 P2：双侧检验的把握度")] = False,
    against: Annotated[float | None, typer.Option(help="只有一组时，与这个比例比较")] = None,
    trend: Annotated[str, typer.Option(help="趋势检验用的各组得分，如 0,0,0,1")] = "",
    alpha: Annotated[float, typer.Option(help="显著性水平；0.05 即 95% 区间")] = 0.05,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Print every interval and test."""
    if not 0 < alpha < 0.5:
        raise InputError("--alpha 须在 0 与 0.5 之间。")
    if power:
        return _tell_power(numbers, alpha, json)
    found = _samples(numbers, alpha) if scores else _pairs(_floats(numbers), rates, against, trend, alpha)
    if json:
        return as_json(_as_json(found, alpha))
    return _show(found, alpha)


def _floats(words: list[str]) -> list[float]:
    return [_float(word) for word in words]


def _float(word: str) -> float:
    value = share(word)
    if value is None or value != value:
        raise InputError(f"「{word}」不是数。请写成 voc compare 56 70 48 80。")
    if not abs(value) < 1e15:
        raise InputError("数太大或不是有限的数。")
    return value


def _count(value: float) -> int:
    if value < 0 or value != int(value):
        raise InputError(f"「{value:g}」不是计数：事件数和人数须是不小于 0 的整数。")
    return int(value)


def _pairs(values: list[float], rates: bool, against: float | None, trend: str, alpha: float) -> Finding:
    if not values or len(values) % 2:
        raise InputError("数要成对：X1 N1 X2 N2，即各组的事件数和总数（--rates 时是暴露量）。")
    events = [_count(value) for value in values[::2]]
    if rates:
        return _rates(events, values[1::2], alpha)
    totals = [_count(value) for value in values[1::2]]
    for x, n in zip(events, totals, strict=True):
        if n == 0 or x > n:
            raise InputError(f"「{x} {n}」不成立：总数须大于 0，且不小于事件数。")
    if len(events) == 1:
        if against is not None and not 0 < against < 1:
            raise InputError("--against 须在 0 与 1 之间。")
        return comparisons.one_share(events[0], totals[0], against, alpha)
    if len(events) == 2:
        return comparisons.two_shares(events[0], totals[0], events[1], totals[1], alpha)
    return comparisons.many_shares(events, totals, _weights(trend, len(events)), alpha)


def _weights(trend: str, groups: int) -> list[float] | None:
    weights = _floats(trend.replace("，", ",").split(",")) if trend else None
    if weights is not None and (len(weights) != groups or len(set(weights)) < 2):
        raise InputError(f"--trend 须有 {groups} 个得分，且不全相同。")
    return weights


def _rates(events: list[int], exposure: list[float], alpha: float) -> Finding:
    if min(exposure) <= 0:
        raise InputError("暴露量须大于 0。")
    if len(events) == 1:
        return comparisons.one_rate(events[0], exposure[0], alpha)
    if len(events) == 2:
        return comparisons.two_rates(events[0], exposure[0], events[1], exposure[1], alpha)
    raise InputError("--rates 一次比较一组或两组。")


def _samples(words: list[str], alpha: float) -> Finding:
    if words.count("/") != 1:
        raise InputError("两段评分之间用一个 / 隔开：voc compare --scores 4 5 3 / 2 3 1。")
    place = words.index("/")
    first, second = _floats(words[:place]), _floats(words[place + 1 :])
    if min(len(first), len(second)) < 2:
        raise InputError("每段评分至少两个。")
    return comparisons.two_samples(first, second, alpha)


def _tell_power(words: list[str], alpha: float, json: bool) -> None:
    values = _floats(words)
    if len(values) != 3 or values[0] < 1 or not all(0 <= p <= 1 for p in values[1:]):
        raise InputError("--power 要三个数：每组样本数和两个比例，如 voc compare --power 50 0.5 0.75。")
    power = power_of_shares(values[0], values[1], values[2], alpha)
    if json:
        return as_json({"power": power, "n": values[0], "p1": values[1], "p2": values[2], "alpha": alpha})
    return typer.echo(f"每组 {values[0]:g} 个，比例 {values[1]:g} 与 {values[2]:g}：把握度 {power:.7g}。")


def _as_json(found: Finding, alpha: float) -> dict[str, object]:
    return {
        "alpha": alpha,
        "intervals": [{k: _finite(v) for k, v in asdict(span).items()} for span in found.spans],
        "tests": [
            {"name": name, **{k: _finite(v) for k, v in asdict(test).items()}}
            for name, test in found.tests.items()
        ],
        "skipped": found.skipped,
    }  # fmt: skip


def _finite(value: object) -> object:
    # JSON has no infinity: an end that does not exist is null.
    return None if isinstance(value, float) and not abs(value) < float("inf") else value


def _show(found: Finding, alpha: float) -> None:
    as_table(f"{100 * (1 - alpha):g}% 区间", [_span_row(span) for span in found.spans], COLUMNS)
    if found.tests:
        as_table("检验", [_test_row(name, test) for name, test in found.tests.items()], TESTS)
    if any(span.advised for span in found.spans):
        progress_console.print("标 ★ 的是本系统判定时所用的区间。", highlight=False)
    if found.skipped:
        progress_console.print(
            f"未计算：{'、'.join(found.skipped)}（数据量大时与其他检验几乎相同）。", highlight=False
        )


def _span_row(span: Span) -> dict[str, object]:
    head, *rest = span.quantity.split(" ")
    name = f"第 {rest[0]} 组{QUANTITIES[head]}" if rest else QUANTITIES[head]
    return {
        "quantity": name, "method": span.method + (" ★" if span.advised else ""),
        **{end: _number(getattr(span, end)) for end in ("estimate", "low", "high")},
    }  # fmt: skip


def _test_row(name: str, test: Test) -> dict[str, object]:
    sides = {"p": test.p_value, "less": test.less, "greater": test.greater}
    shown = {key: None if p is None else f"{p:.4g}" for key, p in sides.items()}
    return {
        "name": name,
        "statistic": _number(test.statistic),
        "df": _number(test.df) if test.df else None,
        **shown,
    }


def _number(value: float) -> str:
    if abs(value) == float("inf"):
        return "∞" if value > 0 else "−∞"
    return "—" if value != value else f"{value:.7g}"
