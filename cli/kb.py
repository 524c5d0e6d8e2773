"""voc kb: the knowledge base of answers and cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli.asking import by_person
from cli.output import as_json, as_table, console
from models.cases import knowing
from models.cases.knowing import Words
from models.engine import migrate, transaction
from sources.registry import open_source
from voc.errors import InputError

kb = typer.Typer(no_args_is_help=True)
COLUMNS = {"id": "编号", "question": "问题", "answer": "答复", "scenario": "适用场景", "version": "版本"}
NAMES = {
    "问题": "question",
    "答复": "answer",
    "适用场景": "scenario",
    "其他问法": "phrasings",
    "问题点": "issue",
}
CHUNK = 10_000
STATES = {"draft": "待审核", "published": "已发布", "retired": "已停用"}
Number = Annotated[int, typer.Argument(help="条目编号")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(kb, name="kb")
    kb.command("add", help="添加一条（待审核）")(add)
    kb.command(
        "import", help="从文件添加：列「问题」「答复」，可有「适用场景」「其他问法」（用竖线分隔）「问题点」"
    )(load)
    kb.command("search", help="按意思查找")(search)
    kb.command("list", help="列出条目")(listed)
    kb.command("publish", help="发布")(publish)
    kb.command("retire", help="停用")(retire)
    kb.command("harvest", help="把已见效的问题和表扬整理成待审核的案例")(harvest)


def add(
    question: Annotated[str, typer.Option(help="客户怎么问")],
    answer: Annotated[str, typer.Option(help="怎么答复")],
    scenario: Annotated[str, typer.Option(help="什么情况下适用")] = "",
    phrasing: Annotated[list[str], typer.Option(help="其他问法，可多次")] = [],  # noqa: B006
    issue: Annotated[str, typer.Option(help="具体问题点代码")] = "",
    publish: Annotated[bool, typer.Option("--publish", help="直接发布，不经审核")] = False,
) -> None:
    """Write an entry."""
    migrate()
    words = Words(question, answer, scenario, tuple(phrasing), issue or None)
    with transaction() as session:
        id_ = knowing.add(session, words, by_person(""), "published" if publish else "draft")
    console.print(f"知识条目 {id_} 已添加，{'已发布' if publish else '待审核：voc kb publish ' + str(id_)}。")


def load(
    file: Annotated[Path, typer.Argument(help="CSV、Excel 或 JSON 行文件")],
    publish: Annotated[bool, typer.Option("--publish", help="直接发布，不经审核")] = False,
) -> None:
    """Write many entries."""
    rows = [_renamed(row.payload) for chunk in open_source(file).chunks(CHUNK) for row in chunk.rows]
    if not rows or not {"question", "answer"} <= rows[0].keys():
        raise InputError(f"「{file}」里没有「问题」和「答复」两列（question、answer）。")
    migrate()
    with transaction() as session:
        for row in rows:
            knowing.add(session, _words(row), by_person(""), "published" if publish else "draft")
    console.print(f"已添加 {len(rows)} 条，{'已发布' if publish else '待审核'}。")


def _renamed(row: Mapping[str, str]) -> dict[str, str]:
    return {NAMES.get(column, column): cell for column, cell in row.items()}


def _words(row: Mapping[str, str]) -> Words:
    others = tuple((row.get("phrasings") or "").split("|"))
    return Words(row["question"], row["answer"], row.get("scenario") or "", others, row.get("issue") or None)


def search(
    question: Annotated[str, typer.Argument(help="问题")],
    count: Annotated[int, typer.Option(min=1, max=50, help="最多几条")] = 5,
    json: AsJson = False,
) -> None:
    """Find entries."""
    migrate()
    with transaction() as session:
        rows = knowing.search(session, question, count)
    if json:
        return as_json(rows)
    return as_table(
        "知识库", [{**row, "score": f"{row['score']:.2f}"} for row in rows], {**COLUMNS, "score": "相符程度"}
    )


def listed(
    state: Annotated[str, typer.Option(help="draft 待审核、published 已发布、retired 已停用")] = "published",
    json: AsJson = False,
) -> None:
    """List entries."""
    if state not in STATES:
        raise InputError(f"没有「{state}」这种状态，可用：{'、'.join(STATES)}。")
    migrate()
    with transaction() as session:
        rows = knowing.entries(session, state, 1_000)
    if json:
        return as_json(rows)
    return as_table(f"知识库（{STATES[state]}）", rows, {**COLUMNS, "used": "使用次数"})


def publish(number: Number, reason: Annotated[str, typer.Option(help="说明")] = "审核通过") -> None:
    """Publish an entry."""
    _settle(number, "published", reason)


def retire(number: Number, reason: Annotated[str, typer.Option(help="原因")]) -> None:
    """Take an entry out of use; its versions stay."""
    _settle(number, "retired", reason)


def _settle(number: int, state: str, reason: str) -> None:
    migrate()
    with transaction() as session:
        version = knowing.settle(session, number, state, reason, by_person(""))
    console.print(f"知识条目 {number} {STATES[state]}（版本 {version}）。")


def harvest(
    days: Annotated[int, typer.Option(min=1, help="只看最近多少天的表扬")] = 28,
    praises: Annotated[int, typer.Option(min=0, max=100, help="最多整理多少条表扬")] = 10,
) -> None:
    """Make drafts of what went well."""
    migrate()
    with transaction() as session:
        solved, praised = knowing.harvest(
            session, datetime.now(UTC) - timedelta(days=days), by_person(""), praises
        )
    console.print(
        f"整理出待审核的案例：已见效的问题 {solved} 个，表扬 {praised} 条。用 voc kb list --state draft 查看。"
    )
