"""Unmet needs: what is asked for, grouped by the thing asked, ranked by how many ask, how strongly, and who."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.cities import CITIES
from voc.privacy.brands import BRANDS
from voc.quotations import Passage, choose
from voc.text.uniform import segment
from voc.themes.asking import GENERAL, Ask

Ints = NDArray[np.int64]

SAME = 0.6  # likeness of contents from which two things asked for are one
BY_VALUE = 0.5  # how much more each step of a customer's value counts
UNHAPPY, BY_RATING = 2.0, 0.25  # a rating at or below which the wish is stronger, and by how much
AGAIN = 0.25  # how much more a customer counts who asks again, at most twice
# A word of nothing but these does not name a thing, either (能出, 还要); nor do they belong to one (出横屏).
_LOOSE = frozenset("能可出会有要加让再把就都也还在以做到得给用个点")
_ASKED_OF = re.compile(
    r"(?:^|[\s，,。！？!?；;：:…、])([\u4e00-\u9fff]{2,5})(?:能不能|可不可以|能否|可否|是否可以)[\u4e00-\u9fff]{0,2}$"
)
# What is done with a thing, and words that name none: needs are told apart by the things.
_DONE = frozenset(
    """
    增加 添加 加上 加入 支持 适配 更新 推出 开发 恢复 优化 改进 完善
    开放 提供 取消 去掉 设置 设计 改成 改为 兼容 修复 解决 出个 做个
    加个 一个 一下 一些 一点 功能 希望 可以 能够 能否 软件 app
    版本 系统 早日 尽快 下个 新的 更多 更好 更加 问题 这个 那个 可否
    建议 考虑 使用 进行 方面 东西 及时 时候 情况 需要 直接 的话 这样
    那样 比较 早点 好好 尽量 实现 客户 用户 商家 店家 公司 没有 产品
    地方 不少 升级 质量 模式 或者
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Voices:
    """Columns of the feedback that asks, all of length n: who, when (days since 1970), rating (nan), value 0 to 3."""

    customers: Ints
    days: Ints
    ratings: NDArray[np.float64]
    values: Ints
    texts: Sequence[str]


@dataclass(frozen=True)
class Need:
    """One thing that is asked for."""

    what: str
    customers: int
    asks: int
    strength: float  # mean over customers, 1 plain
    valued: int  # customers of the two highest values
    score: float
    first: int
    last: int
    quotations: tuple[str, ...]
    rows: Ints


def needs(asks: Sequence[Ask], voices: Voices, fewest: int = 2) -> list[Need]:
    """Group and rank what is asked for; things that fewer than `fewest` customers ask for are left out."""
    made = [_need([asks[n] for n in group], voices) for group in grouped(asks)]
    kept = [need for need in made if need.customers >= fewest]
    return sorted(kept, key=lambda need: (-need.score, -need.customers, need.what))


def grouped(asks: Sequence[Ask]) -> list[list[int]]:
    """Put together the asks for one thing: those whose contents are like the group's first, most usual one."""
    contents = _things(asks)
    weight = _weights(contents)
    usual = Counter(contents)
    order = sorted((n for n, words in enumerate(contents) if words), key=lambda n: (-usual[contents[n]], n))
    leaders: list[frozenset[str]] = []
    groups: list[list[int]] = []
    at: dict[str, list[int]] = defaultdict(list)
    known: dict[frozenset[str], int] = {}
    for n in order:
        words = contents[n]
        home = known.get(words)
        if home is None:
            home = _home(words, leaders, at, weight)
        if home is None:
            home = len(leaders)
            leaders.append(words)
            groups.append([])
            for word in words:
                at[word].append(home)
        known[words] = home
        groups[home].append(n)
    return groups


def _things(asks: Sequence[Ask]) -> list[frozenset[str]]:
    """Return for each ask the words that name its thing, without a verb the segmenter left on one (出横屏)."""
    contents = [_contents(pieces) for pieces in segment([ask.what for ask in asks])]
    known = {word for words in contents for word in words}
    return [frozenset(w[1:] if w[0] in _LOOSE and w[1:] in known else w for w in words) for words in contents]


def _contents(pieces: Sequence[str]) -> frozenset[str]:
    """Return the words that name the thing asked for; the city only where nothing else does."""
    found = frozenset(piece for piece in map(str.strip, pieces) if _names(piece))
    return found - CITIES or found


