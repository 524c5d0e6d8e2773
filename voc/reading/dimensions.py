"""Where the cause of a complaint usually lies: process, people, technology, product or environment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from voc.kernels.hashing import Floats
from voc.reading.areas import AreaOpinion
from voc.reading.mentions import Mention
from voc.reading.taxonomy import Taxonomy


def dimensions(
    blamed: Sequence[list[Mention]], areas: Sequence[list[AreaOpinion]], taxonomy: Taxonomy
) -> tuple[list[str | None], Floats]:
    """The dimension of the surest trouble of each text; of its surest bad area, less surely, where no issue is named.

    `blamed` are the negative mentions of each text. None and 0 where nothing is found bad.
    """
    usual = _usual(taxonomy)
    found = [_of(trouble, heard, taxonomy, usual) for trouble, heard in zip(blamed, areas, strict=True)]
    return [one for one, _ in found], np.array([sure for _, sure in found], dtype=np.float64)


def _of(
    blamed: list[Mention], heard: list[AreaOpinion], taxonomy: Taxonomy, usual: dict[str, tuple[str, float]]
) -> tuple[str | None, float]:
    if blamed:
        surest = max(blamed, key=lambda mention: mention.confidence)
        return taxonomy.issue(surest.issue).dimension, surest.confidence
    bad = [one for one in heard if one.sentiment < 0]
    if not bad:
        return None, 0.0
    worst = max(bad, key=lambda one: one.confidence)
    dimension, share = usual[worst.area]
    return dimension, worst.confidence * share


@lru_cache(maxsize=8)
def _usual(taxonomy: Taxonomy) -> dict[str, tuple[str, float]]:
    """Of each area the commonest dimension of its issues and the share of issues that have it."""
    found = {}
    for area in taxonomy.areas:
        counted = Counter(issue.dimension for issue in taxonomy.issues if issue.area == area)
        dimension, many = counted.most_common(1)[0]
        found[area] = dimension, many / counted.total()
    return found
