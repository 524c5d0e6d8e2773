"""Made-up personal data and sentences to plant it in, for training (templates of even, tests of odd number)."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from pathlib import Path


def _listed(name: str) -> list[str]:
    return _TEXTS[name].replace("\n", "").split("|")


_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
NAME_FRAMES, ADDRESS_FRAMES = _listed("names"), _listed("addresses")
WORD_FRAMES = _listed("words")  # everyday and product words stand here; they teach what is no name


def frames(listed: Sequence[str], tested: bool) -> list[str]:
    """Half of the sentences for training, the other half for tests."""
    return [frame for at, frame in enumerate(listed) if (at % 3 == 2) == tested]


def planted(
    host: str, frame: str, values: Sequence[str], rng: random.Random
) -> tuple[str, list[tuple[int, int]]]:
    """Put a filled frame before, after or between the clauses of a host; also say where the values stand."""
    cuts = [0, len(host), *(at + 1 for at, c in enumerate(host) if c in "，。！？,!? ")]
    cut = rng.choice(cuts)
    before, after = host[:cut], host[cut:]
    if before and before[-1] not in "，。！？,!? ~" and rng.random() < 0.9:
        before += rng.choice("，。 ")
    text, spans = before, []
    for piece, value in zip(frame.split("{}"), [*values, ""], strict=False):
        text += piece
        if value:
            spans.append((len(text), len(text) + len(value)))
            text += value
    if after and text[-1] not in "，。！？,!? （：:" and rng.random() < 0.7:
        text += rng.choice("，。 ")
    return text + after, spans


_ROADS, _ESTATES, _KINDS = _listed("roads"), _listed("estates"), _listed("endings")
_CHAINS = ["如家", "汉庭", "全季", "亚朵", "维也纳", "希尔顿"]
_NUMERALS = "一二三四五六七八九"


def _door(rng: random.Random) -> str:
    block, unit, room = (
        rng.randrange(1, 60),
        rng.randrange(1, 8),
        rng.randrange(1, 33) * 100 + rng.randrange(1, 9),
    )
    return rng.choice(
        [
            f"{block}栋{unit}单元{room}室", f"{block}栋{room}", f"{block}号楼{unit}单元{room}", f"{block}幢{room}室",
            f"{block}-{unit}-{room}", f"{block}座{room}", f"{rng.choice('ABCDE')}座{room}室", f"{block}#{room}",
            f"{block}号{room}室", f"{block}号", f"{block}楼{room}号",
            f"{rng.choice(_NUMERALS)}栋{rng.choice(_NUMERALS)}单元{room}",
            f"{rng.choice(_NUMERALS)}期{block}栋{room}", f"{block}弄{unit}号{room}室",
            f"{rng.choice('东南西北')}区{block}栋{room}室",
        ]
    )  # fmt: skip


def address(rng: random.Random, towns: Sequence[str]) -> str:
    """An address of a road, an estate, a village or a hotel room, with or without its town."""
    town = rng.choice(towns) if rng.random() < 0.6 else ""
    town += rng.choice(towns) if town and rng.random() < 0.4 else ""
    road = (
        rng.choice(_ROADS)
        + rng.choice(["", "", "东", "西", "南", "北", "中", "一", "二"])
        + rng.choice(["路", "路", "街", "大道", "巷"])
    )
    estate = rng.choice(_ESTATES) + rng.choice(_ESTATES + [""] * 10) + rng.choice(_KINDS)
    village = (
        rng.choice("张王李刘陈大小上下新老东西南北石高杨") + rng.choice("家庄村湾桥岭塘坝沟坪寨店山河") + "村"
    )
    shape = rng.randrange(6)
    if shape == 0:
        return f"{town}{road}{rng.randrange(1, 999)}号"
    if shape == 1:
        return f"{town}{road}{rng.randrange(1, 999)}号{estate}{_door(rng)}"
    if shape == 2:
        return f"{town}{estate}{_door(rng)}"
    if shape == 3:
        group = rng.choice(
            [f"{rng.choice(_NUMERALS)}组", f"{rng.randrange(1, 20)}组", f"{rng.randrange(1, 200)}号"]
        )
        return f"{town}{rng.choice(_ROADS)}{rng.choice(['镇', '乡', '街道'])}{village}{group}" + (
            f"{rng.randrange(1, 200)}号" if rng.random() < 0.4 else ""
        )
    if shape == 4:
        return f"{town}{village}{rng.choice(_NUMERALS)}组{rng.choice(['', f'{rng.randrange(1, 90)}号'])}"
    place = estate if rng.random() < 0.5 else f"{road}{rng.randrange(1, 99)}号"
    room = f"{rng.randrange(2, 30)}{rng.randrange(10, 40)}"
    return f"{town}{place}{rng.choice(_CHAINS)}酒店{room}{rng.choice(['房', '房间', '号房', '室'])}"