def _names(piece: str) -> bool:
    if piece in _DONE or piece in BRANDS or not any(c.isalnum() for c in piece):
        return False
    return (len(piece) > 1 and not _LOOSE.issuperset(piece)) or piece in "灯门锁卡"


def _weights(contents: Sequence[frozenset[str]]) -> dict[str, float]:
    often = Counter(word for words in contents for word in words)
    return {word: math.log(1 + len(contents) / count) for word, count in often.items()}


def _home(
    words: frozenset[str],
    leaders: Sequence[frozenset[str]],
    at: Mapping[str, Sequence[int]],
    weight: Mapping[str, float],
) -> int | None:
    near = Counter[int]()
    for word in words:
        for home in at.get(word, ()):
            near[home] += 1
    alike = {home: _alike(words, leaders[home], weight) for home in near}
    fit = sorted((home for home in near if alike[home] >= SAME), key=lambda home: (-alike[home], home))
    # ipad alone is neither ipad pro nor ipad 横屏.
    part_of = [home for home in fit if words < leaders[home]]
    return fit[0] if fit and (len(part_of) < 2 or fit[0] not in part_of) else None


def _alike(one: frozenset[str], other: frozenset[str], weight: Mapping[str, float]) -> float:
    """Dice coefficient of two contents, rare words counting more."""
    both = sum(weight[word] for word in one & other)
    return 2 * both / (sum(weight[word] for word in one) + sum(weight[word] for word in other))


def _need(asks: Sequence[Ask], voices: Voices) -> Need:
    rows = np.array([ask.row for ask in asks], dtype=np.int64)
    own = voices.customers[rows]
    people = np.unique(own)
    strength = [
        _strength([ask for ask in asks if voices.customers[ask.row] == who], voices)
        for who in people.tolist()
    ]
    values = [int(voices.values[rows[own == who]].max()) for who in people.tolist()]
    score = sum(s * (1 + BY_VALUE * value) for s, value in zip(strength, values, strict=True))
    return Need(
        _title(asks, voices.texts), len(people), len(set(rows.tolist())), float(np.mean(strength)),
        sum(value >= 2 for value in values), score,
        int(voices.days[rows].min()), int(voices.days[rows].max()), _quoted(asks, voices),
        np.unique(rows),
    )  # fmt: skip


def _strength(asks: Sequence[Ask], voices: Voices) -> float:
    """How strongly one customer asks: his words, his rating, and whether he asks again."""
    loudest = max(ask.strength for ask in asks)
    unhappy = any(voices.ratings[ask.row] <= UNHAPPY for ask in asks)
    again = min(len({int(voices.days[ask.row]) for ask in asks}) - 1, 2)
    return loudest + BY_RATING * unhappy + AGAIN * again


def _title(asks: Sequence[Ask], texts: Sequence[str]) -> str:
    """Call a need by its most usual words, the shortest of equally usual ones, without a city only some name."""
    named = _everywhere([ask.what for ask in asks])
    often = Counter(named)
    title = min(often, key=lambda what: (-often[what], abs(len(what) - 8), what))
    of = Counter(
        _of(texts[ask.row][: ask.start]) for ask, what in zip(asks, named, strict=True) if what == title
    )
    subject, count = of.most_common(1)[0]
    return subject + title if count > 1 and 2 * count > of.total() and subject not in title else title


def _of(before: str) -> str:
    """Return what a question asks a thing of (广告能不能…), from the words before the thing; empty for nobody."""
    found = _ASKED_OF.search(before)
    return (
        found[1]
        if found and found[1] not in GENERAL and found[1][0] not in "你您我他她它这那请问想说还"
        else ""
    )


def _everywhere(asked: Sequence[str]) -> list[str]:
    """Leave the city out where things are asked for in several."""
    cut = [(city, what[len(city) :]) for what in asked for city in [_city(what)]]
    several = len({city for city, _ in cut if city}) > 1
    return [rest if several else city + rest for city, rest in cut]


def _city(what: str) -> str:
    return next((what[:size] for size in (4, 3, 2) if what[:size] in CITIES), "")


def _quoted(asks: Sequence[Ask], voices: Voices) -> tuple[str, ...]:
    loud = sorted(asks, key=lambda ask: (-ask.strength, -int(voices.days[ask.row]), ask.row))
    return tuple(choose([Passage(voices.texts[ask.row], ask.start, ask.end) for ask in loud[:40]]))
