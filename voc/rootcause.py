"""What a root-cause report must hold before anybody is asked to review it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from voc.errors import InputError
from voc.reading.taxonomy import DIMENSIONS

LEAST_WHYS, MOST_WHYS = 3, 7
SHORTEST = 4


def check(
    whys: Sequence[str],
    fishbone: Mapping[str, Sequence[str]],
    root_cause: str,
    preventive: str,
    preventive_due: datetime,
    now: datetime,
) -> None:
    """Raise InputError naming the first thing that is missing or empty of meaning."""
    said = [why.strip() for why in whys if why.strip()]
    if not LEAST_WHYS <= len(said) <= MOST_WHYS:
        raise InputError(f"“为什么”要连续追问 {LEAST_WHYS} 到 {MOST_WHYS} 层，现在有 {len(said)} 层。")
    if len(set(said)) < len(said):
        raise InputError("有两层“为什么”的回答相同：每一层要回答上一层的原因。")
    if unknown := set(fishbone) - set(DIMENSIONS):
        raise InputError(f"鱼骨图没有「{sorted(unknown)[0]}」这一维度，可用：{'、'.join(DIMENSIONS)}。")
    if sum(bool(cause.strip()) for causes in fishbone.values() for cause in causes) < 1:
        raise InputError("鱼骨图至少要写一条原因。")
    for name, words in (("根因", root_cause), ("预防措施", preventive)):
        if len(words.strip()) < SHORTEST:
            raise InputError(f"「{name}」写得太短，请写清楚。")
    if preventive_due <= now:
        raise InputError("预防措施的期限要晚于现在。")
