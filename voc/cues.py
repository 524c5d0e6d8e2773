"""The cues of a taxonomy, found in a batch of clauses without trying every cue on every clause.

Each cue is a regular expression. From it the literals are read of which at least one must be present; all
literals of all cues are looked for in one pass (Aho-Corasick, in polars), and only then the cue itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from voc.needles import needles
from voc.taxonomy import WEAK, Taxonomy


@dataclass(frozen=True)
class Hit:
    """A cue found: row of the batch, place of the issue in the taxonomy, span, and whether it is praise."""

    row: int
    issue: int
    start: int
    end: int
    praise: bool


@dataclass(frozen=True)
class Cue:
    """One compiled cue of one issue."""

    issue: int
    praise: bool
    pattern: re.Pattern[str]
    context: re.Pattern[str] | None


@dataclass(frozen=True)
class Finder:
    """All cues of a taxonomy, and which of them a literal can announce."""

    cues: tuple[Cue, ...]
    announced: dict[str, tuple[int, ...]]

    def find(self, texts: Sequence[str]) -> Iterator[Hit]:
        """Yield the cues in texts whose clauses are separated by line breaks, one hit per cue and clause."""
        literals = list(self.announced)
        found = pl.Series("texts", texts, dtype=pl.String).str.extract_many(literals, overlapping=True)
        for row, present in enumerate(found.to_list()):
            if present:
                yield from self._check(row, texts[row], present)

    def _check(self, row: int, text: str, present: list[str]) -> Iterator[Hit]:
        candidates = {cue for literal in set(present) for cue in self.announced[literal]}
        contexts: dict[re.Pattern[str] | None, bool] = {None: True}
        for number in sorted(candidates):
            cue = self.cues[number]
            if cue.context not in contexts:
                contexts[cue.context] = cue.context is not None and cue.context.search(text) is not None
            if not contexts[cue.context]:
                continue
            for match in cue.pattern.finditer(text):
                yield Hit(row, cue.issue, match.start(), match.end(), cue.praise)


@lru_cache(maxsize=8)
def finder(taxonomy: Taxonomy) -> Finder:
    """Compile the cues of a taxonomy; the same value gives the same finder."""
    cues: list[Cue] = []
    announced: dict[str, list[int]] = {}
    for place, issue in enumerate(taxonomy.issues):
        for source, praise in [(cue, False) for cue in issue.cues] + [(cue, True) for cue in issue.praise]:
            pattern = source.removeprefix(WEAK)
            for literal in needles(pattern):
                announced.setdefault(literal, []).append(len(cues))
            context = re.compile(issue.context) if issue.context and source.startswith(WEAK) else None
            cues.append(Cue(place, praise, re.compile(pattern), context))
    return Finder(tuple(cues), {literal: tuple(numbers) for literal, numbers in announced.items()})
