"""voc audit: a weekly sample read by two people, their agreement, and shares corrected for what the model misread."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import as_json, as_table, console
from models.engine import migrate
from tasks import audit as stages
from tasks.common import moment
from voc.audit.report import Question
from voc.audit.sheet import monday_of, week_of
from voc.errors import InputError

Week = Annotated[str, typer.Option("--week", help="哪一周：2026-W21，或该周任意一天；留空为最近一个完整的周")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    audit = typer.Typer(no_args_is_help=True)
    audit.command("draw", help="抽取一周的样本，给两位读者各写一张表（看不到模型的判断）")(draw)
    audit.command("import", help="导入填好的表")(import_sheet)
    audit.command("report", help="一致性、分歧、模型混淆、校正后的占比")(report)
    app.add_typer(audit, name="audit")


def draw(
    out: Annotated[Path, typer.Option("--out", help="写到哪个 CSV 文件；两位读者的文件名后加 -1、-2")],
    week: Week = "",
    rows: Annotated[int, typer.Option("--rows", min=8, max=2000, help="抽多少条")] = 60,
) -> None:
    """Draw the sample of a week and write the sheets."""
    migrate()
    now = moment(None)
    week = week_of(monday_of(week)) if week else stages.default_week(now)
    count = stages.draw_week(week, rows, now)
    paths = stages.write_sheets(week, out)
    console.print(
        f"{week}：共 {count} 条，两份表顺序不同，请两人各自填写「类型」（必填）和「领域」。", highlight=False
    )
    for path in paths:
        console.print(f"  {path}", highlight=False)
    console.print(f"填好后运行：voc audit import {paths[0]} --reader 姓名", highlight=False)


def import_sheet(
    file: Annotated[Path, typer.Argument(help="填好的 CSV 或 Excel 文件")],
    reader: Annotated[str, typer.Option("--reader", help="读者姓名")],
) -> None:
    """Take a filled-in sheet."""
    if not reader.strip():
        raise InputError("请用 --reader 写明读者姓名。")
    migrate()
    stored, troubles = stages.take_in(file, reader.strip(), moment(None))
    for trouble in troubles:
        console.print(f"[red]✗[/red] {trouble}", highlight=False)
    tail = f"，有 {len(troubles)} 处没有采用，改好后可以再次导入。" if troubles else "。"
    if not stored and not troubles:
        raise InputError(f"「{file.name}」的「类型」还都空着：请填好（投诉、建议、咨询或表扬）再导入。")
    console.print(f"已保存 {reader} 的 {stored} 条判断{tail}", highlight=False)
    if troubles:
        raise typer.Exit(1)


def report(
    week: Annotated[list[str] | None, typer.Option("--week", help="只看哪几周；留空为全部")] = None,
    json: AsJson = False,
    out: Annotated[Path | None, typer.Option("--out", help="另写一份 HTML")] = None,
) -> None:
    """Tell agreement, disagreements, confusion and corrected shares."""
    migrate()
    weeks, questions = stages.report(week or None)
    if json:
        return as_json({"weeks": weeks, "questions": [_plain(one) for one in questions]})
    if not questions:
        return console.print("还没有复核结果：先运行 voc audit draw，两人填好后用 voc audit import 导入。")
    for one in questions:
        _show(one, stages.class_names())
    if out is not None:
        from notifications.audit_pages import render_audit

        out.write_text(render_audit(weeks, questions, stages.class_names(), moment(None)), encoding="utf-8")
        console.print(f"已写到 {out}", highlight=False)
    return None


def _show(one: Question, names: dict[str, str]) -> None:
    found = one.agreement
    console.print(
        f"[bold]{one.title}[/bold]　读了 {one.rows} 条，两人都读的 {found.rows} 条", highlight=False
    )
    if found.rows:
        console.print(
            f"两人一致 {found.equal:.0%}，Kappa {found.kappa:.2f}（95% 区间 {found.low:.2f} 至 {found.high:.2f}，"
            f"{found.word}），Krippendorff α {found.alpha:.2f}",
            highlight=False,
        )
    console.print(f"模型与读者一致的反馈约占全部的 {one.right:.0%}", highlight=False)
    as_table("占比", [
        {"class": names[name], "model": f"{share.model:.1%}", "corrected": f"{share.corrected:.1%}",
         "interval": f"{share.low:.1%} 至 {share.high:.1%}"}
        for name, share in one.shares.items()
    ], {"class": one.title, "model": "模型", "corrected": "校正后", "interval": "95% 区间"})  # fmt: skip
    as_table("分歧", [
        {"number": item.number, "text": item.text[:60], **{r: names[item.said[r]] for r in item.said}}
        for item in one.disagreements
    ], {"number": "编号", "text": "内容", **{reader: reader for reader in one.readers}})  # fmt: skip


def _plain(one: Question) -> dict[str, Any]:
    names = stages.class_names()
    return {
        "title": one.title, "rows": one.rows, "readers": one.readers, "agreement": vars(one.agreement),
        "right": one.right,
        "shares": {names[name]: vars(share) for name, share in one.shares.items()},
        "confusion": {"classes": [names[name] for name in one.classes], "share": one.confusion.tolist()},
        "disagreements": [
            {"number": item.number, "text": item.text, "model": names[item.model],
             "said": {reader: names[word] for reader, word in item.said.items()}}
            for item in one.disagreements
        ],
    }  # fmt: skip
