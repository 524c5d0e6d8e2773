"""What a text thinks of each business area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voc.mentions import Mention


@dataclass(frozen=True)
class AreaOpinion:
    """An area spoken of at text[start:end]; sentiment runs from -1 to 1, confidence is a calibrated share."""

    area: str
    sentiment: float
    start: int
    end: int
    confidence: float


def opinions(mentions: Sequence[list[Mention]]) -> list[list[AreaOpinion]]:
    """The surest mention of each area and polarity, as an opinion of that area."""
    return [_of(found) for found in mentions]


def _of(mentions: list[Mention]) -> list[AreaOpinion]:
    best: dict[tuple[str, int], Mention] = {}
    for mention in sorted(mentions, key=lambda m: m.confidence):
        if mention.polarity:
            best[mention.area, mention.polarity] = mention
    return [
        AreaOpinion(m.area, m.polarity * m.confidence, m.start, m.end, m.confidence) for m in best.values()
    ]
