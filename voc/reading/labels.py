"""What a feedback is about and how it is meant: type, sentiment, concrete issues, severity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.kernels.hashing import Floats
from voc.learning.apply import relearn
from voc.reading.areas import AreaOpinion, opinions
from voc.reading.denied import denials, denied, outright
from voc.reading.dimensions import dimensions
from voc.reading.issues import guess
from voc.reading.kinds import KINDS, kind_shares, letterlike
from voc.reading.mentions import Mention, find_mentions
from voc.reading.model import TYPES, Model, Scores, ToneModel, assemble, calibrated, score
from voc.reading.outright import named_outright, without_doubtful_goods
from voc.reading.severity import severities
from voc.reading.taxonomy import Taxonomy
from voc.reading.topics import Topics
from voc.reading.turns import lukewarm, turned
from voc.text.clauses import clausal

__all__ = ["Annotations", "Mention", "Model", "annotate", "assemble"]

MIDDLE = 3.0
RATING_WEIGHT = 0.8  # logits of sentiment per star away from three
OUTSPOKEN = 0.5  # logits of trouble in the words at which good stars no longer count
# Of fifty questions with one or two stars, read outside the test part, forty-six complained: 怎么都转不到人工.
JUDGING, ASKED_IN_EARNEST = 2, 0.05
GRIEVED = 1.5  # logits by which opinions in letters to offices, polite in words, mean worse than in a review
TROUBLED = 0.5  # least probability of a complaint at which the issue model is asked
FRIENDLY = 1.5  # a clause this well-meaning (logits) is not where the trouble is
COMPLAINING = 0.8  # what the type complaint alone is worth as such a probability
TONES = ("positive", "neutral", "negative")
FLAT = {"enquiry": 0.9, "suggestion": 0.7}  # how far from 0 their sentiment must be to count as one
LEVEL = 0.5  # with three stars words that lean less than this, and name no trouble, are neutral
TEPID = 0.2  # what is left of the leaning of texts that say nothing but 还行
DECIDED = 3
SURE_ENOUGH = {"type": 0.6, "sentiment": 0.65, "areas": 0.6, "issue": 0.5}  # calibrated; below: abstain


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
    stars = np.array([0.0 if rating is None else rating - MIDDLE for rating in ratings])
    rows, clauses = scores.rows(), clausal(texts)
    felt = scores.feelings(rows)
    kinds = _judging(kind_shares(rows, clauses, texts), ratings)
    tepid = lukewarm(clauses, np.array([rating is not None and rating >= MIDDLE for rating in ratings], bool))
    denying = denials(clauses)
    worded = _worded(felt, letterlike(rows), kinds, clauses, model.tone)
    worded += outright(clauses, denying)
    worded = np.where(tepid, TEPID * worded, worded)
    mentions = find_mentions(clauses, scores, felt, stars, taxonomy)
    stars = _heard(stars, worded, np.array([any(m.polarity < 0 for m in found) for found in mentions], bool))
    positive = _shares(worded + RATING_WEIGHT * stars)
    types, type_confidence, type_shares = _types(kinds, positive, model.tone)
    if model.topics.issues is not None:
        _fill_gaps(mentions, clauses, scores, positive, stars, types, taxonomy, model.topics)
    areas = opinions(clauses, scores, felt, stars, mentions, taxonomy, model.topics.areas, denying)
    sentiment_confidence = np.maximum(positive, 1 - positive)
    blamed = [_negative(found) if found else found for found in mentions]
    issue_confidence = _surest(blamed)
    tone = _tones(positive, types, blamed, tepid & (stars == 0), [rating == MIDDLE for rating in ratings])
    areas = _as_told(areas, clauses, mentions, tone, 2 * positive - 1, taxonomy)
    dimension, dimension_confidence = dimensions(blamed, areas, taxonomy)
    return Annotations(
        type=types,
        type_confidence=type_confidence,
        sentiment=2 * positive - 1,
        sentiment_confidence=sentiment_confidence,
        dimension=dimension,
        severity=severities(clauses, mentions),
        vague=np.array([t == "complaint" and not m for t, m in zip(types, blamed, strict=True)], bool),
        mentions=mentions,
        tone=tone,
        areas=areas,
        dimension_confidence=dimension_confidence,
        unsure=_unsure(type_confidence, sentiment_confidence, _surest(areas), issue_confidence),
        type_shares=type_shares,
    )


def _as_told(
    areas: Sequence[list[AreaOpinion]],
    clauses: Sequence[str],
    mentions: Sequence[list[Mention]],
    tone: Sequence[str],
    felt: Floats,
    taxonomy: Taxonomy,
) -> list[list[AreaOpinion]]:
    """Areas without a feeling where nothing is judged or blamed, and with goods only where nothing is surer."""
    judged = [word != "neutral" for word in tone]
    calm = [
        found if sure or _negative(named) else [opinion._replace(sentiment=0.0) for opinion in found]
        for found, named, sure in zip(areas, mentions, judged, strict=True)
    ]
    left = without_doubtful_goods(calm, mentions, judged)
    return named_outright(clauses, left, mentions, felt, judged, taxonomy.areas)


def _worded(felt: Floats, letter: Floats, kinds: Floats, clauses: Sequence[str], model: ToneModel) -> Floats:
    """Log-odds of praise by the words alone: the table's, less what letters mean worse, and turns of phrase."""
    # Squared, so that what is only half a letter, a long review, hardly moves; who only asks has no grievance.
    grieved = GRIEVED * letter**2 * (1 - kinds[:, KINDS.index("enquiry")])
    return _odds(calibrated(felt, model.sentiment_knots)) - grieved + turned(clauses)


