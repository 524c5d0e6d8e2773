"""Train the area model: labelled opinions on cosmetics and goods, and words that name an area in public reviews."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from benchmarks import corpora
from benchmarks.fitting import counts, logistic
from voc.areas import CAP, units
from voc.clauses import clausal
from voc.hashing import Floats, joined
from voc.model import Scores, ToneModel, score
from voc.tables import quantised
from voc.text import normalise
from voc.topics import AreaModel

SEEDS = Path(__file__).with_name("seeds")
AREAS = (
    "product", "logistics", "installation", "aftersales", "service", "payment", "price", "packaging",
    "authenticity", "app", "site",
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
SEED = 20261121
CLAUSE_BITS, TEXT_BITS = 17, 15
WEAK_WEIGHT, WEAK_ROWS, LONG = 0.1, 16_000, 40
AROUND = 0.5  # how much less the clause before and the whole text are trusted than the clause
PENALTY, ROUNDS = 1 / 30, 45
FOLDS = 3


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
    if hotel or app:
        said["product"] = -1 if goods else 0
        if not hits:
            said["site" if hotel else "app"] = -1 if goods or hotel or len(clause) < 4 else 1
    else:
        said["product"] = -1 if hits or not goods else 1
    return [said[area] for area in AREAS]


@dataclass(frozen=True)
class Matrix:
    """All clauses of some texts: features of clause, clause before and text side by side; truth, weight, tone."""

    x: sparse.csr_matrix
    rows: NDArray[np.int64]
    said: NDArray[np.int8]
    tone: NDArray[np.int64]
    weight: Floats


def matrix(texts: Sequence[Labelled]) -> Matrix:
    """Features as `voc.areas.read` adds them up."""
    rows = np.array([k for k, one in enumerate(texts) for _ in one.spans])
    own = counts([one.text[a:b] for one in texts for a, b in one.spans], CLAUSE_BITS)
    follows = sparse.diags(np.concatenate([[0], rows[1:] == rows[:-1]]).astype(np.float32) * AROUND)
    before = follows @ own[np.maximum(np.arange(len(rows)) - 1, 0)]
    whole = counts([one.text for one in texts], TEXT_BITS)[rows] * AROUND
    said = np.concatenate([one.said for one in texts])
    tone = np.array([value for one in texts for value in one.tone])
    weight = np.array([one.weight for one in texts])[rows]
    return Matrix(sparse.hstack([own, before, whole]).tocsr(), rows, said, tone, weight)


def fit(data: Matrix) -> tuple[NDArray[np.float32], Floats]:
    """Weights (slots of the three parts, areas + 1) and bias; the last output is good against bad."""
    known = (data.said >= 0) * data.weight[:, None]
    judged = np.isin(data.tone, (-1, 1)) * data.weight
    y = np.column_stack([data.said == 1, data.tone == 1])
    return logistic(data.x, y, np.column_stack([known, judged]), PENALTY, ROUNDS)


def model_of(weights: NDArray[np.float32], bias: Floats) -> AreaModel:
    """The tables of a fit, not yet calibrated."""
    many, size = len(AREAS), 2**CLAUSE_BITS
    own, before, whole = weights[:size], weights[size : 2 * size, :many], weights[2 * size :, :many]
    clause = np.hstack([own[:, :many], before * AROUND, own[:, many:]])
    biases = np.concatenate([bias[:many], np.zeros(many), bias[many:]])
    tables = quantised(clause, biases), quantised(whole * AROUND, np.zeros(many))
    odds = np.stack([np.ones(many), np.zeros(many)])
    return AreaModel(AREAS, *tables, odds, np.full(many, 0.5), np.array([0.0, 0.5, 0.5, 0.2]))


def out_of_fold(gold: list[Labelled], other: Matrix) -> NDArray[np.float64]:
    """Logits of the clauses of labelled reviews, each by a fit that never saw the review."""
    fold = np.random.default_rng(SEED).integers(0, FOLDS, len(gold))
    data = matrix(gold)
    found = np.zeros((len(data.rows), len(AREAS) + 1))
    for k in range(FOLDS):
        kept, held = fold[data.rows] != k, fold[data.rows] == k
        weights, bias = fit(joint(data, kept, other))
        found[held] = data.x[held] @ weights + bias
    return found


def joint(data: Matrix, kept: NDArray[np.bool_], other: Matrix) -> Matrix:
    return Matrix(
        sparse.vstack([data.x[kept], other.x]).tocsr(),
        np.concatenate([data.rows[kept], other.rows]),
        np.concatenate([data.said[kept], other.said]),
        np.concatenate([data.tone[kept], other.tone]),
        np.concatenate([data.weight[kept], other.weight]),
    )


def calibrate(logits: Floats, truth: NDArray[np.bool_]) -> Floats:
    """Slope and offset per area by logistic regression on logits; areas never labelled keep their logits."""
    odds = np.stack([np.ones(len(AREAS)), np.zeros(len(AREAS))])
    for place in range(len(AREAS)):
        if truth[:, place].sum() >= 20:
            fitted = LogisticRegression(C=100.0).fit(logits[:, place : place + 1], truth[:, place])
            odds[:, place] = fitted.coef_[0, 0], fitted.intercept_[0]
    return odds


def reviews(shares: Floats, rows: NDArray[np.int64], size: int) -> Floats:
    """The surest clause of each text, shape (texts, areas)."""
    found = np.zeros((size, shares.shape[1]))
    np.maximum.at(found, rows, shares)
    return found


def thresholds(best: Floats, truth: NDArray[np.bool_]) -> Floats:
    """Per area the calibrated share with the best F1 over texts; 0.5 where there are too few texts to choose."""
    chosen = np.full(best.shape[1], 0.5)
    for place in np.flatnonzero(truth.sum(axis=0) >= 20):
        grid = np.arange(0.2, 0.71, 0.02)
        named = best[:, place, None] >= grid
        hits = (named & truth[:, place, None]).sum(axis=0)
        f1 = 2 * hits / (named.sum(axis=0) + truth[:, place].sum())
        flat = np.convolve(f1, np.ones(5) / 5, mode="same")  # the middle of a plateau, not a lucky peak
        flat[[0, 1, -2, -1]] = 0
        chosen[place] = grid[int(flat.argmax())]
    return chosen


def truths(texts: Iterable[Labelled]) -> NDArray[np.bool_]:
    return np.array([[area in one.areas for area in AREAS] for one in texts])


def mix(texts: list[Labelled], felt: Floats, tone: ToneModel) -> Floats:
    """Weights of 1, the sentiment read here, the tone of the clause and of the text, for the polarity of an opinion."""
    scores: Scores = score([one.text for one in texts], tone)
    rows = np.array([k for k, one in enumerate(texts) for _ in one.spans])
    spans = np.array([span for one in texts for span in one.spans])
    first = scores.starts[rows]
    clause = scores.spans(first + spans[:, 0], first + spans[:, 1])[:, 0]
    truth = np.array([value for one in texts for value in one.tone])
    judged = np.isin(truth, (-1, 1))
    signs = np.column_stack([felt, np.clip(clause, -CAP, CAP), np.clip(scores.rows()[:, 0], -CAP, CAP)[rows]])
    fitted = LogisticRegression(C=10.0).fit(signs[judged], truth[judged] == 1)
    return np.concatenate([fitted.intercept_, fitted.coef_[0]])


def train(tone: ToneModel, parts: tuple[str, ...] = ("train", "calibration")) -> tuple[AreaModel, str]:
    """Fit on labelled and weak clauses of these parts, calibrate and choose thresholds out of fold."""
    gold = [one for one in cosmetics() if one.part in parts and one.spans]
    rest = [one for one in [*goods(), *weak(np.random.default_rng(SEED))] if one.part in parts]
    other = matrix(rest)
    logits = out_of_fold(gold, other)
    data, truth = matrix(gold), truths(gold)
    odds = calibrate(logits[:, :-1], data.said == 1)
    shares = expit(odds[0] * logits[:, :-1] + odds[1])
    best = reviews(shares, data.rows, len(gold))
    chosen = thresholds(best, truth)
    model = model_of(*fit(joint(data, np.ones(len(data.rows), dtype=bool), other)))
    named = best >= chosen
    line = f"areas of reviews, out of fold: micro-F1 {micro(truth, named):.3f} (n={len(gold)})"
    weights = mix(gold, logits[:, -1], tone)
    return AreaModel(AREAS, model.clause, model.text, odds, chosen, weights), line


def micro(truth: NDArray[np.bool_], named: NDArray[np.bool_]) -> float:
    return float(2 * (truth & named).sum() / (truth.sum() + named.sum()))
