"""voc source: where feedback comes from — register, look, and try before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.asking import Who, by_person
from cli.output import as_json, as_table, console
from cli.table import text_of
from models.engine import migrate, transaction
from models.intake import collecting
from models.intake.collecting import reading, register_source
from models.views import showing
from settings import get_settings
from sources.base import Chunk
from sources.registry import PULLED, open_pulled, open_source
from voc.errors import InputError
from voc.health import how_often
from voc.intake.rows import (
    CHANNELS,
    FIELDS,
    Definition,
    Mapped,
    definition_from_dict,
    guess_mapping,
    map_rows,
    not_understood,
    parse_definition,
    parse_ratings,
    parse_times,
)
from voc.privacy.masking import mask

SHOWN = 5
Name = Annotated[str, typer.Argument(help="来源名称，见 voc source list")]
DefinitionFile = Annotated[Path, typer.Argument(metavar="文件", help="来源定义（TOML）")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    source = typer.Typer(no_args_is_help=True)
    source.command("list", help="列出来源和上次采集的时间")(show)
    source.command("try", help="试读一页，看列对应是否正确；什么都不保存")(try_out)
    source.command("add", help="登记或更新一个来源")(add)
    source.command("pause", help="暂停采集：不再读取，也不再提醒超期；推送来的照常收下")(pause)
    source.command("resume", help="恢复采集")(resume)
    app.add_typer(source, name="source")


def show(json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """List the sources."""
    migrate()
    with transaction() as session:
        rows = showing.sources(session)
    if json:
        as_json(rows)
        return
    # Name and title in one cell: beside each other they leave no room for the rest on a screen of 80 columns.
    named = [
        {
            **row,
            "called": [row["name"], *([row["title"]] if row["title"] != row["name"] else [])],
            "channel": CHANNELS.get(row["channel"], row["channel"]),
            "every": f"已暂停：{row['paused_because']}" if row["paused_at"] else how_often(row["every"]),
        }
        for row in rows
    ]
    as_table("来源", named, {"called": "名称、标题", "channel": "渠道", "every": "频率", "department": "负责部门",
                           "last_success_at": "上次采集"})  # fmt: skip


def try_out(file: DefinitionFile) -> None:
    """Read the beginning of a source and show what each field would hold, personal data masked."""
    definition = _defined(file)
    chunk = _beginning(definition)
    if not chunk.rows:
        raise InputError("来源目前没有可读的记录；定义本身没有问题。")
    mapping = definition.mapping or guess_mapping(chunk.columns)
    known = replace(definition, mapping=mapping)
    mapped = map_rows([row.payload for row in chunk.rows[:SHOWN]], known).require()
    fields = [field for field in mapping if field in FIELDS]
    as_table(f"前 {len(mapped)} 条（来源的字段：{'、'.join(chunk.columns)}）", _masked(mapped, fields),
             {field: f"{field} ← {mapping[field]}" for field in fields})  # fmt: skip
    if chunk.unreadable:
        console.print(f"另有 {len(chunk.unreadable)} 条读不了，例如：{chunk.unreadable[0].reason}")
    for sentence in _unread(mapped, known):
        console.print(sentence, highlight=False, markup=False)
    console.print(f"看起来没有问题的话：voc source add {file}", highlight=False)


def _unread(mapped: Mapped, known: Definition) -> list[str]:
    """Tell of times and ratings that would not be understood."""
    read: dict[str, Sequence[object]] = {
        "occurred_at": parse_times(mapped["occurred_at"]),
        "rating": parse_ratings(mapped["rating"], known.rating_scale),
    }
    told: list[str] = []
    for field, values in read.items():
        lost = not_understood(mapped[field], values)
        told += (
            [f"{field} 有 {len(lost)} 条看不懂，如「{lost[0][:30]}」；这样的行会进隔离区。"] if lost else []
        )
    return told


def _masked(mapped: Any, fields: list[str]) -> list[dict[str, str]]:
    cells = {field: mask([cell or "" for cell in mapped[field]]).texts for field in fields}
    return [{field: cells[field][row][:60] for field in fields} for row in range(len(mapped))]


def add(file: DefinitionFile) -> None:
    """Register a source, or change the definition of one that is known."""
    definition = _defined(file)
    if not definition.mapping:
        raise InputError("来源定义缺少 map（哪一列是什么）；先用 voc source try 看看有哪些字段。")
    values = {key: value for key, value in vars(definition).items() if key != "mapping"}
    values |= {"map": definition.mapping, "rating_scale": list(definition.rating_scale)}
    migrate()
    with reading(definition.name), transaction() as session:
        register_source(session, definition.name, {key: value for key, value in values.items() if value})
    console.print(f"已登记来源「{definition.title}」（{definition.name}），下次采集时读取。")


def pause(
    name: Name, reason: Annotated[str, typer.Option("--reason", help="理由")] = "", by: Who = ""
) -> None:
    """Let a source rest."""
    if not reason.strip():
        raise InputError("请用 --reason 写明理由。")
    migrate()
    with transaction() as session:
        collecting.pause(session, name, reason.strip(), by_person(by))
    console.print(f"来源「{name}」已暂停，不再采集和提醒；恢复用 voc source resume {name}。", highlight=False)


def resume(name: Name, by: Who = "") -> None:
    """Read a source again."""
    migrate()
    with transaction() as session:
        collecting.resume(session, name, by_person(by))
    console.print(f"来源「{name}」已恢复，下次采集时读取。", highlight=False)


def _defined(file: Path) -> Definition:
    if not file.is_file():
        raise InputError(f"找不到文件「{file}」，请检查路径。")
    definition = parse_definition(text_of(file))
    if not definition.pull and not definition.path:
        raise InputError("来源定义要有 path（文件放在哪里）或 [pull]（怎样拉取）。")
    path = "\n".join(str(Path(one).absolute()) for one in definition.path.splitlines())
    return definition_from_dict({**_as_values(definition), "path": path})


def _as_values(definition: Definition) -> dict[str, Any]:
    values = {key: value for key, value in vars(definition).items() if key != "mapping"}
    return {**values, "map": definition.mapping}


def _beginning(definition: Definition) -> Chunk:
    if definition.kind in PULLED:
        pulled = open_pulled(definition, get_settings().source_secret)
        page = next(pulled.pages(None, SHOWN, datetime.now(UTC)), None)
        return page.chunk if page else Chunk((), [], [], [])
    paths = sorted(path for one in definition.path.splitlines() for path in Path("/").glob(one.lstrip("/")))
    if not paths:
        raise InputError(f"找不到文件「{definition.path}」，请检查路径。")
    return next(iter(open_source(paths[0], definition).chunks(SHOWN)))
