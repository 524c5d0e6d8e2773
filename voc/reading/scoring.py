"""What was understood of a batch, written as the columns of a table people and programs read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from voc.cleaning.assets import Cleaning
from voc.cleaning.rejection import PLACEHOLDER
from voc.priority import LEVEL_NAMES, TYPE_NAMES, Priorities
from voc.privacy.masking import Mask
from voc.reading.areas import AreaOpinion
from voc.reading.labels import Annotations
from voc.reading.mentions import Mention
from voc.reading.model import Model
from voc.reading.taxonomy import DIMENSIONS, Taxonomy
from voc.reading.understanding import Understood, understand

UNDERSTOOD = (
    "type", "type_confidence", "sentiment", "sentiment_score", "confidence", "areas", "issue", "issue_code",
    "issues", "dimension", "severity", "reject_reason", "duplicate_of", "vague", "masked_text", "pii", "unsure",
    "model_version", "taxonomy_version",
)  # fmt: skip
RANKED = ("priority", "priority_score", "priority_reasons")
COLUMNS = UNDERSTOOD + RANKED
TONE_NAMES: Mapping[str, str] = MappingProxyType({"positive": "正面", "neutral": "中性", "negative": "负面"})
BLANK, UNREADABLE = "blank", "unreadable"
REASON_NAMES: Mapping[str, str] = MappingProxyType(
    {
        BLANK: "空白", "placeholder": "平台默认评价", "test": "测试数据", "advertising": "广告", "fraud": "诈骗",
        "abuse": "辱骂", "meaningless": "无意义", "duplicate": "重复", "near_duplicate": "近似重复",
        UNREADABLE: "无法读取",
    }
)  # fmt: skip
LEANING = 0.1  # an area judged less than this either way is neutral
NOTHING = "[]"
_LONGEST_ALIGNED = 20_000  # characters; aligning longer texts costs more memory than it is worth
_encode = json.JSONEncoder(ensure_ascii=False).encode
_POLARITIES = {-1: "负面", 0: "中性", 1: "正面"}


@dataclass(frozen=True)
class Scored:
    """A batch as table columns, and what is needed to compare and rank its rows within the whole file.

    `cells` maps the names of UNDERSTOOD to columns; reasons are codes of REASON_NAMES; words are the masked
    texts that can be copies, empty where nothing was said.
    """

    cells: dict[str, list[str]]
    reasons: list[str | None]
    words: list[str]
    hashes: NDArray[np.int64]
    bands: NDArray[np.int64]
    type: list[str]
    severity: NDArray[np.int64]
    sentiment: NDArray[np.float64]
    complaints: list[set[str]]
    areas: list[list[str]]


def score(
    texts: Sequence[str],
    ratings: Sequence[float | None],
    taxonomy: Taxonomy,
    model: Model,
    cleaning: Cleaning | None = None,
) -> Scored:
    """Understand a batch and write it down; rejected rows are labelled like the others."""
    read = understand(texts, ratings, taxonomy, model, label_rejected=True, cleaning=cleaning)
    said = read.annotations
    empty = [not text for text in read.masked]
    reasons = [BLANK if blank else reason for blank, reason in zip(empty, read.rejected, strict=True)]
    unsaid = [reason in (BLANK, PLACEHOLDER) for reason in reasons]
    silent = [nothing and rating is None for nothing, rating in zip(unsaid, ratings, strict=True)]
    cells = _labels(said, taxonomy) | _texts(texts, read) | _areas(said, read.masked, taxonomy)
    for name, column in cells.items():
        cells[name] = [_silence(name) if quiet else cell for quiet, cell in zip(silent, column, strict=True)]
    return Scored(
        cells=cells
        | {
            "model_version": [model.version] * len(texts),
            "taxonomy_version": [taxonomy.version] * len(texts),
        },
        reasons=reasons,
        words=["" if nothing else text for nothing, text in zip(unsaid, read.masked, strict=True)],
        hashes=read.hashes,
        bands=read.bands,
        type=said.type,
        severity=np.array(said.severity, dtype=np.int64),
        sentiment=np.where(silent, 0.0, said.sentiment),
        complaints=[{m.issue for m in row if m.polarity < 0} for row in said.mentions],
        areas=[sorted({taxonomy.areas.get(o.area, o.area) for o in row}) for row in said.areas],
    )


def ranks(priorities: Priorities, dated: bool) -> list[tuple[str, str, str]]:
    """Write priorities as the cells of RANKED."""
    rows = zip(priorities.level, priorities.score.tolist(), priorities.reasons, strict=True)
    return [
        (LEVEL_NAMES[level], f"{score:.4f}", _json(_reworded(reasons, dated)))
        for level, score, reasons in rows
    ]


def _reworded(reasons: list[str], dated: bool) -> list[str]:
    # Without times the whole file is one period.
    return reasons if dated else [reason.replace("近 28 天", "本文件内") for reason in reasons]


def _silence(name: str) -> str:
    """What stands in a column where nothing was said at all."""
    return {
        "areas": NOTHING,
        "issues": NOTHING,
        "pii": NOTHING,
        "unsure": NOTHING,
        "vague": "false",
        "severity": "0",
    }.get(name, "")


def _labels(said: Annotations, taxonomy: Taxonomy) -> dict[str, list[str]]:
    main = [_main(found) for found in said.mentions]
    return {
        "type": [TYPE_NAMES[kind] for kind in said.type],
        "type_confidence": _shares(said.type_confidence),
        "sentiment": [TONE_NAMES[tone] for tone in said.tone],
        "sentiment_score": _shares(said.sentiment),
        "confidence": _shares(said.sentiment_confidence),
        "issue": [taxonomy.issue(code).name if code else "" for code in main],
        "issue_code": main,
        "dimension": [DIMENSIONS[d] if d else "" for d in said.dimension],
        "severity": [str(degree) for degree in said.severity],
        "vague": ["true" if vague else "false" for vague in said.vague.tolist()],
        "unsure": [_json(names) if names else NOTHING for names in said.unsure],
    }


def _shares(column: NDArray[np.float64]) -> list[str]:
    return [f"{value:.4f}" for value in column.tolist()]


def _main(mentions: Sequence[Mention]) -> str:
    """The issue complained of most surely; empty where none is."""
    negative = [mention for mention in mentions if mention.polarity < 0]
    return max(negative, key=lambda mention: mention.confidence).issue if negative else ""


def _areas(said: Annotations, masked: Sequence[str], taxonomy: Taxonomy) -> dict[str, list[str]]:
    """Spans count characters of the masked text, which is what was read."""
    return {
        "areas": [
            _json(_area(opinion, text, taxonomy) for opinion in found) if found else NOTHING
            for found, text in zip(said.areas, masked, strict=True)
        ],
        "issues": [
            _json(_issue(mention, text, taxonomy) for mention in found if mention.polarity < 0)
            for found, text in zip(said.mentions, masked, strict=True)
        ],
    }


def _area(opinion: AreaOpinion, text: str, taxonomy: Taxonomy) -> dict[str, Any]:
    leaning = 0 if abs(opinion.sentiment) < LEANING else 1 if opinion.sentiment > 0 else -1
    return {
        "area": taxonomy.areas.get(opinion.area, opinion.area),
        "code": opinion.area,
        "sentiment": _POLARITIES[leaning],
        "score": round(float(opinion.sentiment), 3),
        "text": text[opinion.start : opinion.end],
        "start": int(opinion.start),
        "end": int(opinion.end),
        "confidence": round(float(opinion.confidence), 3),
    }


def _issue(mention: Mention, text: str, taxonomy: Taxonomy) -> dict[str, Any]:
    return {
        "issue": taxonomy.issue(mention.issue).name,
        "code": mention.issue,
        "text": text[mention.start : mention.end],
        "start": int(mention.start),
        "end": int(mention.end),
        "confidence": round(float(mention.confidence), 3),
    }


def _texts(originals: Sequence[str], read: Understood) -> dict[str, list[str]]:
    rows = zip(originals, read.normalised, read.pii, strict=True)
    return {
        "masked_text": list(read.masked),
        "pii": [_json(_piece(m, *span) for m, span in _placed(*row)) if row[2] else NOTHING for row in rows],
    }


def _piece(mask: Mask, start: int | None, end: int | None) -> dict[str, Any]:
    """Never the value itself."""
    return {"type": mask.kind, "token": mask.token, "start": start, "end": end}


def _placed(
    original: str, normalised: str, masks: Sequence[Mask]
) -> list[tuple[Mask, tuple[int | None, int | None]]]:
    """Where each piece stands in the words as they were given, before widths and spaces were made uniform."""
    if original == normalised:
        return [(mask, (mask.start, mask.end)) for mask in masks]
    if max(len(original), len(normalised)) > _LONGEST_ALIGNED:
        return [(mask, (None, None)) for mask in masks]
    place = _places(normalised, original)
    return [(mask, (place[mask.start], place[mask.end - 1] + 1)) for mask in masks]


def _places(normalised: str, original: str) -> list[int]:
    """For each character of the normalised text the position of its origin."""
    places = [0] * len(normalised)
    for step in Levenshtein.opcodes(normalised, original):
        for k in range(step.src_end - step.src_start):
            places[step.src_start + k] = min(step.dest_start + k, max(step.dest_end - 1, step.dest_start))
    return [min(place, max(len(original) - 1, 0)) for place in places]


def _json(value: Iterable[Any]) -> str:
    return _encode(list(value))
