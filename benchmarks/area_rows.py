"""Clauses whose areas are known: labelled opinions on cosmetics and goods, and words that name an area in reviews."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import corpora, tone_rows
from voc.kernels.hashing import joined
from voc.reading.areas import units
from voc.text.clauses import clausal
from voc.text.uniform import normalise

SEEDS = Path(__file__).with_name("seeds")
AREAS = (
    "product", "logistics", "installation", "aftersales", "service", "payment", "price", "packaging",
    "authenticity", "app", "site", "handling",
)  # fmt: skip
OFFICIAL = {
    "物流": "logistics", "服务": "service", "包装": "packaging", "价格": "price", "真伪": "authenticity",
}  # fmt: skip
TERMS = {
    "logistics": "物流|快递|发货|送货|配送|包邮",
    "price": "价|便宜|划算|贵|实惠|618|活动|赠|优惠|双11|双十一|送小样",
    "packaging": "包装|盒",
    "authenticity": "正品|假货|真假",
    "service": "客服|服务|态度|卖家",
    "aftersales": "售后|退货|退换|维修",
}
_HANDLED = re.compile("办[理卡证]|手续|流程|审[核批]|材料|申请|业务|预约|注册")
WEAK_WEIGHT, WEAK_ROWS, LONG = 0.1, 16_000, 40
NO_GOODS_WEIGHT, NO_GOODS_ROWS = 0.15, 6000
ASKED = ("unionpay", "bq_dev", "atec_train_without_holdout")


@dataclass(frozen=True)
class Labelled:
    """One text as `clausal` made it; per clause the AREAS said (1), not said (0) or unknown (-1), and the tone."""

    text: str
    spans: list[tuple[int, int]]
    said: NDArray[np.int8]
    tone: list[int]
    weight: float
    part: str
    areas: frozenset[str] = frozenset()


def spans_of(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Clauses of each text, positions within it."""
    codes, first, last = joined(texts)
    parts = units(texts, codes, first, last)
    found: list[list[tuple[int, int]]] = [[] for _ in texts]
    for row, start, end in zip(*(c.tolist() for c in (parts.rows, parts.starts, parts.ends)), strict=True):
        found[row].append((start - int(first[row]), end - int(first[row])))
    return found


def cosmetics() -> list[Labelled]:
    """Reviews of the Zhejiang Cup 2019: every opinion of a review is labelled, so what is not named is not said."""
    opinions: dict[str, list[dict[str, str]]] = {}
    for row in corpora.rows("zhejiang_cup2019_opinion/labels.csv"):
        opinions.setdefault(row["id"], []).append(row)
    reviews = corpora.rows("zhejiang_cup2019_opinion/reviews.csv")
    texts = clausal(normalise([row["Reviews"] for row in reviews]))
    return [
        _cosmetic(text, spans, opinions.get(row["id"], []))
        for text, spans, row in zip(texts, spans_of(texts), reviews, strict=True)
    ]


def _cosmetic(text: str, spans: list[tuple[int, int]], opinions: list[dict[str, str]]) -> Labelled:
    said = np.zeros((len(spans), len(AREAS)), dtype=np.int8)
    tone = [0] * len(spans)
    for row in opinions:
        at = _place(text, row)
        unit = next((k for k, (start, end) in enumerate(spans) if start <= at < end), None)
        if unit is not None:
            said[unit, AREAS.index(area_of(row))] = 1
            sign = {"正面": 1, "负面": -1}.get(row["Polarities"], 0)
            tone[unit] = sign if tone[unit] in (0, sign) else 9  # 9: both, which teaches nothing
    named = frozenset(map(area_of, opinions))
    return Labelled(text, spans, said, tone, 1.0, corpora.part(text), named)


def area_of(row: dict[str, str]) -> str:
    return OFFICIAL.get(row["Categories"], "product")


def _place(text: str, row: dict[str, str]) -> int:
    """Where the opinion stands in the normalised text: its words nearest to their place in the raw one."""
    for term, at in ((row["OpinionTerms"], row["O_start"]), (row["AspectTerms"], row["A_start"])):
        word = normalise([term])[0].lower()
        places = (
            [found.start() for found in re.finditer(re.escape(word), text)] if word not in ("", "_") else []
        )
        if places:
            expected = int(at) if at.strip().isdigit() else 0
            return min(places, key=lambda place: abs(place - expected))
    return -1


