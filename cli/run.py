"""voc run: the whole loop on the user's own files."""

from __future__ import annotations

import asyncio
import glob
import hashlib
import re
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.accounting import as_accounting
from cli.output import as_json, as_table, console, progress_console
from cli.server import prefect_server
from cli.table import parse_scale, text_of
from models.engine import migrate, transaction
from models.intake.collecting import reading, register_source
from models.views import showing
from settings import get_settings
from sources.registry import open_source
from voc.errors import InputError
from voc.intake.rows import Definition, definition_from_dict, guess_mapping, parse_definition, parse_mapping
from voc.kpi import PARTS

STAGES = ("采集", "质检", "分析", "预警", "改进", "验证", "报告", "告知")
BLANK = 0.5  # of the rows, from which on the words are probably in another column


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("run")(run)


def run(
    files: Annotated[list[Path], typer.Argument(help="CSV、Excel 或 JSON 行文件")],
    map_: Annotated[
        str, typer.Option("--map", help="列对应，如 text=评价内容,occurred_at=时间,rating=星级")
    ] = "",
    definition: Annotated[Path | None, typer.Option("--source", help="来源定义（TOML）")] = None,
    channel: Annotated[str, typer.Option(help="渠道，如 store_review、app、hotline")] = "web",
    encoding: Annotated[str, typer.Option(help="文件编码；留空自动识别")] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="Excel 工作表的名字或序号；留空读第一张")] = "",
    scale: Annotated[str, typer.Option(help="评分范围：最差-最好，如 1-5、0-10、5-1")] = "1-5",
    json: Annotated[bool, typer.Option("--json", help="只输出一个 JSON 对象")] = False,
) -> None:
    """Take files in, analyse them and report; running it again on the same files adds nothing."""
    started = time.monotonic()
    migrate()
    options = {
        "channel": channel,
        "encoding": encoding,
        "sheet": sheet,
        "rating_scale": list(parse_scale(scale)),
    }
    known = parse_definition(text_of(definition)) if definition else None
    sources = _register(files, {path: _define(path, map_, known, options) for path in files})
    with transaction() as session:
        before = {row["id"] for row in showing.deliveries(session) if row["read"] and not row["error"]}
        unfinished = {row["id"] for row in showing.unfinished(session)}
    with progress_console.status("正在启动 Prefect 服务并运行闭环……"), prefect_server():
        failed = _cycle(sorted(set(sources.values())))
    result = _result(files, sources, before - unfinished, time.monotonic() - started)
    result["failed"] = failed
    as_json(result) if json else _say(result)
    for sentence in failed:
        progress_console.print(f"未完成 {sentence}", highlight=False, markup=False)
    if failed:
        raise typer.Exit(1)


def _define(path: Path, mapping: str, known: Definition | None, options: dict[str, Any]) -> dict[str, Any]:
    values = _values(known, path) if known else {"name": _name(path, options["sheet"]), "kind": "", **options}
    values.setdefault("title", " · ".join(filter(None, (path.stem, values["sheet"]))))
    values["path"] = glob.escape(str(path.resolve()))
    given = parse_mapping(mapping) if mapping else values.get("map") or {}
    # Whoever names the words of the feedback has said all; of one who names only what is unusual the rest is guessed.
    values["map"] = _guess(path, values, given) if not given or (mapping and "text" not in given) else given
    open_source(path, definition_from_dict(values))
    return values


def _register(files: Sequence[Path], definitions: dict[Path, dict[str, Any]]) -> dict[Path, str]:
    """Register the sources, files of the same source together, and return the source of each file."""
    together: dict[str, list[Path]] = {}
    for path in files:
        together.setdefault(str(definitions[path]["name"]), []).append(path)
    for name, paths in together.items():
        if len({path.name for path in paths}) < len(paths):
            raise InputError(f"有两个文件同名「{paths[0].name}」，行数无法分开核对；请改名，或分两次运行。")
        places = "\n".join(str(definitions[path]["path"]) for path in paths)
        with reading(name), transaction() as session:
            register_source(session, name, {**definitions[paths[-1]], "path": places})
    return {path: name for name, paths in together.items() for path in paths}


def _values(known: Definition, path: Path) -> dict[str, Any]:
    values = {key: value for key, value in vars(known).items() if key != "mapping"}
    return {**values, "map": known.mapping, "rating_scale": list(known.rating_scale), "path": str(path)}


