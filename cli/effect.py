"""voc effect: whether something worked, from a table of a series or of many units; needs no database."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import typer

from cli.effect_input import Asked, Table, read
from cli.output import as_json, as_table, progress_console
from cli.table import check_target
from voc.effect import ladder
from voc.effect.panel import Answer, Terms
from voc.errors import InputError, reason

HELP = """从一张表判断一项措施是否有效：给出估计、区间、判定和理由。不需要数据库。

--design auto 选数据允许的最高一级：分批双重差分 → 合成对照、双重差分、带对照的中断时间序列 → 中断时间序列 → 前后对比。
说明和已发表算例的对照见 docs/effect.md。"""
Design = Literal["auto", "cohort", "did", "sc", "sdid", "cits", "its", "its-nb", "bsts", "before-after"]
Scale = Literal["auto", "ratio", "difference", "log"]
Family = Literal["auto", "counts", "numbers"]
Shape = Literal["auto", "level", "slope"]
Errors = Literal["auto", "quasi", "poisson", "newey-west"]
Controls = Literal["never", "not-yet"]
CHECKS = {"sentence": "检查", "state": "结果"}
MODELS = {"model": "换一种假设", "estimate": "估计", "low": "下限", "high": "上限", "p": "p"}


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("effect", help=HELP)(effect)


def effect(
    file: Annotated[Path, typer.Argument(help="CSV、Excel 或 JSON 行文件")],
    time: Annotated[str, typer.Option("--time", help="时间列；年月分列时写 year+month")],
    value: Annotated[str, typer.Option("--value", help="数值列")],
    intervention: Annotated[str, typer.Option("--intervention", help="上线时间，写法同时间列")] = "",
    design: Annotated[Design, typer.Option("--design", help="设计；auto 为数据允许的最高一级")] = "auto",
    exposure: Annotated[str, typer.Option(help="暴露量列（订单数、人口……）")] = "",
    unit: Annotated[str, typer.Option(help="单位列（门店、地区……）")] = "",
    treated: Annotated[str, typer.Option(help="实施单位的名称（逗号分隔），或 0/1 列")] = "",
    group: Annotated[str, typer.Option(help="各单位上线时间的列；空或 0 为从未")] = "",
    exclude: Annotated[str, typer.Option(help="不用作对照的单位（逗号分隔）")] = "",
    control: Annotated[list[str] | None, typer.Option(help="对照列，可重复；与单位列二选一")] = None,
    covariate: Annotated[list[str] | None, typer.Option(help="分批双重差分的协变量列，可重复")] = None,
    direction: Annotated[Literal["decrease", "increase"], typer.Option(help="希望的方向")] = "decrease",
    smallest: Annotated[float, typer.Option(help="最小有意义的相对变化")] = 0.1,
    alpha: Annotated[float, typer.Option(help="显著性水平")] = 0.05,
    season: Annotated[str, typer.Option(help="一季的时点数；auto 自动，0 没有")] = "auto",
    scale: Annotated[Scale, typer.Option(help="按比值或差值；log 指数值已取对数")] = "auto",
    family: Annotated[Family, typer.Option(help="数值是计数还是一般的数")] = "auto",
    shape: Annotated[Shape, typer.Option(help="仅水平变化，或水平和斜率变化")] = "auto",
    errors: Annotated[Errors, typer.Option(help="误差的算法")] = "auto",
    controls: Annotated[Controls, typer.Option(help="分批时的对照：从未上线，或尚未上线")] = "never",
    trend: Annotated[bool, typer.Option(help="中断时间序列是否含趋势")] = True,
    washout: Annotated[int, typer.Option(min=0, help="上线后不计的时点数")] = 0,
    sheet: Annotated[str, typer.Option(help="Excel 工作表的名字或序号；留空读第一张")] = "",
    encoding: Annotated[str, typer.Option(help="文件编码；留空自动识别")] = "",
    picture: Annotated[str, typer.Option(help="图片文件：.svg 或 .html")] = "",
    json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Measure, judge and tell."""
    _check(smallest, alpha, file, picture)
    table = read(file, Asked(time, value, exposure, unit, treated, group, intervention, tuple(control or ()),
                             tuple(covariate or ()), exclude, season, family, sheet, encoding))  # fmt: skip
    terms = Terms(direction, smallest, alpha, _scale(scale, value, table), shape, errors, controls,
                  0 if season == "0" else None, trend, washout, _spoken(value))  # fmt: skip
    found = ladder.measure(table.panel, terms, design)
    if picture:
        _draw(picture, table, found, terms)
    return as_json(_as_json(found, table, terms)) if json else _show(found, table, terms)


