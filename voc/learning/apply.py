"""What the shipped model said, said again by a learned layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voc.learning.layer import Learned, Task
from voc.learning.residual import shares
from voc.reading.areas import AreaOpinion
from voc.reading.mentions import Mention
from voc.reading.taxonomy import Taxonomy
from voc.text.clauses import clausal

if TYPE_CHECKING:
    from scipy import sparse

    from voc.reading.labels import Annotations

Floats = NDArray[np.float64]

TONES = ("positive", "neutral", "negative")
ABSENT = -4.0  # log-odds of an issue or area the shipped model does not name
PRESENT = 0.3  # least log-odds of one it names: without labels that say otherwise it stays
SIGNS = {"-": -1, "+": 1}


def type_logits(said: Annotations) -> Floats:
    """Log shares of the types, shape (rows, types)."""
    logits: Floats = np.log(np.clip(said.type_shares, 1e-6, 1.0))
    return logits


def tone_logits(said: Annotations) -> Floats:
    """Log-odds of TONES that have the shipped tone on top, shape (rows, 3)."""
    positive = np.clip((np.asarray(said.sentiment) + 1) / 2, 1e-4, 1 - 1e-4)
    logits = np.stack([np.log(positive), np.zeros(len(positive)), np.log(1 - positive)], axis=1)
    top = logits[:, [0, 2]].max(axis=1)
    neutral = np.array([tone == "neutral" for tone in said.tone], dtype=bool)
    # The shipped model gives no share to the middle: it lies near where it is named, further off elsewhere.
    logits[:, 1] = np.where(neutral, top + 0.5, top - 1.5 - np.abs(said.sentiment))
    return logits


def issue_logits(said: Annotations, codes: Sequence[str]) -> Floats:
    """Log-odds that each issue is complained of, shape (rows, codes)."""
    found = [{m.issue: m.confidence for m in row if m.polarity < 0} for row in said.mentions]
    return _odds(found, codes)


def area_logits(said: Annotations, classes: Sequence[str]) -> Floats:
    """Log-odds that each area is blamed (code followed by -) or praised (by +), shape (rows, classes)."""
    found = [{area_class(o.area, o.sentiment): o.confidence for o in row} for row in said.areas]
    return _odds(found, classes)


def area_class(area: str, sentiment: float) -> str:
    """Name the class of an opinion of an area."""
    return f"{area}{'-' if sentiment < 0 else '+'}"


def _odds(found: Sequence[Mapping[str, float]], classes: Sequence[str]) -> Floats:
    place = {name: k for k, name in enumerate(classes)}
    logits = np.full((len(found), len(classes)), ABSENT)
    for row, named in enumerate(found):
        for name, confidence in named.items():
            if name in place:
                sure = min(max(confidence, 1e-3), 1 - 1e-3)
                logits[row, place[name]] = max(PRESENT, np.log(sure / (1 - sure)))
    return logits


def relearn(
    said: Annotations,
    texts: Sequence[str],
    taxonomy: Taxonomy,
    learned: Learned,
    limits: Mapping[str, float],
) -> Annotations:
    """Say again what the shipped model said; `limits` are the confidences under which it abstains."""
    if not texts:
        return said
    x = learned.vectors(texts)
    if "issue" in learned.tasks:
        said = _issues(said, texts, x, learned, taxonomy)
    if "area" in learned.tasks:
        said = _areas(said, texts, x, learned)
    if "type" in learned.tasks:
        said = _types(said, x, learned.tasks["type"])
    if "tone" in learned.tasks:
        said = _tones(said, x, learned.tasks["tone"])
    return _followed(said, taxonomy, limits)


def least_sure(said: Annotations, texts: Sequence[str], learned: Learned) -> Floats:
    """Confidence in the issue or area that is nearest to be told the other way, 0.5 … 1, shape (rows,).

    `said` is what the shipped model says: what is near the line is worth asking people about.
    """
    least = np.ones(len(texts))
    x = learned.vectors(texts)
    for name, odds in (("issue", issue_logits), ("area", area_logits)):
        if name in learned.tasks:
            task = learned.tasks[name]
            near = np.abs(task.logits(x, odds(said, task.classes))).min(axis=1)
            least = np.minimum(least, 1 / (1 + np.exp(-near)))
    return least


def _types(said: Annotations, x: sparse.csr_matrix, task: Task) -> Annotations:
    read = shares(task.logits(x, type_logits(said)), "one")
    kinds = [task.classes[best] for best in read.argmax(axis=1)]
    return replace(said, type=kinds, type_shares=read, type_confidence=_sure(read, task.sure))


def _tones(said: Annotations, x: sparse.csr_matrix, task: Task) -> Annotations:
    read = shares(task.logits(x, tone_logits(said)), "one")
    return replace(
        said,
        tone=[task.classes[best] for best in read.argmax(axis=1)],
        sentiment=read[:, 0] - read[:, 2],
        sentiment_confidence=_sure(read, task.sure),
    )


def _sure(read: Floats, sure: tuple[float, float]) -> Floats:
    top = np.clip(read.max(axis=1), 1e-6, 1 - 1e-6)
    odds = sure[0] * np.log(top / (1 - top)) + sure[1]
    confidence: Floats = 1 / (1 + np.exp(-odds))
    return confidence


def _issues(
    said: Annotations, texts: Sequence[str], x: sparse.csr_matrix, learned: Learned, taxonomy: Taxonomy
) -> Annotations:
    task = learned.tasks["issue"]
    offset = issue_logits(said, task.classes)
    moved = task.logits(x, offset)
    mentions = [list(row) for row in said.mentions]
    areas = [list(row) for row in said.areas]
    # A label file may know issues that the taxonomy in force has dropped.
    known = np.array([code in taxonomy for code in task.classes], dtype=bool)
    for row, k in np.argwhere((offset > 0) & (moved <= 0) & known):
        _withdraw(mentions[row], areas[row], task.classes[k], float(moved[row, k]))
    added = np.argwhere((offset <= 0) & (moved > 0) & known)
    for (row, k), (start, end) in zip(added, _telling(texts, added, learned, task), strict=True):
        code = task.classes[k]
        confidence = float(1 / (1 + np.exp(-moved[row, k])))
        area = taxonomy.issue(code).area
        mentions[row] = [m for m in mentions[row] if m.issue != code]
        mentions[row].append(Mention(code, area, -1, start, end, confidence))
        if not any(o.area == area and o.sentiment < 0 for o in areas[row]):
            areas[row].append(AreaOpinion(area, -confidence, start, end, confidence))
    return replace(said, mentions=mentions, areas=areas)


def _withdraw(mentions: list[Mention], areas: list[AreaOpinion], code: str, logit: float) -> None:
    """Keep a mention that people say is none as neither trouble nor praise."""
    for at, mention in enumerate(mentions):
        if mention.issue == code and mention.polarity < 0:
            mentions[at] = mention._replace(polarity=0, confidence=float(1 / (1 + np.exp(logit))))
            spans = {(m.start, m.end) for m in mentions if m.area == mention.area and m.polarity < 0}
            areas[:] = [
                o for o in areas
                if o.area != mention.area or o.sentiment >= 0 or (o.start, o.end) != (mention.start, mention.end)
                or (o.start, o.end) in spans
            ]  # fmt: skip


def _areas(said: Annotations, texts: Sequence[str], x: sparse.csr_matrix, learned: Learned) -> Annotations:
    task = learned.tasks["area"]
    offset = area_logits(said, task.classes)
    moved = task.logits(x, offset)
    areas = [list(row) for row in said.areas]
    for row, k in np.argwhere((offset > 0) & (moved <= 0)):
        areas[row] = [o for o in areas[row] if area_class(o.area, o.sentiment) != task.classes[k]]
    added = np.argwhere((offset <= 0) & (moved > 0))
    for (row, k), (start, end) in zip(added, _telling(texts, added, learned, task), strict=True):
        name = task.classes[k]
        confidence = float(1 / (1 + np.exp(-moved[row, k])))
        areas[row].append(AreaOpinion(name[:-1], SIGNS[name[-1]] * confidence, start, end, confidence))
    return replace(said, areas=areas)


def _telling(
    texts: Sequence[str], added: NDArray[np.int64], learned: Learned, task: Task
) -> list[tuple[int, int]]:
    """Span of the clause that speaks most for a class, for pairs of row and class, shape (n, 2)."""
    rows = sorted({int(row) for row, _ in added})
    spans = {row: _clauses(text) for row, text in zip(rows, clausal([texts[r] for r in rows]), strict=True)}
    flat = [(row, start, end) for row in rows for start, end in spans[row]]
    if not flat:
        return []
    x = learned.vectors([texts[row][start:end] for row, start, end in flat])
    spoken = x[:, task.slots] @ task.residual.weights
    first = dict(zip(rows, np.cumsum([0, *(len(spans[row]) for row in rows)]).tolist(), strict=False))
    found = []
    for row, k in added.tolist():
        column = spoken[first[row] : first[row] + len(spans[row]), k]
        found.append(spans[row][int(column.argmax())])
    return found


def _clauses(text: str) -> list[tuple[int, int]]:
    """Spans of the clauses of a clausal text; the whole of a text without any."""
    spans, start = [], 0
    for clause in text.split("\n"):
        if clause.strip():
            spans.append((start, start + len(clause)))
        start += len(clause) + 1
    return spans or [(0, len(text))]


def _followed(said: Annotations, taxonomy: Taxonomy, limits: Mapping[str, float]) -> Annotations:
    """Draw again what follows from type and mentions: dimension, vagueness, and what is unsure."""
    negative = [[m for m in row if m.polarity < 0] for row in said.mentions]
    surest = [max(row, key=lambda m: m.confidence) if row else None for row in negative]
    doubts = {
        "type": said.type_confidence < limits["type"],
        "sentiment": said.sentiment_confidence < limits["sentiment"],
        "areas": _doubtful([[o.confidence for o in row] for row in said.areas], limits["areas"]),
        "issue": _doubtful([[m.confidence for m in row] for row in negative], limits["issue"]),
    }
    return replace(
        said,
        dimension=[taxonomy.issue(m.issue).dimension if m else None for m in surest],
        dimension_confidence=np.array([m.confidence if m else 0.0 for m in surest], dtype=np.float64),
        vague=np.array(
            [kind == "complaint" and not row for kind, row in zip(said.type, negative, strict=True)],
            dtype=bool,
        ),
        unsure=[
            tuple(name for name, column in doubts.items() if column[row]) for row in range(len(said.type))
        ],
    )


def _doubtful(confidences: Sequence[Sequence[float]], limit: float) -> NDArray[np.bool_]:
    best = np.array([max(row, default=1.0) for row in confidences], dtype=np.float64)
    return best < limit
