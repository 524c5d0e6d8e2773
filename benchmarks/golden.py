"""Every published value of the golden file beside what `voc compare` prints for it, to the printed digits.

Run: python -m benchmarks.golden
The file is `golden_statistics/golden.json` of the public data folder (VOC_PUBLIC_DATA).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from cli import build

DATA = Path(os.environ.get("VOC_PUBLIC_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
DIFFERENCE, SMOKERS = "56 70 48 80", "83 86 90 93 129 136 70 82"
# What is read of the answer: an interval by its quantity and method, a test by its name, or the power.
Wanted = Mapping[str, tuple[str, ...]]
WANTED: dict[str, tuple[str, Wanted]] = {
    **{
        f"diffprop_{name}_56of70_48of80": (DIFFERENCE, {"interval": ("difference", method)})
        for name, method in {
            "wald": "Wald", "wald_cc": "Wald 连续性校正", "haldane": "Haldane", "jeffreys_perks": "Jeffreys–Perks",
            "mee": "Mee 得分", "miettinen_nurminen": "Miettinen–Nurminen 得分", "newcombe_score": "Newcombe 混合得分",
            "newcombe_score_cc": "Newcombe 连续性校正", "hauck_anderson": "Hauck–Anderson",
            "agresti_caffo": "Agresti–Caffo", "brown_li_jeffreys": "Brown–Li Jeffreys",
        }.items()
    },
    "proptest_smokers_k4": (SMOKERS, {"test": ("卡方（各组相等）",)}),
    "proptrend_smokers": (SMOKERS, {"test": ("卡方（线性趋势）",)}),
    "proptrend_smokers_0001": (f"{SMOKERS} --trend 0,0,0,1", {"test": ("卡方（线性趋势）",)}),
    "prop1_52of100_cc": ("52 100 --against 0.5",
                         {"test": ("卡方（Yates 校正）",), "interval": ("share", "Wilson 连续性校正")}),
    "prop1_52of100": ("52 100 --against 0.5", {"test": ("得分（不校正）",), "interval": ("share", "Wilson")}),
    "binom_682of925": ("682 925 --against 0.75",
                       {"test": ("精确二项",), "interval": ("share", "Clopper–Pearson 精确")}),
    "fisher_tea": ("3 4 1 4", {"greater": ("Fisher 精确",)}),
    "power_prop_n50": ("--power 50 0.5 0.75", {"power": ()}),
    **{
        f"poisson1_{name}_15_400": ("--rates 15 400", {"interval": ("rate", method)})
        for name, method in {"exact-c": "精确（Garwood）", "score": "得分", "wald": "Wald"}.items()
    },
}  # fmt: skip


def main() -> None:
    """Print the table, and how many agree."""
    rows = list(compared())
    print("| what | published | ours | agrees | command |\n|---|---|---|---|---|")
    for row in rows:
        published, ours = (
            ", ".join(f"{v:g}" if k == "p" else f"{v:.7g}" for k, v in row[part])
            for part in ("published", "ours")
        )
        print(
            f"| {row['what']} | {published} | {ours} | {'yes' if row['agrees'] else '**no**'} | `{row['command']}` |"
        )
    print(f"\n{sum(row['agrees'] for row in rows)} of {len(rows)} agree to the printed digits.")


def compared() -> list[dict[str, Any]]:
    """One row for each published value: what it is, both sides as (name, number), whether they agree, the command."""
    golden = json.loads((DATA / "golden_statistics" / "golden.json").read_text("utf-8"))
    return [_row(entry) for entry in golden]


def _row(entry: Mapping[str, Any]) -> dict[str, Any]:
    command, wanted = WANTED[entry["id"]]
    found = _found(asked(command), wanted)
    expected = entry["expected"]
    published = (
        list(zip(("lo", "hi"), expected, strict=True))
        if isinstance(expected, list)
        else list(expected.items())
    )
    ours = [(name, found[name]) for name, _ in published]
    agrees = all(_same(value, mine) for (_, value), (_, mine) in zip(published, ours, strict=True))
    return {
        "what": entry["what"],
        "published": published,
        "ours": ours,
        "agrees": agrees,
        "command": f"voc compare {command}",
    }


@cache
def asked(command: str) -> Any:
    """What the command answers as JSON."""
    result = CliRunner().invoke(build(["compare", "effect"]), ["compare", *command.split(), "--json"])
    return json.loads(result.stdout)


def _found(answer: Any, wanted: Wanted) -> dict[str, float]:
    found: dict[str, float] = {}
    for kind, names in wanted.items():
        if kind == "power":
            found["power"] = answer["power"]
        elif kind == "interval":
            found |= _interval(answer["intervals"], names)
        else:
            found |= _test(answer["tests"], names[0], kind)
    return found


def _interval(spans: Sequence[Mapping[str, Any]], names: tuple[str, ...]) -> dict[str, float]:
    one = next(span for span in spans if (span["quantity"], span["method"]) == names)
    return {"lo": one["low"], "hi": one["high"]}


def _test(tests: Sequence[Mapping[str, Any]], name: str, kind: str) -> dict[str, float]:
    one = next(test for test in tests if test["name"] == name)
    # A score test is printed as z; its square is the published chi-square.
    squared = one["statistic"] ** 2 if not one["df"] else one["statistic"]
    return {"X2": squared, "df": one["df"], "p": one["greater"] if kind == "greater" else one["p_value"]}


def _same(published: float, ours: float) -> bool:
    """Whether ours rounds to the published digits."""
    shown = f"{published!r}"
    digits = len(shown.split(".")[1]) if "." in shown and "e" not in shown else 0
    return abs(round(ours, min(digits, 12)) - published) < 10.0 ** -min(digits, 12) * 0.5 + 1e-15


if __name__ == "__main__":
    main()