def goods() -> list[Labelled]:
    """Sentences on goods with the term judged; other areas than that of the term are unknown."""
    found = []
    rows = corpora.rows("absa_chinese_apc/absa_chinese_apc.csv")
    texts = clausal(normalise([row["sentence"] for row in rows]))
    for text, spans, row in zip(texts, spans_of(texts), rows, strict=True):
        at = text.find(normalise([row["aspect"]])[0].lower())
        unit = next((k for k, (start, end) in enumerate(spans) if start <= at < end), None)
        if unit is not None:
            said = np.full((1, len(AREAS)), -1, dtype=np.int8)
            area = next((a for a, words in TERMS.items() if re.search(words, row["aspect"])), "product")
            said[0, AREAS.index(area)] = 1
            tone = 1 if row["polarity"] == "Positive" else -1
            found.append(Labelled(text, [spans[unit]], said, [tone], 0.3, corpora.part(text)))
    return found


def weak(rng: np.random.Generator) -> list[Labelled]:
    """Clauses of public reviews, labelled by the words of seeds/areas.toml and by what the review is about."""
    table = tomllib.loads((SEEDS / "areas.toml").read_text(encoding="utf-8"))
    very = table["words"].pop("very")
    words = {area: re.compile(pattern.replace("{very}", very)) for area, pattern in table["words"].items()}
    sure = {area: re.compile(pattern) for area, pattern in table["sure"].items()}
    rows = corpora._clean([*corpora.shopping(), *corpora.waimai(), *corpora.aircon(), *corpora.apps()])
    rows = [row for row in rows if corpora.part(row.text) != "test"]
    rows = [rows[k] for k in rng.permutation(len(rows))[:WEAK_ROWS]]
    texts = clausal([row.text for row in rows])
    found = []
    for row, text, spans in zip(rows, texts, spans_of(texts), strict=True):
        short = [span for span in spans[:12] if span[1] - span[0] <= LONG]
        said = np.array([_said(text[a:b], row.domain, words, sure) for a, b in short], dtype=np.int8)
        # Only a review of one clause says for sure how that clause is meant.
        tone = [{"1": 1, "0": -1}.get(row.label, 9) if len(spans) == 1 else 9] * len(short)
        if short:
            found.append(Labelled(text, short, said, tone, WEAK_WEIGHT, corpora.part(text)))
    return found


def without_goods(rng: np.random.Generator) -> list[Labelled]:
    """Letters to offices and questions to banks: whatever they speak of, it is not the quality of goods."""
    asked = [row.text for row in corpora.types_weak() if row.domain in ASKED]
    letters = [row.text for row in tone_rows.civic()]
    texts = [text for text in [*letters, *asked] if corpora.part(text) != "test"]
    kept = clausal([texts[k] for k in rng.permutation(len(texts))[:NO_GOODS_ROWS]])
    said = np.array([-1 if area != "product" else 0 for area in AREAS], dtype=np.int8)
    return [
        Labelled(
            text, spans, np.tile(said, (len(spans), 1)), [9] * len(spans), NO_GOODS_WEIGHT, corpora.part(text)
        )
        for text, spans in zip(kept, spans_of(kept), strict=True)
        if spans
    ]


def _said(
    clause: str, domain: str, words: dict[str, re.Pattern[str]], sure: dict[str, re.Pattern[str]]
) -> list[int]:
    hotel, app = domain == "shopping/酒店", domain.startswith("app")
    hits = {area for area, pattern in words.items() if pattern.search(clause)}
    goods = "product" in hits
    hits.discard("product")
    if not hotel and not sure["site"].search(clause):
        hits.discard("site")
    if not app and not sure["app"].search(clause):
        hits.discard("app")
    said = {area: int(area in hits) for area in AREAS}
    said["handling"] = -1 if _HANDLED.search(clause) else 0
    if hotel or app:
        said["product"] = -1 if goods else 0
        if not hits:
            said["site" if hotel else "app"] = -1 if goods or hotel or len(clause) < 4 else 1
    else:
        said["product"] = -1 if hits or not goods else 1
    return [said[area] for area in AREAS]


def truths(texts: Iterable[Labelled]) -> NDArray[np.bool_]:
    return np.array([[area in one.areas for area in AREAS] for one in texts])
