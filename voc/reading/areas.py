"""What a text thinks of each business area: a linear model of its clauses, beside what cues have found.

A clause is read by itself, after the clause before it and within its whole text; cues only add to that.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voc.kernels.hashing import Floats, Ints, joined
from voc.reading.denied import denied
from voc.reading.mentions import Mention
from voc.reading.model import Scores
from voc.reading.taxonomy import Taxonomy
from voc.reading.topics import AreaModel

CUE = 2.0  # logits a cue of the area adds to its clause
NEARLY = 1e-6  # logits; more than rounding can move an area over its threshold
CAP = 6.0  # logits of tone beyond which a clause is no clearer
DENIED = 8.0  # logits of sentiment of a clause that denies trouble
STARS, SPOKEN = 0.35, 1.5  # logits of sentiment per star away from three, and of a mention's polarity
_TURN = re.compile(
    "(?:但是|但(?!愿)|就是|不过|而且|然后|可是|只是|虽然|另外|还有|除了|以及|却|同时|其次|再就是)"
)


def _pair(word: str) -> int:
    return ord(word[0]) << 32 | ord(word[1])


# A clause that begins so is of another mind than the one before; 可 in 可以, 可能 … is none of these.
_BUT = np.array([ord(word) for word in "但却可"])
_BUTS = np.array([_pair(word) for word in ("就是", "不过", "只是", "然而", "倒是")])
_NO_BUT = np.array(
    [_pair(word) for word in ("但愿", *("可" + after for after in "以能爱见靠口怜乐用选调折拆"))]
)


class AreaOpinion(NamedTuple):
    """An area spoken of at text[start:end]; sentiment runs from -1 to 1, confidence is a calibrated share."""

    area: str
    sentiment: float
    start: int
    end: int
    confidence: float


@dataclass(frozen=True)
class Units:
    """Clauses of a batch, cut where the speaker turns to something else; positions as `voc.kernels.hashing.joined`.

    against says which begin with a word that turns against the clause before in the same text.
    """

    rows: Ints
    starts: Ints
    ends: Ints
    against: NDArray[np.bool_]


def units(clauses: Sequence[str], codes: NDArray[np.uint32], first: Ints, last: Ints) -> Units:
    """Cut texts as `voc.text.clauses.clausal` made them; what holds no word is left out."""
    breaks = np.flatnonzero(codes == ord("\n"))
    turns = np.array([found.start() for found in _TURN.finditer("\0".join(clauses))], dtype=np.int64)
    ending = (codes == ord("\n")) | (codes == 0)
    turns = turns[turns >= 2]
    turns = turns[~(ending[turns - 1] | ending[turns - 2])]  # a clause that begins so is cut already
    starts = np.sort(np.concatenate([first, breaks + 1, turns]))
    ends = np.sort(np.concatenate([last, breaks, turns]))
    letters = ((codes >= 0x4E00) & (codes < 0xFF00)) | ((codes >= 97) & (codes <= 122)) | (codes == 48)
    written = np.concatenate([[0], np.cumsum(letters)])
    kept = written[ends] > written[starts]
    starts, ends = starts[kept], ends[kept]
    rows = np.searchsorted(first, starts, side="right") - 1
    follows = np.concatenate([[False], rows[1:] == rows[:-1]])[: len(rows)]
    return Units(rows, starts, ends, follows & _turned(codes, starts))


def _turned(codes: NDArray[np.uint32], starts: Ints) -> NDArray[np.bool_]:
    """Whether each clause begins with a word that turns, shape (clauses,)."""
    first = codes[starts].astype(np.int64)
    both = first << 32 | codes[np.minimum(starts + 1, max(len(codes) - 1, 0))]
    return (np.isin(first, _BUT) | np.isin(both, _BUTS)) & ~np.isin(both, _NO_BUT)


def opinions(
    clauses: Sequence[str],
    scores: Scores,
    tones: Floats,
    stars: Floats,
    mentions: Sequence[list[Mention]],
    taxonomy: Taxonomy,
    model: AreaModel | None,
    denying: Floats,
) -> list[list[AreaOpinion]]:
    """At most one opinion per text, area and direction: the surest; `clauses` is what `clausal` made.

    denying is above 0 for texts in which a clause denies trouble (`voc.reading.denied.denials`).
    """
    if model is None or not clauses:
        return [_spoken(found, (), ()) for found in mentions]
    codes, first, last = joined(clauses)
    parts = units(clauses, codes, first, last)
    logits, felt = read(codes, parts, first, last, model)
    places = {area: place for place, area in enumerate(model.areas)}
    said = np.zeros_like(logits)
    for at, place, polarity in _placed(mentions, first, parts, places):
        logits[at, place] += CUE
        said[at, place] = polarity
    signs = signs_of(felt, scores.spans(parts.starts, parts.ends)[:, 0], tones, parts)
    unit, area, share = _named(logits, taxonomy, model)
    mood = signs[:, : model.mix.size] @ model.mix + STARS * stars[parts.rows]
    mood += DENIED * _denied(clauses, parts, first, denying)
    tone = mood[unit] + SPOKEN * said[unit, area]
    found = _surest(unit, area, share, np.tanh(tone / 2), parts, first, model.areas, len(clauses))
    for row, said_of in enumerate(mentions):
        if said_of:
            told = {(opinion.area, -1 if opinion.sentiment < 0 else 1) for opinion in found[row]}
            found[row] += _spoken(said_of, told, model.areas)
    return found


def _denied(clauses: Sequence[str], parts: Units, first: Ints, denying: Floats) -> NDArray[np.bool_]:
    """Whether each clause says that some trouble is not there, shape (clauses,)."""
    found = np.zeros(len(parts.rows), dtype=np.bool_)
    for place in np.flatnonzero(denying[parts.rows] > 0).tolist():
        row = int(parts.rows[place])
        start, end = int(parts.starts[place] - first[row]), int(parts.ends[place] - first[row])
        found[place] = denied(clauses[row][start:end].strip()) is not None
    return found


def signs_of(felt: Floats, clause: Floats, tones: Floats, parts: Units) -> Floats:
    """What the sentiment of clauses is told by, shape (clauses, 5): 1, the area model's own word, tones of the clause,
    of its text and, where it turns against the clause before, of that one."""
    clause = np.clip(clause, -CAP, CAP)
    before = np.where(parts.against, np.roll(clause, 1), 0.0)
    return np.column_stack([np.ones(len(felt)), felt, clause, np.clip(tones, -CAP, CAP)[parts.rows], before])


def _named(logits: Floats, taxonomy: Taxonomy, model: AreaModel) -> tuple[Ints, Ints, Floats]:
    """Clause, area and calibrated share of every area that is named, in the order of the clauses."""
    odds = model.odds[0] * logits + model.odds[1]
    # Of twenty clauses and areas one comes near being named: only there is the share itself worked out.
    unit, area = np.nonzero(odds >= np.log(model.thresholds / (1 - model.thresholds)) - NEARLY)
    share = 1 / (1 + np.exp(-odds[unit, area]))
    known = np.array([one in taxonomy.areas for one in model.areas])
    named = (share >= model.thresholds[area]) & known[area]
    return unit[named], area[named], share[named]


def spoken_of(texts: Sequence[str], model: AreaModel) -> Floats:
    """The surest clause of each text for each area, before cues; shape (texts, areas)."""
    codes, first, last = joined(texts)
    parts = units(texts, codes, first, last)
    logits, _ = read(codes, parts, first, last, model)
    shares = 1 / (1 + np.exp(-(model.odds[0] * logits + model.odds[1])))
    found = np.zeros((len(texts), len(model.areas)))
    np.maximum.at(found, parts.rows, shares)
    return found


def read(
    codes: NDArray[np.uint32], parts: Units, first: Ints, last: Ints, model: AreaModel
) -> tuple[Floats, Floats]:
    """Logits of the areas, shape (clauses, areas), and of good against bad, before anything calibrates them."""
    many = len(model.areas)
    own = model.clause.read(codes, parts.starts, parts.ends)
    logits = own[:, :many].astype(np.float64)
    follows = np.flatnonzero(parts.rows[1:] == parts.rows[:-1]) + 1
    logits[follows] += own[follows - 1, many : 2 * many]
    logits += model.text.read(codes, first, last)[parts.rows]
    return logits, own[:, 2 * many].astype(np.float64)


def _placed(
    mentions: Sequence[list[Mention]], first: Ints, parts: Units, places: dict[str, int]
) -> list[tuple[int, int, int]]:
    """Clause, area and polarity of every mention of an area the model knows."""
    kept = [(row, m) for row, found in enumerate(mentions) for m in found if m.area in places]
    if not kept or not len(parts.starts):
        return []
    at = first[[row for row, _ in kept]] + np.array([m.start for _, m in kept])
    unit = np.maximum(np.searchsorted(parts.starts, at, side="right") - 1, 0).tolist()
    return [(one, places[m.area], m.polarity) for one, (_, m) in zip(unit, kept, strict=True)]


def _surest(
    unit: Ints,
    area: Ints,
    share: Floats,
    feeling: Floats,
    parts: Units,
    first: Ints,
    areas: tuple[str, ...],
    size: int,
) -> list[list[AreaOpinion]]:
    rows = parts.rows[unit]
    order = np.lexsort((-share, feeling < 0, area, rows))
    key = np.column_stack([rows, area, feeling < 0])[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = np.any(key[1:] != key[:-1], axis=1)
    chosen = order[fresh]
    begin = parts.starts[unit] - first[rows]
    end = parts.ends[unit] - first[rows]
    columns = (rows, area, feeling, begin, end, share)
    found: list[list[AreaOpinion]] = [[] for _ in range(size)]
    for row, place, mood, left, right, sure in zip(*(c[chosen].tolist() for c in columns), strict=True):
        found[row].append(AreaOpinion(areas[place], mood, left, right, sure))
    return found


def _spoken(
    mentions: list[Mention], told: Container[tuple[str, int]], known: Container[str]
) -> list[AreaOpinion]:
    """What mentions alone say of areas not told so yet; of those the model knows it hears praise better than cues."""
    best: dict[tuple[str, int], Mention] = {}
    for mention in mentions:
        key = mention.area, mention.polarity
        if key in told or not mention.polarity or (mention.polarity > 0 and mention.area in known):
            continue
        if key not in best or best[key].confidence < mention.confidence:
            best[key] = mention
    return [
        AreaOpinion(m.area, m.polarity * m.confidence, m.start, m.end, m.confidence) for m in best.values()
    ]
