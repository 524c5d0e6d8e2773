"""What many commands ask for: who decides, which measure, which day."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from models.change import By
from voc.errors import InputError

ActionId = Annotated[int, typer.Argument(help="措施编号")]
Who = Annotated[str, typer.Option("--by", help="由谁决定；留空为当前登录用户")]
Day = Annotated[str, typer.Option(help="日期，如 2026-12-01")]


def by_person(who: str) -> By:
    """Say who decides now; nobody named is who is logged in."""
    return By(f"person:{who or getpass.getuser()}", datetime.now(UTC))


def day_of(text: str) -> date:
    """Read a day somebody typed; raises InputError saying how to write it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"日期「{text}」看不懂，请写成 2026-12-01 的样子。") from None