def _tones(
    positive: Floats,
    types: list[str],
    blamed: list[list[Mention]],
    tepid: NDArray[np.bool_],
    middling: list[bool],
) -> list[str]:
    """Neutral where nothing is judged, or evenly: a wish or a question that names no trouble, 还行, three stars."""
    leaning = np.abs(2 * positive - 1)
    flat = np.array([FLAT.get(kind, 0.0) for kind in types])
    angry = np.array(
        [kind == "enquiry" and bool(found) for kind, found in zip(types, blamed, strict=True)], bool
    )
    even = np.array(middling, bool) & (leaning < LEVEL) & np.array([not found for found in blamed], bool)
    neutral = ((leaning < flat) & ~angry) | tepid | even
    signed = np.where(positive >= 0.5, "positive", "negative")
    tones: list[str] = np.where(neutral, "neutral", signed).tolist()
    return tones


def _surest(column: Sequence[Sequence[Mention | AreaOpinion]]) -> Floats:
    """The highest confidence of each row, 0 where there is none."""
    best = np.zeros(len(column))
    for row, found in enumerate(column):
        if found:
            best[row] = max([one.confidence for one in found])
    return best


def _unsure(kind: Floats, tone: Floats, area: Floats, issue: Floats) -> list[tuple[str, ...]]:
    """Name what each text is not surely told by."""
    columns = {"type": kind, "sentiment": tone, "areas": area, "issue": issue}
    doubts = [(found > 0) & (found < SURE_ENOUGH[name]) for name, found in columns.items()]
    number = sum(doubt.astype(np.int64) << place for place, doubt in enumerate(doubts))
    said = [
        tuple(name for place, name in enumerate(columns) if k >> place & 1) for k in range(2 ** len(doubts))
    ]
    return [said[k] for k in np.asarray(number).tolist()]


def _fill_gaps(
    mentions: list[list[Mention]],
    clauses: list[str],
    scores: Scores,
    positive: Floats,
    stars: Floats,
    types: list[str],
    taxonomy: Taxonomy,
    model: Topics,
) -> None:
    """Add what the issue model reads in troubled texts and no cue said."""
    complains = np.array([kind == "complaint" for kind in types], bool)
    trouble = np.where(complains, np.maximum(1 - positive, COMPLAINING), 1 - positive)
    asks = np.array([kind == "enquiry" for kind in types], bool) & (stars >= 0)
    rows = np.flatnonzero((trouble >= TROUBLED) & ~asks)
    # What a cue has read, as denied or feared perhaps, is not guessed at again.
    spoken = [{mention.issue for mention in mentions[row]} for row in rows]
    guesses = guess(clauses, rows, trouble[rows], spoken, taxonomy, model)
    first = scores.starts[[found.row for found in guesses]] if guesses else np.zeros(0, dtype=np.int64)
    ends = np.array([[found.start, found.end] for found in guesses], dtype=np.int64).reshape(-1, 2)
    tones = scores.spans(first + ends[:, 0], first + ends[:, 1])[:, 0]
    for found, tone in zip(guesses, tones, strict=True):
        if tone < FRIENDLY and not denied(clauses[found.row][found.start : found.end]):
            area = taxonomy.issue(found.code).area
            mention = Mention(found.code, area, -1, found.start, found.end, found.confidence)
            mentions[found.row].append(mention)


def _heard(stars: Floats, worded: Floats, named: NDArray[np.bool_]) -> Floats:
    """The stars as far as the words allow: five are given from habit, and trouble named beside them is meant.

    Bad stars keep their weight: kind words beside them are courtesy, or irony.
    """
    trust = np.clip(1 + worded / OUTSPOKEN, 0, 1)
    return np.where((stars > 0) & named, stars * trust, stars)


def _odds(share: Floats) -> Floats:
    odds: Floats = np.log(share / (1 - share))
    return odds


def _shares(odds: Floats) -> Floats:
    shares: Floats = 1 / (1 + np.exp(-odds))
    return shares


def _judging(kinds: Floats, ratings: Sequence[float | None]) -> Floats:
    """Take most of a question's share from who rates badly: it is put in anger."""
    bad = np.array([rating is not None and rating <= JUDGING for rating in ratings], dtype=np.bool_)
    weights = np.where(np.outer(bad, np.array(KINDS) == "enquiry"), ASKED_IN_EARNEST, 1.0)
    left = kinds * weights
    shares: Floats = left / left.sum(axis=1, keepdims=True)
    return shares


def _types(kinds: Floats, positive: Floats, model: ToneModel) -> tuple[list[str], Floats, Floats]:
    """Choose the type: an opinion is praise or complaint by its sentiment; also confidence and all shares."""
    opinion, suggestion, enquiry = kinds.T
    # Decided more sharply than felt, lest a mixed opinion be taken for a wish or a question.
    good = positive**DECIDED / (positive**DECIDED + (1 - positive) ** DECIDED)
    shares = np.column_stack([opinion * good, suggestion, opinion * (1 - good), enquiry])
    best = shares.argmax(axis=1)
    kind = calibrated(kinds.max(axis=1, initial=0), model.type_knots)
    leaning = np.maximum(positive, 1 - positive)
    told = np.isin(best, (TYPES.index("praise"), TYPES.index("complaint")))
    return [TYPES[one] for one in best], np.where(told, kind * leaning, kind), shares


def _negative(mentions: list[Mention]) -> list[Mention]:
    return [mention for mention in mentions if mention.polarity < 0]
