"""The cues of a taxonomy, found in a batch of clauses without trying every cue on every clause.

Each cue is a regular expression. From it the literals are read that must be present; a clause is given to
the expression only when they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from voc.kernels.hashing import joined
from voc.kernels.literals import Announcer, announcer
from voc.reading.taxonomy import WEAK, Taxonomy
from voc.text.needles import required


class Hit(NamedTuple):
    """A cue found: row of the batch, place of the issue in the taxonomy, span, and whether it is praise.

    left and right are the clause the cue stands in. A tuple, since more than one is made for every feedback.
    """

    row: int
    issue: int
    start: int
    end: int
    praise: bool
    left: int
    right: int


@dataclass(frozen=True)
class Cue:
    """One cue of one issue; in `pattern` ^ and $ are the ends of a clause."""

    issue: int
    praise: bool
    source: str
    context: re.Pattern[str] | None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when its literals are met first: all of them take a fifth of a second, most texts need few."""
        return re.compile(self.source, re.MULTILINE)


@dataclass(frozen=True)
class Finder:
    """All cues of a taxonomy, and what announces them."""

    cues: tuple[Cue, ...]
    announcer: Announcer

    def find(self, texts: Sequence[str]) -> Iterator[Hit]:
        """Yield the cues in texts whose clauses are separated by line breaks, by text, cue and place."""
        codes, first, last = joined(texts)
        breaks = np.flatnonzero(codes == ord("\n"))
        starts = np.sort(np.concatenate([first, breaks + 1]))
        ends = np.sort(np.concatenate([last, breaks]))
        clauses, numbers = self.announcer.announced(codes, starts, ends)
        rows = np.searchsorted(first, starts[clauses], side="right") - 1
        order = np.lexsort((clauses, numbers, rows))
        left, right = starts[clauses] - first[rows], ends[clauses] - first[rows]
        columns = [column[order].tolist() for column in (rows, numbers, left, right)]
        spoken: dict[tuple[int, re.Pattern[str]], bool] = {}
        for row, number, begin, end in zip(*columns, strict=True):
            cue, text = self.cues[number], texts[row]
            for match in cue.pattern.finditer(text, begin, end):
                if cue.context is not None:
                    key = row, cue.context
                    if key not in spoken:
                        spoken[key] = cue.context.search(text) is not None
                    if not spoken[key]:
                        break
                yield Hit(row, cue.issue, match.start(), match.end(), cue.praise, begin, end)


@lru_cache(maxsize=8)
def finder(taxonomy: Taxonomy) -> Finder:
    """Make the cues of a taxonomy ready; the same value gives the same finder."""
    cues: list[Cue] = []
    branches = []
    for place, issue in enumerate(taxonomy.issues):
        for source, praise in [(cue, False) for cue in issue.cues] + [(cue, True) for cue in issue.praise]:
            pattern = source.removeprefix(WEAK)
            branches.append(required(pattern))
            context = re.compile(issue.context) if issue.context and source.startswith(WEAK) else None
            cues.append(Cue(place, praise, pattern, context))
    return Finder(tuple(cues), announcer(branches))
