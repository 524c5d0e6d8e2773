"""What a feedback is about and how it is meant: type, sentiment, concrete issues, severity."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.areas import AreaOpinion, opinions
from voc.clauses import clausal
from voc.hashing import Floats
from voc.issues import IssueModel, guess
from voc.learning.apply import relearn
from voc.mentions import Mention, find_mentions
from voc.model import TYPES, Model, Scores, ToneModel, assemble, calibrated, score
from voc.severity import severities
from voc.taxonomy import Taxonomy

__all__ = ["Annotations", "Mention", "Model", "annotate", "assemble"]

RATING_WEIGHT = 0.8  # logits of sentiment per star away from three
TYPE_RATING_WEIGHT = 1.2
FORM_WEIGHT = 2.0  # logits of a form of words that by itself makes a wish or a question
TROUBLED = 0.5  # least probability of a complaint at which the issue model is asked
FRIENDLY = 1.5  # a clause this well-meaning (logits) is not where the trouble is
COMPLAINING = 0.8  # what the type complaint alone is worth as such a probability
TONES = ("positive", "neutral", "negative")
FLAT = 0.6  # how far from 0 the sentiment of a question must be to count as one
SURE_ENOUGH = {"type": 0.6, "sentiment": 0.65, "areas": 0.6, "issue": 0.5}  # calibrated; below: abstain
COMPLAINT, PRAISE = TYPES.index("complaint"), TYPES.index("praise")
SUGGESTION, ENQUIRY = TYPES.index("suggestion"), TYPES.index("enquiry")
_WISH = re.compile(
    r"(?:建议|希望|盼|期待|能不能|能否|可否|可不可以|最好|要是能|如果能).{0,8}"
    r"(?:增加|添加|加[上入个点一强]|改进|改善|优化|提供|支持|开发|设置|完善|提高|提升|适配|推出|出[个一]|开通|放宽|保留|恢复|调整|允许|多一[些点]|更)"
)
_PLAIN_WISH = re.compile(
    r"(?:^|\n)(?:希望|建议|盼望)(?!大家|各位|亲|别|不要|谨慎|慎|.{0,6}(?:倒闭|退|赔|处理|解决|修复|答复|回复|给个说法)).{3,}"
)
_QUESTION = re.compile(
    r"(?:^|\n)(?:请问|想问|问一下|想咨询|咨询一下|怎么|如何|怎样|什么时候|哪里|多少钱|是不是|有没有|能不能|可以).{1,30}$"
)


@dataclass(frozen=True)
class Annotations:
    """Columns of equal length, one entry per text.

    sentiment runs from -1 to 1 and tone says it in one word (TONES); confidences are calibrated shares;
    severity is 0 none, 1 severe words, 2 safety or outage; vague marks complaints that name no concrete
    issue; unsure names what the model abstains from: "type", "sentiment", "areas", "issue"; type_shares, of
    shape (texts, types), are the uncalibrated shares of TYPES that the type was chosen by.
    """

    type: list[str]
    type_confidence: Floats
    sentiment: Floats
    sentiment_confidence: Floats
    dimension: list[str | None]
    severity: list[int]
    vague: NDArray[np.bool_]
    mentions: list[list[Mention]]
    tone: list[str]
    areas: list[list[AreaOpinion]]
    dimension_confidence: Floats
    unsure: list[tuple[str, ...]]
    type_shares: Floats


def annotate(
    texts: Sequence[str], ratings: Sequence[float | None], taxonomy: Taxonomy, model: Model
) -> Annotations:
    """Label a batch; ratings run from 1 to 5, None where the channel has no stars."""
    said = _shipped(texts, ratings, taxonomy, model)
    return relearn(said, texts, taxonomy, model.learned, SURE_ENOUGH) if model.learned else said


def _shipped(
    texts: Sequence[str], ratings: Sequence[float | None], taxonomy: Taxonomy, model: Model
) -> Annotations:
    if len(texts) != len(ratings):
        raise ValueError("texts and ratings differ in length")
    scores = score(texts, model.tone)
    stars = np.array([0.0 if rating is None else rating - 3.0 for rating in ratings])
    rows = scores.rows()
    positive = _with_stars(calibrated(rows[:, 0], model.tone.sentiment_knots), RATING_WEIGHT * stars)
    clauses = clausal(texts)
    mentions = find_mentions(clauses, scores, rows[:, 0], stars, taxonomy)
    logits = rows[:, 1:] + _forms(clauses)
    types, _, _ = _types(logits, stars, mentions, model.tone)
    if model.topics.issues is not None:
        _fill_gaps(mentions, clauses, scores, positive, stars, types, taxonomy, model.topics.issues)
    types, type_confidence, type_shares = _types(logits, stars, mentions, model.tone)
    areas = opinions(clauses, scores, rows[:, 0], stars, mentions, taxonomy, model.topics.areas)
    sentiment_confidence = np.maximum(positive, 1 - positive)
    return Annotations(
        type=types,
        type_confidence=type_confidence,
        sentiment=2 * positive - 1,
        sentiment_confidence=sentiment_confidence,
        dimension=[_dimension(found, taxonomy) for found in mentions],
        severity=severities(clauses, mentions),
        vague=np.array(
            [t == "complaint" and not _negative(m) for t, m in zip(types, mentions, strict=True)], bool
        ),
        mentions=mentions,
        tone=_tones(positive, types),
        areas=areas,
        dimension_confidence=np.array([_surest(_negative(found)) for found in mentions], dtype=np.float64),
        unsure=_unsure(type_confidence, sentiment_confidence, areas, mentions),
        type_shares=type_shares,
    )


def _tones(positive: Floats, types: list[str]) -> list[str]:
    """Neutral only where nothing is judged: a question that leans nowhere."""
    flat = np.abs(2 * positive - 1) < FLAT
    return [
        "neutral" if kind == "enquiry" and even else "positive" if share >= 0.5 else "negative"
        for share, even, kind in zip(positive, flat, types, strict=True)
    ]


def _surest(found: Sequence[Mention | AreaOpinion]) -> float:
    return max((one.confidence for one in found), default=0.0)


def _unsure(
    kind: Floats, tone: Floats, areas: list[list[AreaOpinion]], mentions: list[list[Mention]]
) -> list[tuple[str, ...]]:
    """Name what each text is not surely told by."""
    area = np.array([_surest(found) for found in areas], dtype=np.float64)
    issue = np.array([_surest(_negative(found)) for found in mentions], dtype=np.float64)
    doubts = {
        "type": kind < SURE_ENOUGH["type"],
        "sentiment": tone < SURE_ENOUGH["sentiment"],
        "areas": (area > 0) & (area < SURE_ENOUGH["areas"]),
        "issue": (issue > 0) & (issue < SURE_ENOUGH["issue"]),
    }
    return [tuple(name for name, column in doubts.items() if column[row]) for row in range(len(kind))]


def _fill_gaps(
    mentions: list[list[Mention]],
    clauses: list[str],
    scores: Scores,
    positive: Floats,
    stars: Floats,
    types: list[str],
    taxonomy: Taxonomy,
    model: IssueModel,
) -> None:
    """Add what the issue model reads in troubled texts and no cue said."""
    complains = np.array([kind == "complaint" for kind in types], bool)
    trouble = np.where(complains, np.maximum(1 - positive, COMPLAINING), 1 - positive)
    asks = np.array([kind == "enquiry" for kind in types], bool) & (stars >= 0)
    rows = np.flatnonzero((trouble >= TROUBLED) & ~asks)
    spoken = [{mention.issue for mention in _negative(mentions[row])} for row in rows]
    guesses = [
        found for found in guess(clauses, rows, trouble[rows], spoken, model) if found.code in taxonomy
    ]
    first = scores.starts[[found.row for found in guesses]] if guesses else np.zeros(0, dtype=np.int64)
    ends = np.array([[found.start, found.end] for found in guesses], dtype=np.int64).reshape(-1, 2)
    tones = scores.spans(first + ends[:, 0], first + ends[:, 1])[:, 0]
    for found, tone in zip(guesses, tones, strict=True):
        if tone < FRIENDLY:
            area = taxonomy.issue(found.code).area
            mention = Mention(found.code, area, -1, found.start, found.end, found.confidence)
            mentions[found.row].append(mention)


def _with_stars(share: Floats, shift: Floats) -> Floats:
    odds = np.log(share / (1 - share)) + shift
    moved: Floats = 1 / (1 + np.exp(-odds))
    return moved


def _types(
    logits: Floats, stars: Floats, mentions: list[list[Mention]], model: ToneModel
) -> tuple[list[str], Floats, Floats]:
    """Choose the type by text, stars and negative mentions; also its confidence, and the shares of all."""
    shifted = logits.copy()
    # Stars only speak against praise or complaint: a question with one star is still a question.
    shifted[:, PRAISE] += TYPE_RATING_WEIGHT * np.minimum(stars, 0)
    shifted[:, COMPLAINT] -= TYPE_RATING_WEIGHT * np.maximum(stars, 0)
    shifted[:, COMPLAINT] += [0.5 * min(len(_negative(found)), 2) for found in mentions]
    shares = np.exp(shifted - shifted.max(axis=1, keepdims=True)) if len(logits) else shifted
    shares = shares / shares.sum(axis=1, keepdims=True)
    top = shares.max(axis=1) if len(logits) else np.zeros(0)
    return [TYPES[best] for best in shifted.argmax(axis=1)], calibrated(top, model.type_knots), shares


def _forms(clauses: list[str]) -> Floats:
    """What the form of words adds to the logits of the types, shape (texts, types)."""
    added = np.zeros((len(clauses), len(TYPES)))
    for row, text in enumerate(clauses):
        added[row, SUGGESTION] = FORM_WEIGHT * bool(_WISH.search(text) or _PLAIN_WISH.search(text))
        added[row, ENQUIRY] = FORM_WEIGHT * (len(text) < 40 and bool(_QUESTION.search(text.rstrip())))
    return added


def _negative(mentions: list[Mention]) -> list[Mention]:
    return [mention for mention in mentions if mention.polarity < 0]


def _dimension(mentions: list[Mention], taxonomy: Taxonomy) -> str | None:
    negative = _negative(mentions)
    if not negative:
        return None
    return taxonomy.issue(max(negative, key=lambda mention: mention.confidence).issue).dimension
