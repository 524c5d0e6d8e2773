"""voc label: people say what feedback means, in the terminal or in a sheet; every answer is stored at once."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.panel import Panel
from rich.text import Text

from cli.output import as_table, console
from models.analysis import labelling
from models.analysis.labelling import Drawn
from models.engine import migrate, transaction
from tasks.assets import model, taxonomy
from tasks.label import draw, export, take_back
from voc.errors import InputError
from voc.learning.sheet import STRATUM_NAMES, TONE_NAMES, TYPE_NAMES, issue_names
from voc.reading.labels import Annotations, annotate

SKIP, UNDO, QUIT, ACCEPT, NONE, SEARCH = "s", "u", "q", "\r", "0", "/"
HELP = "回车＝采用建议　s＝跳过　u＝撤销上一条　q＝退出（已答的都已保存）"
SHOWN = 9


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("label")(label)


def label(
    rows: Annotated[int, typer.Option(min=1, max=10_000, help="本次标注（或导出）的条数")] = 50,
    export_to: Annotated[Path | None, typer.Option("--export", help="导出为 .xlsx 或 .csv")] = None,
    import_from: Annotated[Path | None, typer.Option("--import", help="导入填好的文件")] = None,
    second: Annotated[bool, typer.Option("--second", help="由第二个人重标审计样本，用来计算一致性")] = False,
    by: Annotated[str, typer.Option("--by", help="标注人；留空为当前登录用户")] = "",
) -> None:
    """Label feedback; half of what is drawn is only measured on, the other half only learnt from."""
    migrate()
    who, now = by or getpass.getuser(), datetime.now(UTC)
    if import_from is not None:
        _import(import_from, who, now)
    elif export_to is not None:
        count = export(export_to, rows, who, now, second=second)
        console.print(f"已导出 {count} 条到 {export_to}。填好后运行：voc label --import {export_to}")
    else:
        _ask_all(rows, who, now, second)
    _progress()


def _import(path: Path, who: str, now: datetime) -> None:
    stored, troubles = take_back(path, who, now)
    for trouble in troubles:
        console.print(f"[red]✗[/red] {trouble}", highlight=False)
    console.print(
        f"已保存 {stored} 条标注"
        + (f"，有 {len(troubles)} 格没有采用，改好后可以再次导入。" if troubles else "。")
    )
    if troubles:
        raise typer.Exit(1)


def _progress() -> None:
    with transaction() as session:
        rows = labelling.progress(session)
    named = [{**row, "stratum": STRATUM_NAMES[row["stratum"]]} for row in rows]
    as_table(
        "标注进度", named, {"stratum": "样本", "drawn": "已抽取", "labelled": "已标注", "twice": "两人标注"}
    )


def _ask_all(rows: int, who: str, now: datetime, second: bool) -> None:
    with transaction() as session:
        waiting = labelling.waiting(session, who, rows, second=second)
    if len(waiting) < rows and not second:
        draw(rows - len(waiting), now)
        with transaction() as session:
            waiting = labelling.waiting(session, who, rows)
    if not waiting:
        raise InputError(
            "没有等待标注的反馈：请先采集并分析反馈（voc run）；重标审计样本要先由另一个人标完。"
        )
    said = annotate([one.text for one in waiting], [one.rating for one in waiting], taxonomy(), model())
    place = 0
    while 0 <= place < len(waiting):
        step = _ask(waiting[place], said, place, len(waiting), who)
        if step == QUIT:
            break
        if step == UNDO:
            place = max(0, place - 1)
            with transaction() as session:
                labelling.take_back(session, waiting[place].id, who)
        else:
            place += 1


@dataclass(frozen=True)
class Question:
    """One question: its title, what the keys mean, and what the model would answer (None: not shown)."""

    name: str
    title: str
    choices: Sequence[tuple[str, str]]
    proposal: str | None


def _ask(one: Drawn, said: Annotations, place: int, of: int, who: str) -> str:
    """Ask the questions about one feedback, storing each answer; return what to do next."""
    # Whoever sees a proposal leans towards it: audit rows are answered without one.
    blind = one.stratum == "audit"
    head = f"{place + 1}/{of}　{STRATUM_NAMES[one.stratum]}样本" + (
        "（不显示模型建议）" if blind else f"　{one.reason}"
    )
    console.print(Panel(Text(one.text), title=head, subtitle=HELP, title_align="left", subtitle_align="left"),
                  soft_wrap=False)  # fmt: skip
    for question in _questions(said, place, blind):
        key = _key(question)
        if key in (SKIP, UNDO, QUIT):
            return key
        _store(one, who, question, key)
    issues = _issues(said, place, blind)
    if isinstance(issues, str):
        return issues
    _save(one, who, {"issues": issues})
    return ACCEPT


def _questions(said: Annotations, place: int, blind: bool) -> list[Question]:
    return [
        Question("type", "类型", list(TYPE_NAMES.items()), None if blind else said.type[place]),
        Question("tone", "情感", list(TONE_NAMES.items()), None if blind else said.tone[place]),
    ]


def _key(question: Question) -> str:
    names = dict(question.choices)
    keys = "　".join(f"{n} {name}" for n, (_, name) in enumerate(question.choices, start=1))
    proposal = f"　[dim]建议：{names[question.proposal]}[/dim]" if question.proposal else ""
    console.print(f"{question.title}：{keys}{proposal}")
    allowed = {str(n): code for n, (code, _) in enumerate(question.choices, start=1)}
    while True:
        key = _press()
        if key == ACCEPT and question.proposal:
            return question.proposal
        if key in allowed or key in (SKIP, UNDO, QUIT):
            return allowed.get(key, key)
        console.print(f"请按 {'、'.join(allowed)}，或 s、u、q。")


def _press() -> str:
    """Read one key; the end of the input means to quit."""
    try:
        key = typer.getchar()
    except (EOFError, KeyboardInterrupt):
        return QUIT
    except OSError:
        raise InputError(
            "逐条标注要在终端里进行；也可以用 --export 导出表格，填好后用 --import 导入。"
        ) from None
    return ACCEPT if key in ("\n", "\r") else key.lower() or QUIT


def _store(one: Drawn, who: str, question: Question, value: str) -> None:
    _save(one, who, {question.name: value})


def _save(one: Drawn, who: str, answers: Mapping[str, Any]) -> None:
    with transaction() as session:
        labelling.answer(session, one.id, who, answers, datetime.now(UTC))


def _issues(said: Annotations, place: int, blind: bool) -> dict[str, int] | str:
    """Ask which issues are complained of, by number out of the likely ones or by searching for words."""
    names = {code: name for name, code in issue_names(taxonomy()).items()}
    proposed = [] if blind else sorted({m.issue for m in said.mentions[place] if m.polarity < 0})
    chosen: list[str] = []
    offered = proposed[:SHOWN]
    while True:
        _offer(offered, chosen, names, proposed)
        key = _press()
        if key in (SKIP, UNDO, QUIT):
            return key
        if key == NONE:
            return {}
        if key == ACCEPT:
            return dict.fromkeys(chosen or proposed, -1)
        if key == SEARCH:
            offered = _search(names)
        elif key.isdigit() and int(key) <= len(offered):
            code = offered[int(key) - 1]
            chosen = [c for c in chosen if c != code] if code in chosen else [*chosen, code]


def _offer(
    offered: Sequence[str], chosen: Sequence[str], names: Mapping[str, str], proposed: Sequence[str]
) -> None:
    listed = "　".join(f"{n} {names[code]}" for n, code in enumerate(offered, start=1))
    taken = "、".join(names[code] for code in chosen)
    done = f"已选：{taken}；回车＝完成" if chosen else ("回车＝采用上面的建议" if proposed else "回车＝没有")
    console.print(f"问题：{listed}　0 没有　/ 查找　（{done}）", highlight=False)


def _search(names: Mapping[str, str]) -> list[str]:
    wanted = str(typer.prompt("查找问题（输入几个字）", default="", show_default=False)).strip()
    found = [code for code, name in names.items() if wanted and all(c in name for c in wanted)]
    if not found:
        console.print("没有找到，请换几个字。")
    return found[:SHOWN]
