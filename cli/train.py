"""voc train, evaluate, adopt: models learn from labels, and replace the one in use only when they are better."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markdown import Markdown

from cli.output import as_json, as_table, console
from models.analysis import labelling
from models.engine import migrate, transaction
from tasks import train as training
from tasks.assets import model
from voc.errors import InputError
from voc.learning import card
from voc.wording import who

Who = Annotated[str, typer.Option("--by", help="由谁决定；留空为当前登录用户")]
STEPS = {"adopt": "采用", "back": "退回"}
Version = Annotated[str, typer.Argument(help="模型版本；留空为最近训练的一个")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("train")(train)
    app.command("evaluate")(evaluate)
    app.command("adopt")(adopt)
    app.command("models")(models)


def train(by: Who = "") -> None:
    """Train a candidate and show its card."""
    migrate()
    found = training.train(datetime.now(UTC), by or getpass.getuser())
    console.print(Markdown(card.trained(found)))
    console.print(f"候选模型已保存。比较：voc evaluate {found['version']}")


def evaluate(version: Version = "") -> None:
    """Show a candidate beside the model in use."""
    migrate()
    name, judgement, _, text = training.evaluate(version)
    console.print(Markdown(text))
    if training.candidates():
        console.print(f"模型卡：{training.report_path(name)}")
    if judgement.refusal is None:
        console.print(f"采用：voc adopt {name}")


def adopt(
    version: Version = "",
    back: Annotated[bool, typer.Option("--back", help="退回上一个模型")] = False,
    reason: Annotated[str, typer.Option(help="理由，写入记录")] = "",
    by: Who = "",
) -> None:
    """Put a candidate to use, or go back."""
    migrate()
    who, now = f"person:{by or getpass.getuser()}", datetime.now(UTC)
    if back and version:
        raise InputError("--back 退回上一个模型，不能同时指定版本。")
    if back:
        console.print(f"已退回模型 {training.back(now, who, reason)}。")
    else:
        name, judgement = training.adopt(version, now, who, reason)
        gain = judgement.overall
        console.print(
            f"已采用模型 {name}：在 {judgement.rows} 条审计样本上，"
            f"正确率高 {gain.mean * 100:.1f} 个百分点（下限 {gain.low * 100:.1f}）。"
        )
    console.print(
        "按新模型重读历史：voc recode（验证在重读完成前等待）。正在运行的 voc serve 下一轮自动使用新模型。"
    )


def models(json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """List which models were put to use, by whom and why."""
    migrate()
    with transaction() as session:
        rows = [
            {"at": a.at, "step": a.step, "version": a.version, "replaced": a.replaced, "by": a.by, "reason": a.reason,
             "facts": a.facts}
            for a in labelling.adopted(session)
        ]  # fmt: skip
    if json:
        return as_json({"in_use": model().version, "candidates": training.candidates(), "history": rows})
    console.print(f"现用模型：{model().version}")
    console.print(f"候选模型：{'、'.join(training.candidates()) or '暂无'}")
    named = [{**row, "step": STEPS[str(row["step"])], "by": who(str(row["by"]))} for row in rows]
    return as_table("采用记录", named, {"at": "时间", "step": "操作", "version": "模型", "replaced": "原模型",
                                    "by": "决定人", "reason": "理由"})  # fmt: skip
