"""Issues mentioned in a text, each with the polarity it is mentioned in.

A cue alone is not a complaint: it may be negated (不漏水), supposed (怕漏水), asked about (漏水吗) or belong
to another product (以前那台漏水). What stays is weighed against the tone of the clause, of the text and the stars.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from voc.kernels.hashing import Floats, Ints
from voc.reading.cues import Hit, finder
from voc.reading.denied import denied
from voc.reading.model import Scores
from voc.reading.taxonomy import Taxonomy

# Weights of the decision, in logits, set by reading the development corpora (docs/benchmarks/tone.md).
PRIOR, CLAUSE, TEXT, STARS = 1.8, 0.6, 0.22, 0.6
PRAISE_PRIOR = 0.6
SURE = 0.6  # below it a mention is kept as neither trouble nor praise
LIMIT = 4.0  # a long text must not outvote everything else

_NEGATED = re.compile(
    r"(?:不(?!过)|没|没有|无|不会|未|从未|从不|从没|没再|不再|毫无|没什么|没有什么|没啥|没发现|未发现|没有发现|没出现|没有出现|不存在|"
    r"不怎么|避免|杜绝|不太|不是很|不算|并不|并非|并没有|绝不|谈不上|说不上|没遇到|没有遇到|没有?(?:出现|发生|遇到)过?.{0,5}|不用担心|不必担心|不怕|不至于|几乎没有?|减少|解决了?|"
    r"非|别|零|无任何|没有任何|没任何|没有过|不能说|不是)"
    r"(?:有|再|出现|任何|一点|太|很|明显|什么|发生|会|那么|这么|特别|的|过|觉得|感觉|感到|不必要的|必要的|磕碰|破损|损坏|一个|的情况)*$"
)
_DENIES = re.compile(
    "[不没无未从毫避杜几并绝谈说减解非别零]"
)  # a cheap look: one of these stands in every negation
_PLAYED_DOWN = re.compile(
    r"不能算|不算|谈不上|不至于|不觉得|没觉得|没感觉|不会差|不会太差|没有?额外|没有?多收|没有?另外|没有?出现|[无没]破损|没有破损|不会出现"
)
# 师傅没有迟到: the cue spans who was late and the lateness, and denies it in between.
_DENIED_INSIDE = re.compile(
    r"(?:没有?|未|从不|从未|毫无|无任何|不会|不再)(?:任何|再|发生|出现|什么|啥|过|有|一点|丝毫|明显|的)*"
    r"(?:迟到|爽约|放鸽子|失约|拖延|拖拉|推迟|改期|改约|推后|延误|延期|乱收|多收|加价|破损|损坏|划痕|漏水|异味|噪音|"
    r"噪声|卡顿|闪退|报错|出错|丢件|少件|缺件|错发|发错|过期|变质|生锈|推诿|敷衍|不耐烦|掉线|断网|变形|色差|掉色|褪色|开裂)"
)
_ASKED_INSIDE = re.compile(r"有没有|是不是|会不会|好不好|行不行|是否")
_SUPPOSED = re.compile(
    r"(?:怕|担心|以为|万一|如果|要是|若是|假如|会不会|是否|有没有|会否|防止|免得|以免|有无|旧(?:的|空调|机)|老空调|原旧|上一台|以前(?:的|皮肤|用|买|住)|不知(?:道)?(?:会|有)|据说|听说|"
    r"看评论|评论(?:里|中|都|区)?说|看到.{0,3}(?:评论|评价|有人)|网上说|别人说|有人说|都说|比.{1,6}(?:强|好)|"
    r"(?:以前|之前|原来|上次|上一|旧|老)(?:的)?(?:那|家|台|个|款|用的|买的.{0,6}(?:台|家|个))|本来以为|原以为|还以为|与其|不像|没有一[个件台]|相比|只要|除非|即使|哪怕)"
)
_ASKED = re.compile(r"^.{0,3}(?:吗|么|没有|嘛|怎么办|呢)$|^.{0,2}(?:吗|么)")


class Mention(NamedTuple):
    """An issue spoken of at text[start:end]; polarity is -1 trouble, 0 neither, 1 the opposite of trouble."""

    issue: str
    area: str
    polarity: int
    start: int
    end: int
    confidence: float


def find_mentions(
    clauses: list[str], scores: Scores, tones: Floats, stars: Floats, taxonomy: Taxonomy
) -> list[list[Mention]]:
    """Find at most one mention per text, issue and polarity; `clauses` is what `voc.text.clauses.clausal` made."""
    mentions: list[list[Mention]] = [[] for _ in clauses]
    hits = list(finder(taxonomy).find(clauses))
    if not hits:
        return mentions
    polarity, confidence = _judge(hits, clauses, scores, tones, stars)
    sure, directions = confidence.tolist(), polarity.tolist()
    for k in _by_weight(hits, polarity, confidence):
        hit = hits[k]
        issue = taxonomy.issues[hit.issue]
        found = Mention(issue.code, issue.area, directions[k], hit.start, hit.end, sure[k])
        earlier = mentions[hit.row]
        if not (earlier and any(_covers(one, found) for one in earlier)):
            earlier.append(found)
    return mentions


def _by_weight(hits: list[Hit], polarity: Ints, confidence: Floats) -> list[int]:
    """The order in which the hits of a text are heard."""
    # Trouble first: 不送上楼 holds 送上楼, and the longer reading is the right one.
    rank = np.array([0, 2, 1])[polarity + 1]
    rows, starts = np.array([(hit.row, hit.start) for hit in hits]).T
    order: list[int] = np.lexsort((starts, -confidence, rank, rows)).tolist()
    return order


def _covers(earlier: Mention, later: Mention) -> bool:
    """Whether an earlier mention of the issue leaves nothing new to say."""
    if earlier.issue != later.issue:
        return False
    overlaps = later.start < earlier.end and earlier.start < later.end
    return overlaps or later.polarity in (0, earlier.polarity)


def _judge(
    hits: list[Hit], clauses: list[str], scores: Scores, tones: Floats, stars: Floats
) -> tuple[Ints, Floats]:
    """Polarity and its confidence for every hit."""
    rows = np.array([hit.row for hit in hits])
    around = np.array([(hit.left, hit.right) for hit in hits])
    first = scores.starts[rows]
    clause = scores.spans(first + around[:, 0], first + around[:, 1])[:, 0]
    tone = CLAUSE * _cap(clause) + TEXT * _cap(tones[rows]) + STARS * stars[rows]
    praise = np.array([hit.praise for hit in hits])
    read = np.array([_read(hit, clauses[hit.row]) for hit in hits])
    odds = np.where(praise ^ (read == "negated"), PRAISE_PRIOR + tone, PRIOR - tone)
    sure = 1 / (1 + np.exp(-odds))
    direction = np.where(praise, 1, -1)
    # A negated trouble is praise, a negated praise is not yet a trouble of this very kind.
    direction = np.where(read == "negated", np.where(praise, 0, 1), direction)
    direction = np.where((read == "supposed") | (sure < SURE), 0, direction)
    confidence = np.where(direction == 0, np.maximum(sure, 1 - sure), sure)
    return direction, confidence


def _cap(values: Floats) -> Floats:
    return np.clip(values, -LIMIT, LIMIT)


def _read(hit: Hit, text: str) -> str:
    before, cue, after = text[hit.left : hit.start], text[hit.start : hit.end], text[hit.end : hit.right]
    # Each costly look is taken only where something can be seen: most cues begin their clause or end it.
    if before and _DENIES.search(before) and _NEGATED.search(before):
        return "negated"
    denies = _DENIES.search(cue)
    if denies and (_PLAYED_DOWN.search(cue) or _DENIED_INSIDE.search(cue)):
        return "negated"
    supposed = (
        (before and (_asks_whether(before, cue) or _SUPPOSED.search(before)))
        or (after and _ASKED.search(after))
        or ((denies or "否" in cue) and _ASKED_INSIDE.search(cue))
    )
    if supposed:
        return "supposed"
    return "negated" if not hit.praise and _is_denied(hit, text) else "plain"


def _is_denied(hit: Hit, text: str) -> bool:
    """不会死机黑屏, 耗电不高: one sign denies two troubles, or stands behind or within what is denied."""
    clause = text[hit.left : hit.right]
    found = denied(clause)
    return bool(found and hit.left + found.start() < hit.end and hit.start < hit.left + found.end())


def _asks_whether(before: str, cue: str) -> bool:
    """有没有停车场: the first sign of the cue is the second half of a question."""
    return (
        before[-1:] + cue[:2] in ("有没有", "是不是", "会不会", "能不能", "可不可")
        or before[-1:] + cue[:1] == "有无"
    )