def _name(path: Path, sheet: str) -> str:
    """Name a source after its file and sheet; a name that is not plain ASCII is given a short hash."""
    given = "-".join(filter(None, (path.stem, sheet)))
    plain = re.sub(r"[^a-z0-9_-]+", "-", given.lower()).strip("-")
    if re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", plain) and given.isascii():
        return plain
    return "file-" + hashlib.sha256(given.encode("utf-8", "surrogateescape")).hexdigest()[:10]


def _guess(path: Path, values: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
    first = next(open_source(path, definition_from_dict({**values, "map": given})).chunks(100), None)
    columns, notes = (first.columns, first.notes) if first is not None else ((), [])  # a chunk may be empty
    mapping = {**guess_mapping([column for column in columns if column not in given.values()]), **given}
    if columns and "text" not in mapping:
        raise InputError(
            f"「{path.name}」里认不出哪一列是反馈内容；文件里有的列：{'、'.join(columns)}。请用 --map text=列名 指明。"
            + "".join(notes)
        )
    pairs = "，".join(f"{field} ← {column}" for field, column in mapping.items())
    for sentence in [f"「{path.name}」的列对应：{pairs}", *notes]:
        progress_console.print(sentence, highlight=False, markup=False)
    return mapping


def _cycle(sources: Sequence[str]) -> list[str]:
    """Run one round and return what could not be done, stage by stage."""
    # Imported here: Prefect reads its settings when it is imported.
    from flows.cycle import cycle
    from tasks.parameters import Cycle

    async def once() -> list[str]:
        state = await cycle(Cycle(sources=list(sources), again=True), return_state=True)
        stages = await state.aresult(raise_on_failure=False)
        if not isinstance(stages, list):
            return [f"闭环：{state.message}"]
        named = zip(STAGES, stages, strict=True)
        return [f"{name}：{stage.message}" for name, stage in named if not stage.is_completed()]

    return asyncio.run(once())


def _report() -> str | None:
    reports = sorted(get_settings().folder("reports").glob("*.html"), key=lambda path: path.stat().st_mtime)
    return str(reports[-1]) if reports else None


def _result(
    files: Sequence[Path], sources: dict[Path, str], before: set[int], seconds: float
) -> dict[str, Any]:
    with transaction() as session:
        fresh = [row for row in showing.deliveries(session) if row["id"] not in before]
        problems = showing.problems(session)
        actions = showing.actions(session)
    accounted = [_file(path, sources[path], fresh) for path in files]
    read = sum(file["read"] for file in accounted)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "files": accounted,
        "problems": [_problem(row) for row in problems],
        "actions": actions,
        "seconds": round(seconds, 2),
        "rows_per_second": round(read / seconds, 1),
        "peak_rss_mb": round(peak, 1),
        "report": _report(),
    }


def _file(path: Path, source: str, fresh: Sequence[dict[str, Any]]) -> dict[str, Any]:
    rows = [row for row in fresh if row["source"] == source and row["path"] == path.name]
    row = rows[-1] if rows else {}
    counts = {part: int(row.get(part) or 0) for part in ("read", *PARTS)}
    return {
        "path": str(path),
        **counts,
        "pending": counts["read"] - sum(counts[part] for part in PARTS),
        "error": row.get("error"),
        "refused_because": row.get("refused_because"),
    }


def _problem(row: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "name", "count", "customers", "first_seen", "last_seen", "areas", "state", "quotations")
    return {key: row[key] for key in kept}


def _account(files: Sequence[dict[str, Any]]) -> None:
    """Print where the rows went, without the columns nothing went to, and ask back where most of a file was blank."""
    named = [{**file, "path": Path(file["path"]).name} for file in files]
    as_accounting("行数核对", named, {"path": "文件"})
    for file in named:
        if file["blank"] > BLANK * file["read"]:
            console.print(
                f"「{file['path']}」读入 {file['read']} 行，其中 {file['blank']} 行没有内容：请核对 --map text=列名。"
            )


def _say(result: dict[str, Any]) -> None:
    _account(result["files"])
    shown = [{**row, "said": next(iter(row["quotations"]), None)} for row in result["problems"][:15]]
    as_table("问题", shown, {"id": "编号", "name": "问题", "count": "反馈", "customers": "客户",
                                            "first_seen": "首次出现", "said": "客户原话"})  # fmt: skip
    as_table(
        "建议措施",
        result["actions"][:15],
        {"id": "编号", "problem": "问题", "measure": "措施", "department": "责任部门"},
    )
    console.print(
        f"用时 {result['seconds']} 秒，每秒 {result['rows_per_second']} 行，内存峰值 {result['peak_rss_mb']} MB。"
    )
    console.print(f"领导报告：{result['report']}")
    console.print("接下来可以：voc problems　voc alarms　voc approvals　voc quarantine list　voc serve")
