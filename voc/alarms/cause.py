"""The likely cause of an alarm: words, issues and slices that stand out against the past, and what customers said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import xlogy

from voc.alarms.expected import Floats
from voc.causes.slices import SLICE_NAMES, Lift
from voc.causes.wording import value_name
from voc.quotations import Passage, choose
from voc.text.uniform import segment
from voc.themes.phrases import MANNER

SURE = 3.3  # standard errors from which a word stands out, of the thousands that are looked at
LIKELY, FEW = 2.3, 3  # the same where fewer than so many are sure
LEAST = 2  # feedback that a word must stand in
LONGEST = 8  # characters of a phrase
MOST_WORDS, MOST_QUOTATIONS = 6, 3
NEARLY_ALWAYS = (
    0.75  # share of a word's feedback in which a longer phrase holds it: then only the phrase is told
)
_MASK = re.compile(r"\[[^\[\]]{1,12}\]")
_WORD = re.compile(r"[\u4e00-\u9fff]{2,}|[a-z][a-z0-9.+-]+|\d+(?:\.\d+)+", re.IGNORECASE)
_PIECE = re.compile(r"[\u4e00-\u9fff]+|[a-z][a-z0-9.+-]*|\d+(?:\.\d+)*", re.IGNORECASE)
# Words that carry no matter; everything else is judged by its counts.
_PLAIN = """
一个 这个 那个 什么 怎么 就是 还是 但是 可是 不过 而且 然后 所以 因为 如果 已经 现在 今天 昨天 时候
自己 我们 你们 他们 没有 不是 不能 可以 真的 非常 特别 有点 一下 一直 一次 一点 不要 不会 知道 觉得
感觉 希望 还有 以后 之后 以前 之前 为什么 这样 那么 这么 怎样 东西 那些 这些 最后 刚刚 刚才 只能 只有
不行 垃圾 差评 一星 好评 五星 大家 竟然 居然 根本 完全 实在
"""
_EMPTY = MANNER | frozenset(_PLAIN.split())
# Characters no phrase begins or ends with: it would be cut in the middle.
_LOOSE = frozenset("是的了就都也还我你他她它又在把被给让很太后前下个一这那要说才再为和与及呢吗吧啊呀着过")


@dataclass(frozen=True)
class Told:
    """A feedback of the alarm: its masked words and the place in them that speaks of the matter."""

    text: str
    start: int = 0
    end: int = 0


def standing_out(now: Sequence[str], before: Sequence[str], most: int = MOST_WORDS) -> dict[str, float]:
    """Return words and short phrases that more feedback holds now than before, with how surely (z), surest first.

    A likelihood ratio, counted once a feedback: sound for the few pieces of feedback of a small alarm.
    """
    terms_now, terms_before = [_terms(t) for t in _cut(now)], [_terms(t) for t in _cut(before)]
    a, b = Counter(w for t in terms_now for w in t), Counter(w for t in terms_before for w in t)
    held = [word for word, count in a.items() if count >= LEAST and word not in _EMPTY]
    if not held:
        return {}
    n, m = len(now), len(before)
    mine, theirs = np.array([a[w] for w in held], float), np.array([b[w] for w in held], float)
    surety = _surety(mine, n, theirs, m)
    order = sorted(range(len(held)), key=lambda i: (-surety[i], -len(held[i]), held[i]))
    likely = {held[i]: float(surety[i]) for i in order if surety[i] >= LIKELY}
    told = _shortened(likely, a, most)
    return {word: sure for place, (word, sure) in enumerate(told.items()) if sure >= SURE or place < FEW}


def _surety(mine: Floats, n: int, theirs: Floats, m: int) -> Floats:
    """Return the signed root of the likelihood ratio of two shares, mine of n against theirs of m (Dunning 1993)."""
    shared = (mine + theirs) / (n + m)
    ratio = sum(
        xlogy(count, count / np.maximum(of * shared, 1e-9))
        + xlogy(of - count, (of - count) / np.maximum(of * (1 - shared), 1e-9))
        for count, of in ((mine, n), (theirs, m))
    )
    higher = mine * m > theirs * n
    result: Floats = np.where(higher, 1.0, -1.0) * np.sqrt(np.maximum(2 * ratio, 0.0))
    return result


def _cut(texts: Sequence[str]) -> list[list[str]]:
    return segment([_MASK.sub(" ", text.lower()) for text in texts])


def _terms(pieces: Sequence[str]) -> set[str]:
    terms = {piece for piece in pieces if _WORD.fullmatch(piece)}
    for one, other in pairwise(pieces):
        both = one + other
        chinese = _PIECE.fullmatch(one) and _PIECE.fullmatch(other) and not both.isascii()
        ends = one[0] in _LOOSE or other[-1] in _LOOSE or other[-1] == "不"
        if chinese and 2 < len(both) <= LONGEST and not ends and not {one, other} & _EMPTY:
            terms.add(both)
    return terms


def _shortened(found: Mapping[str, float], counts: Counter[str], most: int) -> dict[str, float]:
    """Keep of words within one another the phrase where it nearly always stands, otherwise the surer one."""
    kept: dict[str, float] = {}
    for word, surety in found.items():
        longer = [o for o in found if word != o and word in o and counts[o] >= NEARLY_ALWAYS * counts[word]]
        nested = any(word in other or other in word for other in kept)
        if not longer and not nested:
            kept[word] = surety
        if len(kept) == most:
            break
    return kept


def quotations(told: Sequence[Told], words: Mapping[str, float]) -> list[str]:
    """Choose what customers said, those first whose words stand out most."""
    scored = sorted(range(len(told)), key=lambda i: (-_weight(told[i].text, words), len(told[i].text), i))
    passages = [_passage(told[i], words) for i in scored]
    return choose(passages, MOST_QUOTATIONS)


def _weight(text: str, words: Mapping[str, float]) -> float:
    lower = text.lower()
    return sum(surety for word, surety in words.items() if word in lower)


def _passage(one: Told, words: Mapping[str, float]) -> Passage:
    if one.end > one.start:
        return Passage(one.text, one.start, one.end)
    lower = one.text.lower()
    places = [(lower.find(word), len(word)) for word in words if word in lower]
    start, length = min(places, default=(0, 0))
    return Passage(one.text, start, start + length)


def sentence(
    label: str,
    observed: int,
    expected: float,
    issues: Sequence[tuple[str, int]],
    over: Sequence[Lift],
    words: Sequence[str],
    volume: float,
) -> str:
    """Write the likely cause in Chinese; `issues` are named with their counts, `volume` is that of other feedback."""
    clauses = [f"「{label}」{observed} 条，平时同期{usual(expected)}"]
    if issues and issues[0][0] != label:
        clauses.append("提到最多的是" + "、".join(f"「{name}」{count} 条" for name, count in issues[:2]))
    if words:
        clauses.append("突出的词：" + "、".join(words))
    if over:
        clauses.append("集中在" + "、".join(_slice(lift) for lift in over[:2]))
    if volume >= MORE and (volume - 1) * expected >= PART * (observed - expected):
        clauses.append(f"同期其他反馈也增至平时的 {volume:.1f} 倍，可能与业务量有关")
    return "；".join(clauses) + "。"


HARDLY_ANY = 0.05  # would be written as 0.0
MORE = 1.5  # times the usual amount of other feedback from which it is worth saying
PART = 0.2  # share of the excess that this has to explain: else it is another matter


def _slice(lift: Lift) -> str:
    times = f"（为其他的 {lift.ratio:.1f} 倍）" if lift.ratio and np.isfinite(lift.ratio) else ""
    return f"{SLICE_NAMES.get(lift.kind, lift.kind)}「{value_name(lift.kind, lift.value)}」{times}"


def usual(expected: float) -> str:
    """Say how many pieces of feedback were to be expected."""
    return f"约 {rounded(expected)} 条" if expected >= HARDLY_ANY else "几乎没有"


def rounded(value: float) -> str:
    """Write an expected count as exactly as it is worth knowing."""
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"
