"""All that is suspect in the feedback of one source: artefacts first, then bursts, then waves of copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voc.suspects.artefacts import boilerplate, repeated
from voc.suspects.bursts import Burst, Policy, Rows, find_bursts
from voc.suspects.waves import Copied, WavePolicy, find_waves

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAY, EAST = 86400, 8 * 3600
NAMES = {"praise_burst": "好评突增存疑", "copy_wave": "雷同文本成批出现", "crawler": "采集重复或页面残留"}
NOT_COUNTED = {"praise_burst": "好评突增", "copy_wave": "雷同成批", "crawler": "采集残留", "copies": "近似重复",
               "advertising": "广告诈骗", "empty": "其他无效"}  # fmt: skip
TOP = 5.0
BURSTS, WAVES = Policy(), WavePolicy()
OWN = 30  # rows of a product that is looked at on its own


@dataclass(frozen=True)
class Said:
    """Columns of the feedback of one source, all of length n, ascending in time and then in the order it came.

    ids; seconds since 1970; ratings (nan: none); praise: understood as praise; hashes of the words; letters: how
    many; products: -1 none; customers: -1 unknown; originals: id of the feedback it copies, or its own; suspect:
    known to be from before.
    """

    ids: Ints
    seconds: Ints
    ratings: Floats
    praise: Bools
    texts: Sequence[str]
    hashes: Ints
    letters: Ints
    products: Ints
    customers: Ints
    originals: Ints
    suspect: Bools

    def at(self, rows: Ints) -> Said:
        """Keep some rows."""
        texts = [self.texts[row] for row in rows.tolist()]
        return Said(self.ids[rows], self.seconds[rows], self.ratings[rows], self.praise[rows], texts,
                    self.hashes[rows], self.letters[rows], self.products[rows], self.customers[rows],
                    self.originals[rows], self.suspect[rows])  # fmt: skip

    @property
    def days(self) -> Ints:
        """Return the local day of each row, since 1970."""
        return (self.seconds + EAST) // DAY


@dataclass(frozen=True)
class Finding:
    """A burst or a wave: local days since 1970 (inclusive), the day it was first seen, and the feedback in it."""

    kind: str
    product: int  # -1: the whole source
    start: int
    end: int
    seen: int
    observed: int
    expected: float
    chance: float
    reason: str
    signs: tuple[str, ...]
    feedback: Ints
    anchor: int = 0  # feedback whose words come back, in a wave


@dataclass
class Judged:
    """What was found in a source, and the feedback to be marked under each kind."""

    findings: list[Finding] = field(default_factory=list)
    marks: dict[str, Ints] = field(default_factory=dict)


def judge(said: Said, since: int, bursts: Policy = BURSTS, waves: WavePolicy = WAVES) -> Judged:
    """Judge the days from `since` on, each with its past and itself.

    A row read twice is out before bursts are looked for: it would pass for the work of one hand.
    """
    judged = Judged()
    made = _artefacts(said)
    judged.marks["crawler"] = said.ids[made & (said.days >= since)]
    rest = said.at(np.flatnonzero(~made))
    for finding in [*_bursts(rest, since, bursts), *_waves(rest, since, waves)]:
        judged.findings.append(finding)
        known = judged.marks.get(finding.kind, np.zeros(0, dtype=np.int64))
        judged.marks[finding.kind] = np.union1d(known, finding.feedback)
    return judged


def _artefacts(said: Said) -> Bools:
    """Look in the order in which rows came, so that the first reading of a row stays."""
    order = np.argsort(said.ids, kind="stable")
    by_file = said.at(order)
    found = repeated(by_file.hashes, by_file.seconds, by_file.ratings, by_file.products, by_file.letters)
    made = np.zeros(len(order), dtype=bool)
    made[order] = found
    return np.asarray(made | boilerplate(said.texts), dtype=bool)


def _bursts(said: Said, since: int, policy: Policy) -> Iterator[Finding]:
    removed = said.suspect & (said.days < since)
    for product, rows in _series(said):
        part = said.at(rows)
        # Where most feedback has no rating, praise is what was understood as praise.
        rated = np.isnan(part.ratings).mean() <= 0.5
        top = part.ratings >= TOP if rated else part.praise
        columns = Rows(part.days, part.seconds, np.asarray(top), part.texts, part.customers, removed[rows])
        for burst in find_bursts(columns, policy, since):
            own = rows[np.array(sorted(burst.rows), dtype=np.int64)]
            if not removed[own].all():
                removed[own] = True
                yield _finding(burst, product, said.ids[own])


def _series(said: Said) -> Iterator[tuple[int, Ints]]:
    yield -1, np.arange(len(said.ids))
    products, often = np.unique(said.products[said.products >= 0], return_counts=True)
    for product in products[(often >= OWN) & (often < len(said.ids))].tolist():
        yield product, np.flatnonzero(said.products == product)


def _finding(burst: Burst, product: int, feedback: Ints) -> Finding:
    return Finding("praise_burst", product, burst.start, burst.end, burst.seen, burst.observed, burst.expected,
                   burst.chance, burst.reason, tuple(sorted(burst.signs)), feedback)  # fmt: skip


def _waves(said: Said, since: int, policy: WavePolicy) -> Iterator[Finding]:
    for wave in find_waves(Copied(said.days, said.originals, said.customers), policy):
        if wave.end >= since:
            yield Finding("copy_wave", -1, wave.start, wave.end, wave.seen, wave.observed, wave.expected,
                          wave.chance, wave.reason, (), said.ids[wave.rows], wave.original)  # fmt: skip
