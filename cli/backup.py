"""voc backup, voc restore: one file that holds everything a house knows, and the way back from it."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import console, progress_console
from models.engine import migrate, transaction
from models.house import safekeeping
from models.house.playing import is_unused
from settings import get_settings
from voc.errors import InputError

DATABASE, MANIFEST = "database.dump", "manifest.json"
# What a house keeps beside its database; the rest (logs, pages that are made anew, Prefect's history) is left out.
KEPT = ("secrets", "config", "models", "reports", "audit", "inbox", "messages")
File = Annotated[Path, typer.Argument(help="备份文件，如 voc-2026-11-22.tar")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(file: File) -> None:
    """Write everything to one file, which only its owner can read."""
    if file.exists():
        raise InputError(f"「{file}」已存在，不会覆盖。请换一个文件名。")
    migrate()
    draft = file.with_name(f"{file.name}.part")
    with (
        tempfile.TemporaryDirectory(dir=file.resolve().parent) as folder,
        progress_console.status("正在备份……"),
    ):
        dumped = Path(folder) / DATABASE
        rows = safekeeping.dump(dumped)
        manifest = {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "version": version("voc-loop"),
            "revision": safekeeping.revision(), "rows": rows,
        }  # fmt: skip
        (Path(folder) / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
        draft.touch(mode=0o600)
        with tarfile.open(draft, "w") as archive:
            for name in (MANIFEST, DATABASE):
                archive.add(Path(folder) / name, name)
            for name in KEPT:
                archive.add(get_settings().folder(name), f"home/{name}")
    draft.rename(file)
    console.print(f"已备份到 {file}：{_told(rows)}，{file.stat().st_size / 1e6:,.1f} MB。")
    console.print("文件里有密钥和个人信息，请像保管数据库一样保管。voc.toml 和环境变量不在其中，请另行保存。")


def restore(file: File) -> None:
    """Bring an empty house to where a backup was; when it was cut short, it can be repeated."""
    with _opened(file) as archive:
        manifest = _manifest(archive, file)
        kept = [member for member in archive if member.isfile() and member.name.startswith("home/")]
        _refuse_unless_empty(archive, kept)
        for member in kept:
            _write(archive, member, _inside(member))
        with tempfile.TemporaryDirectory(dir=get_settings().folder("")) as folder:
            dumped = Path(folder) / DATABASE
            _write(archive, archive.getmember(DATABASE), dumped)
            with progress_console.status("正在恢复……"):
                rows = safekeeping.load(dumped)
    if rows != manifest["rows"]:
        raise InputError(f"恢复后的行数与备份时不一致，请检查「{file}」是否完整。")
    console.print(f"已恢复 {manifest['made_at']} 的备份：{_told(rows)}，与备份时逐表一致。")
    console.print("接下来：放回 voc.toml 和环境变量，运行 voc doctor --audit，再运行 voc serve。")
    console.print("备份之后收到的删除个人信息的请求不在其中：请重新登记，再用 voc privacy erase 执行。")


def _told(rows: dict[str, int]) -> str:
    return f"{len(rows)} 张表 {sum(rows.values()):,} 行，其中反馈 {rows['public.feedback']:,} 条"


def _opened(file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(file)
    except (OSError, tarfile.TarError) as error:
        raise InputError(f"「{file}」不是可以读取的备份文件：{error}。") from None


def _manifest(archive: tarfile.TarFile, file: Path) -> dict[str, Any]:
    try:
        held = archive.extractfile(MANIFEST)
        manifest: dict[str, Any] = json.loads(held.read() if held else b"")
        archive.getmember(DATABASE)
    except (KeyError, ValueError):
        raise InputError(f"「{file}」不是 voc backup 生成的备份。") from None
    if not safekeeping.is_known(manifest["revision"]):
        raise InputError(f"备份来自更新的版本（{manifest['version']}），请先升级程序再恢复。")
    return manifest


def _refuse_unless_empty(archive: tarfile.TarFile, kept: list[tarfile.TarInfo]) -> None:
    """Refuse a database that is used, and keys of another house: with them nobody would be who they were."""
    migrate()
    with transaction() as session:
        unused = is_unused(session)
    keys = [(archive.extractfile(one), _inside(one)) for one in kept if one.name.startswith("home/secrets/")]
    others = [path for held, path in keys if held and path.exists() and path.read_bytes() != held.read()]
    if not unused or others:
        raise InputError(
            f"「{get_settings().home}」或它的数据库里已有数据，恢复不会覆盖。请用 VOC_HOME=另一个目录 和空的数据库。"
        )


def _inside(member: tarfile.TarInfo) -> Path:
    home, name = get_settings().folder(""), member.name.removeprefix("home/")
    path = (home / name).resolve()
    if not path.is_relative_to(home) or Path(name).parts[0] not in KEPT:
        raise InputError(f"备份里有不该有的文件「{name}」，已停止。")
    return path


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    held = archive.extractfile(member)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        if held:
            shutil.copyfileobj(held, stream)
