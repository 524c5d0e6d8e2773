"""What a group is called: the clause its members have most in common, short, Chinese and concrete."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voc.registry.background import Background
from voc.registry.frames import without_frames
from voc.registry.signs import pair_key
from voc.text.clauses import clausal
from voc.text.spoken import spoken
from voc.text.uniform import normalise

SHORTEST, LONGEST = 6, 24
READ = 40  # members read for a name
LONG, TITLE, FIRST = 80, 1.6, 1.3
_SEPARATE = re.compile(r"[\n、,，:：()（）\"“”'《》【】\[\]]|\.{2,}")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
# A complaint says what fails or what is wanted; a clause without either is half a sentence.
_SAYS = re.compile(
    r"[不没无未难坏漏慢差错断停拒乱扰超拖欠骗卡退涨拆堵脏臭吵烂假缺少破裂堆占掉死崩黑晚久贵]|失败|异常|违|投诉|反对|要求|请求|希望|咨询|举报|"
    r"强制|强行|捆绑|污染|离线|噪[音声]|隐患|故障|事故|问题|自动|频繁|一直|反复|被"
)
_ANY = re.compile("")
_OPENING = re.compile(
    r"^(?:但是?|而且|就是|所以|因为|因|然后|并且|还有|还|另外|其次|首先|同时|结果|居然|竟然|最后|现在|今天|昨天|后来|其实|可是|不过|"
    r"我们|我(?![爸妈爷奶姥公婆哥姐弟妹老媳女儿孩家司国])|你们?|他们|大家|请问|"
    r"说(?:句)?(?:实话|真的|真心话)|说什么(?![都也])|说[的是]?(?![的是明话辞法服谎理教好了不到走说什实真句])|"
    r"您好|你好|再次|多次|强烈|坚决|实名|也谈|关于|对于?|反映|投诉|举报|咨询|质疑|反应(?=还|说|过|了|多次)|的|了|也|都|又|才|就|，)+"
)
_VERDICT = re.compile(
    r"(?:非常|太|很|极其?|超级?|特别|真的?|那么|这么|十分)(?:的|之)?(?:差|差劲|烂|垃圾|坏|糟糕?)[!！~～]*$"
)
# What it did to whoever tells of it.
_EFFECT = re.compile(
    r"请[了一半两]{0,2}天?(?:的)?假|误工|白(?:白|跑|等|请|忙|折腾)|耽误|算谁的?|(?:谁|怎么)(?:来)?(?:赔|承担)"
)
_CLOSING = re.compile(
    r"(?:一事|事宜|的问题|等问题|的请求|的投诉|的咨询|的反映|的举报|的情况|问题|呢|吗|啊|吧|呀|哦|啦|嘛|(?<![没不完坏])了)+[!?！？。~～\s]*$"
)
# Salutations, personal data and what masks it have no place in a name.
_PRIVATE = re.compile(
    r"[*＊<>@#]|\d{5,}|先生|女士|小姐|师傅姓|尊敬|领导|书记|[市县区省]长[:：好]|您好|你好|谢谢|http|www|已隐去|手机号|姓名"
)
_HALF = re.compile(
    r"(?:的|和|与|及|在|把|被|对|是|有|为|向|从|到|让|给|因为|但是|如果|虽然|而|或|我|你|他|她)$"
)


@dataclass(frozen=True)
class Clause:
    """A clause that may be a name, and how much it is favoured: the first clause of a long text is its title."""

    text: str
    favour: float


def name_of(texts: Sequence[str], background: Background, where: str = "") -> str:
    """Name a group by the texts of its members, masked already; empty if no clause will do.

    `where` (a product or a place all members share) is put before the name unless it is already said.
    """
    read = without_frames(spoken(normalise(list(texts[:READ]))))
    common = _common(read, background)
    choices = _clauses(read) or [one for one in _clauses(read, _ANY) if _value(one, common) > 0]
    if not choices:
        return ""
    # That it is very bad, and what it cost, is said last, when no clause that members share says what went wrong.
    telling = [
        one
        for one in choices
        if not (_VERDICT.search(one.text) or _EFFECT.search(one.text)) and _value(one, common) > 0
    ]
    chosen = max(
        telling or choices,
        key=lambda clause: (round(_value(clause, common), 6), -len(clause.text), clause.text),
    ).text
    return f"{where}：{chosen}" if where and where not in chosen else chosen


def _clauses(texts: Sequence[str], says: re.Pattern[str] = _SAYS) -> list[Clause]:
    found: dict[str, float] = {}
    for text, cut in zip(texts, clausal(texts), strict=True):
        for at, (start, end) in enumerate(_pieces(cut)):
            clause = trimmed(text[start:end])
            if _fit(clause, says):
                favour = 1.0 if at else TITLE if len(text) > LONG else FIRST
                found[clause] = max(found.get(clause, 1.0), favour)
    return [Clause(text, favour) for text, favour in found.items()]


def _pieces(text: str) -> list[tuple[int, int]]:
    """Where the clauses of a text stand that was cut with its length kept."""
    edges = [0, *(at for found in _SEPARATE.finditer(text) for at in found.span()), len(text)]
    return [
        (start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if text[start:end].strip()
    ]


def trimmed(piece: str) -> str:
    """A clause without leading connectives and without what closes it."""
    return _CLOSING.sub("", _OPENING.sub("", piece.strip(" \t!?！？。;；~～-—"))).strip()


def _fit(clause: str, says: re.Pattern[str]) -> bool:
    letters = sum(len(run) for run in _HAN.findall(clause))
    shaped = SHORTEST <= len(clause) <= LONGEST and letters >= 0.6 * len(clause)
    return shaped and bool(says.search(clause)) and not _PRIVATE.search(clause) and not _HALF.search(clause)


def _keys(text: str) -> list[int]:
    return [pair_key(run[at : at + 2]) for run in _HAN.findall(text) for at in range(len(run) - 1)]


def _common(texts: Sequence[str], background: Background) -> dict[int, float]:
    """Worth of each pair of characters: how far it is from everyday, times the squared share of the members with it."""
    counts: dict[int, int] = {}
    for text in texts:
        for key in set(_keys(text)):
            counts[key] = counts.get(key, 0) + 1
    keys = np.fromiter(counts, dtype=np.int64, count=len(counts))
    # What one member alone says is not what they have in common, unless there are no others.
    least = 0.0 if len(texts) < 3 else 1.0 / len(texts)
    return {
        key: rarity * max(counts[key] / len(texts) - least, 0.0) ** 2
        for key, rarity in zip(keys.tolist(), background.rarity(keys).tolist(), strict=True)
    }


def _value(clause: Clause, common: dict[int, float]) -> float:
    keys = set(_keys(clause.text))
    # Dividing by the root of the length favours a clause that says much over one that says little often.
    value = math.fsum(common.get(key, 0.0) for key in keys) / math.pow(max(len(keys), 4), 0.6)
    return value * clause.favour


def spot(text: str, name: str) -> tuple[float, int, int]:
    """Where a text says what a name says: the share of the name's pairs of characters, start and end of the clause."""
    wanted = set(_keys(name))
    found = [
        (len(wanted & set(_keys(text[start:end]))) / max(len(wanted), 1), start, end)
        for start, end in _pieces(clausal([text])[0])
    ]
    return max(found, key=lambda piece: (piece[0], -piece[1]), default=(0.0, 0, 0))