def _check(smallest: float, alpha: float, file: Path, picture: str) -> None:
    if not 0 < smallest < 1 or not 0 < alpha < 0.5:
        raise InputError("--smallest 须在 0 与 1 之间，--alpha 须在 0 与 0.5 之间。")
    if picture:
        check_target(file, picture, "--picture")
        if Path(picture).suffix.lower() not in (".svg", ".html"):
            raise InputError("--picture 请以 .svg 或 .html 结尾。")


def _scale(asked: Scale, value: str, table: Table) -> Scale:
    """The scale asked for; a column whose name says so holds logarithms, and that is told."""
    if asked != "auto" or not table.logged:
        return asked
    table.notes.append(f"按列名把「{value}」当作已取对数的数值；不是的话请加 --scale difference。")
    return "log"


def _spoken(name: str) -> str:
    """A column's name as it stands in a Chinese sentence."""
    return f"{name} " if name[-1:].isascii() else name


def _draw(picture: str, table: Table, found: Answer, terms: Terms) -> None:
    from notifications.effect_chart import drawing

    made = drawing(
        found, table.panel.after, table.times, table.labels, terms.name, ladder.NAMES[_design(found)]
    )
    text = made.image if picture.lower().endswith(".svg") else made.page
    try:
        Path(picture).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"写不了「{picture}」：{reason(error)}。") from error


def _design(found: Answer) -> str:
    return found.effect.design.replace("before_after", "before-after")


def _as_json(found: Answer, table: Table, terms: Terms) -> dict[str, Any]:
    one = found.effect
    made: dict[str, Any] = _plain({
        "design": _design(found), "design_name": ladder.NAMES[_design(found)], "why": found.why, "scale": one.scale,
        "estimate": one.estimate, "ci": [one.low, one.high], "alpha": terms.alpha, "p": one.p_value,
        "relative": dict(zip(("estimate", "low", "high"), one.change, strict=True)),
        "counterfactual": one.before, "observed": one.after,
        "direction": terms.direction, "smallest": terms.smallest,
        "verdict": found.verdict.name, "verdict_code": found.verdict.code, "sentence": found.verdict.sentence,
        "diagnostics": [asdict(check) for check in found.checks],
        "facts": {k: v for k, v in one.diagnostics.items()} | {"dispersion": one.dispersion},
        "other_models": found.others, "details": _labelled(found.details, table), "notes": table.notes,
        "units": len(table.panel.units), "times": len(table.labels), "rhythm": table.rhythm,
    })  # fmt: skip
    return made


def _labelled(details: dict[str, Any], table: Table) -> dict[str, Any]:
    """Places of a cohort table under the names that the file gives them."""
    if "att_gt" not in details:
        return details
    rows = [
        row | {"cohort": table.labels[row["cohort"]], "time": table.labels[row["time"]]}
        for row in details["att_gt"]
    ]
    by_cohort = {table.labels[g]: one for g, one in details["by_cohort"].items()}
    return details | {"att_gt": rows, "by_cohort": by_cohort}


def _plain(value: Any) -> Any:
    """Numbers that JSON knows; an end that does not exist is null."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _show(found: Answer, table: Table, terms: Terms) -> None:
    one = found.effect
    typer.echo(found.verdict.sentence + "。")
    typer.echo(f"设计：{ladder.NAMES[_design(found)]}（{found.why}）。")
    kind = {"ratio": "比值", "difference": "差值", "log": "对数差"}[one.scale]
    level = f"{100 * (1 - terms.alpha):g}% 区间"
    ends = f"{level} {one.low:.5g} 至 {one.high:.5g}），p={one.p_value:.3g}"
    known = math.isfinite(one.low) or math.isfinite(one.high)
    typer.echo(f"{kind} {one.estimate:.5g}（" + (ends if known else "单位太少，给不出区间）") + "；")
    typer.echo(f"没有措施时预计 {one.before:.5g}，实际 {one.after:.5g}。")
    rows = [
        {"sentence": c.sentence, "state": "✗ 改变结论" if c.fault else "✓"}
        for c in found.checks
        if c.sentence
    ]
    as_table("诊断", rows, CHECKS)
    if found.others:
        as_table("其他假设下的结果", [_model_row(row) for row in found.others], MODELS)
    if "att_gt" in found.details:
        _show_cohorts(found, table)
    for note in table.notes:
        progress_console.print(note, highlight=False)


def _model_row(row: dict[str, Any]) -> dict[str, Any]:
    return {key: part if isinstance(part, str) else f"{part:.4g}" for key, part in row.items()}


def _show_cohorts(found: Answer, table: Table) -> None:
    rows = [
        {
            "cohort": row["cohort"],
            "time": row["time"],
            "att": f"{row['att']:.4f}",
            "se": f"{row['se']:.4f}",
            "units": row["units"],
        }
        for row in _labelled(found.details, table)["att_gt"]
    ]
    as_table(
        "各批次、各时点的效应 ATT(g,t)",
        rows,
        {"cohort": "批次", "time": "时点", "att": "效应", "se": "标准误", "units": "单位"},
    )
