"""Vague complaints made concrete, from evidence that came with them and never without a citation.

Evidence is read sentence by sentence by the same machinery as feedback. What an agent says by routine does not
count, what the customer said counts before what others wrote, and where the evidence contradicts itself, or says
two things equally loud, nobody guesses: the customer is asked one short question instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from voc.evidence.sayings import CUSTOMER, STAFF, UNFOUNDED, Said, sayings
from voc.kernels.hashing import joined
from voc.reading.issues import shares
from voc.reading.labels import Annotations, annotate
from voc.reading.mentions import Mention
from voc.reading.model import Model
from voc.reading.severity import severities
from voc.reading.taxonomy import Taxonomy
from voc.text.clauses import clausal, clause_of
from voc.text.needles import hastened

SURE = 0.75  # least confidence of a mention that makes a complaint concrete
AHEAD = 0.12  # how much surer the first issue must be than the second
AGENT = 0.9  # what an agent's account weighs against the customer's own
QUOTED = 60  # characters of a citation
_NAMING = {
    "product": r"质量|产品|商品|做工|机器|性能",
    "logistics": r"物流|快递|配送|送货|发货|派送|运输|骑手|外卖员",
    "installation": r"安装|装机",
    "aftersales": r"售后|维修|保修|返修|退换|退货|换货",
    "service": r"客服|热线|坐席|人工服务|机器人",
    "payment": r"支付|付款|退款|发票|扣费|扣款|账单",
    "price": r"价格|价钱|优惠|促销|降价",
    "packaging": r"包装|纸箱|盒子",
    "authenticity": r"假货|正品|真伪|盗版",
    "app": r"app|软件|应用|小程序|网站|页面|客户端",
    "handling": r"业务办理|审批|手续|理赔|开户|过户|销户",
    "site": r"门店|店里|营业厅|网点|柜台|大厅|房间|酒店|环境",
}
_FOREMOST = re.compile(
    r"主要|首要|最(?:不满|生气|气|让|关键|重要)|重点|关键是|投诉(?:的)?(?:是|内容|原因|类型)|核心诉求"
)


@dataclass(frozen=True)
class Concrete:
    """The issue evidence shows, and the quotation that shows it: it stands at cell[start:end]."""

    issue: str
    area: str
    source: str
    start: int
    end: int
    quote: str
    confidence: float


@dataclass(frozen=True)
class Vague:
    """A vague complaint: its evidence, the areas it names, the issues it says are all right."""

    evidence: str | None
    areas: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Clarified:
    """What became of a vague complaint: either it is concrete, or there is one question to ask."""

    concrete: Concrete | None
    question: str | None


@dataclass(frozen=True)
class _Claim:
    said: Said
    mention: Mention
    clause: tuple[int, int]

    @property
    def weight(self) -> float:
        return self.mention.confidence * (AGENT if self.said.speaker == STAFF else 1.0)


def concretise(rows: Sequence[Vague], taxonomy: Taxonomy, model: Model) -> list[Concrete | None]:
    """Return, for each vague complaint, the issue its evidence shows, or None where it shows none clearly."""
    return [clarified.concrete for clarified in clarify(rows, taxonomy, model)]


def clarify(rows: Sequence[Vague], taxonomy: Taxonomy, model: Model) -> list[Clarified]:
    """Return, for each vague complaint, the issue its evidence shows or the question to ask."""
    claims: list[list[_Claim]] = [[] for _ in rows]
    for claim in _claims(rows, taxonomy, model):
        claims[claim.said.row].append(claim)
    return [_settle(row, found, taxonomy) for row, found in zip(rows, claims, strict=True)]


def make_concrete(
    annotations: Annotations,
    texts: Sequence[str],
    evidence: Sequence[str | None],
    taxonomy: Taxonomy,
    model: Model,
) -> tuple[Annotations, dict[int, Clarified]]:
    """Return annotations in which evidence made vague rows concrete, and what was found for each vague row."""
    rows = np.flatnonzero(annotations.vague).tolist()
    names = names_of(taxonomy)
    vague = [_vague(texts[row], annotations.mentions[row], evidence[row], names) for row in rows]
    found = dict(zip(rows, clarify(vague, taxonomy, model), strict=True))
    shown = {row: one.concrete for row, one in found.items() if one.concrete is not None}
    return (_with(annotations, texts, shown, taxonomy) if shown else annotations), found


def _vague(text: str, mentions: Sequence[Mention], evidence: str | None, names: Names) -> Vague:
    denied = frozenset(one.issue for one in mentions if one.polarity > 0)
    return Vague(evidence, names.areas_in(text), denied)


@dataclass(frozen=True)
class Names:
    """What areas are called outright; what a model guesses from 太差了 alone names nothing."""

    areas: tuple[str, ...]
    pattern: re.Pattern[str]

    def areas_in(self, text: str) -> frozenset[str]:
        """Return the areas a text names."""
        return frozenset(self.areas[(found.lastindex or 1) - 1] for found in self.pattern.finditer(text))


def names_of(taxonomy: Taxonomy) -> Names:
    """Compile the names of all areas; one that somebody added is known by the beginning of its name."""
    words = [f"({_NAMING.get(code, re.escape(name[:2]))})" for code, name in taxonomy.areas.items()]
    return Names(tuple(taxonomy.areas), re.compile(hastened("|".join(words)), re.IGNORECASE))


def _with(
    annotations: Annotations, texts: Sequence[str], shown: dict[int, Concrete], taxonomy: Taxonomy
) -> Annotations:
    mentions, severity = list(annotations.mentions), list(annotations.severity)
    dimension, vague = list(annotations.dimension), annotations.vague.copy()
    sure = annotations.dimension_confidence.copy()
    graver = severities(clausal([one.quote for one in shown.values()]), [[] for _ in shown])
    for (row, one), grade in zip(shown.items(), graver, strict=True):
        # The whole of the customer's words is what the citation explains.
        mention = Mention(one.issue, one.area, -1, 0, len(texts[row]), one.confidence)
        mentions[row] = [*mentions[row], mention]
        dimension[row], sure[row] = taxonomy.issue(one.issue).dimension, one.confidence
        severity[row], vague[row] = max(severity[row], grade), False
    return replace(
        annotations,
        mentions=mentions,
        severity=severity,
        dimension=dimension,
        vague=vague,
        dimension_confidence=sure,
    )


# --- reading evidence -------------------------------------------------------------------------------------


def _claims(rows: Sequence[Vague], taxonomy: Taxonomy, model: Model) -> Iterator[_Claim]:
    """Yield every sure mention, for or against, in what anybody said."""
    said = [one for row, vague in enumerate(rows) for one in sayings(row, vague.evidence or "")]
    if not said:
        return
    read = annotate([one.text for one in said], [None] * len(said), taxonomy, model)
    clauses = clausal([one.text for one in said])
    seconded = _second_reading(clauses, read.mentions, model)
    for n, (one, mentions, text) in enumerate(zip(said, read.mentions, clauses, strict=True)):
        for mention in mentions:
            proves = mention.confidence >= SURE and mention.issue == seconded.get(n, mention.issue)
            # To deny takes less than to prove.
            if mention.polarity > 0 or (mention.polarity < 0 and proves):
                yield _Claim(one, mention, clause_of(text, mention.start, mention.end))


def _second_reading(
    clauses: Sequence[str], mentions: Sequence[list[Mention]], model: Model
) -> dict[int, str]:
    """Name the issue the whole sentence speaks of most by the issue model: a cue alone may be a side remark."""
    known = model.topics.issues if model.topics else None
    rows = [n for n, found in enumerate(mentions) if any(m.polarity < 0 for m in found)]
    if known is None or not rows:
        return {}
    codes, starts, ends = joined([clauses[n] for n in rows])
    best = shares(codes, starts, ends, known).argmax(axis=1)
    return {n: known.codes[first] for n, first in zip(rows, best.tolist(), strict=True)}


# --- deciding ---------------------------------------------------------------------------------------------


def _settle(row: Vague, claims: list[_Claim], taxonomy: Taxonomy) -> Clarified:
    if row.evidence and UNFOUNDED.search(row.evidence):
        claims = []
    denied = row.denied | {claim.mention.issue for claim in claims if _denies(claim)}
    against = [c for c in claims if c.mention.polarity < 0 and c.mention.issue not in denied]
    own = [claim for claim in against if claim.said.speaker == CUSTOMER]
    heard = [c for c in own or against if not row.areas or c.mention.area in row.areas]
    ranked = _ranked(heard)
    if not ranked:
        return Clarified(None, question(sorted(row.areas), [], taxonomy))
    if len(ranked) == 1 or _leads(*ranked[:2]):
        return Clarified(_cited(ranked[0]), None)
    return Clarified(None, question([], [claim.mention.issue for claim in ranked[:2]], taxonomy))


def _denies(claim: _Claim) -> bool:
    return claim.mention.polarity > 0 or (claim.said.speaker != CUSTOMER and claim.said.denies)


def _ranked(claims: list[_Claim]) -> list[_Claim]:
    """Keep the surest claim of each issue, surest first; who says 主要是 means it."""
    best: dict[str, _Claim] = {}
    for claim in sorted(claims, key=lambda c: (-_foremost(c), -c.weight, c.said.start)):
        # The same words read as two issues (安装时乱收费) are one trouble: the surer reading is kept.
        if not any(_same_words(claim, other) for other in best.values()):
            best.setdefault(claim.mention.issue, claim)
    return list(best.values())


def _same_words(one: _Claim, other: _Claim) -> bool:
    overlap = one.mention.start < other.mention.end and other.mention.start < one.mention.end
    return one.said == other.said and overlap and one.mention.issue != other.mention.issue


def _foremost(claim: _Claim) -> bool:
    return bool(_FOREMOST.search(claim.said.text))


def _leads(first: _Claim, second: _Claim) -> bool:
    return _foremost(first) > _foremost(second) or first.weight - second.weight >= AHEAD


def _cited(claim: _Claim) -> Concrete:
    start, end = claim.clause
    if end - start > QUOTED:
        start = max(start, min(claim.mention.start, claim.mention.end - QUOTED))
        end = min(end, start + QUOTED)
    words = claim.said.text[start:end]
    start += len(words) - len(words.lstrip())
    quote, first = words.strip(), claim.said.start + start
    return Concrete(
        claim.mention.issue,
        claim.mention.area,
        claim.said.source,
        first,
        first + len(quote),
        quote,
        round(claim.weight, 4),
    )


# --- asking -----------------------------------------------------------------------------------------------

OPEN_QUESTION = "请问具体是哪件事让您不满意？一句话告诉我们就好。"


def question(areas: Sequence[str], issues: Sequence[str], taxonomy: Taxonomy) -> str:
    """Make one short question out of what is known: two issues, else one area, else nothing."""
    if len(issues) == 2:
        first, second = (taxonomy.issue(code).name for code in issues)
        return f"请问让您最不满意的是{first}，还是{second}？"
    if len(areas) != 1:
        return OPEN_QUESTION
    names = [issue.name for issue in taxonomy.issues if issue.area == areas[0]][:3]
    about = f"您提到的{taxonomy.areas[areas[0]]}问题，具体是"
    return f"{about}{'、'.join(names[:-1])}还是{names[-1]}？" if len(names) > 1 else f"{about}什么情况？"
