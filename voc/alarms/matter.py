"""Whether the rise of an area, or of everything, is one happening: its feedback has a matter in common.

An issue and words say what is wrong by themselves; an area holds complaints of many things, and chance brings three
of them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from voc.alarms.series import PRECISE, precision
from voc.alarms.walk import Policy


def has_a_matter(
    series: str, texts: Sequence[str], words: Iterable[str], issues: Sequence[tuple[str, int]], policy: Policy
) -> bool:
    """Tell whether as many as make an alarm name one issue, or say one of the words that stand out."""
    if precision(series) == PRECISE:
        return True
    lower = [text.lower() for text in texts]
    said = [sum(word in text for text in lower) for word in words]
    return max([0, *said, *(count for _, count in issues)]) >= policy.least
