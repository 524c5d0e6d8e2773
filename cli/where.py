"""Where a measure goes live, as somebody types it: 地区、产品或服务人员, each with its day when they differ."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from models.measures.observing import Rollout
from models.schema.agreed import KINDS
from voc.errors import InputError

Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where", help="上线范围，如 region=成都,重庆；分批时写 region=成都@2026-03-02,重庆@2026-03-16"
    ),
]


def rollout(texts: list[str] | None, live_on: date) -> Rollout | None:
    """Read where a measure goes live; raises InputError saying how to write it."""
    if not texts:
        return None
    kinds = {text.partition("=")[0].strip() for text in texts}
    kind = next(iter(kinds))
    if len(kinds) > 1 or kind not in KINDS:
        raise InputError(
            f"上线范围「{texts[0]}」看不懂，请写成 region=成都,重庆；可用 {'、'.join(KINDS)}，每次一种。"
        )
    days: dict[str, date] = {}
    for part in ",".join(text.partition("=")[2] for text in texts).replace("，", ",").split(","):
        name, mark, day = part.strip().partition("@")
        if name:
            days[name] = _day(day) if mark else live_on
    if not days:
        raise InputError("上线范围里没有一个名称，请写成 region=成都,重庆。")
    return Rollout(kind, days)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"日期「{text}」看不懂，请写成 2026-12-01 的样子。") from None
