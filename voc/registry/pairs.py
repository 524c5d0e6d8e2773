"""Whether two feedbacks speak of the same event: a rule that sees nothing but the two.

It is symmetric and takes no account of what else was said, so it gives the same answer in whatever order feedback
arrives. The two must use the same words, the rare ones above all; naming the same place counts for them, naming
different places, units or codes and lying apart in time against them; different products never belong together.
What they share must also be more than what two feedbacks of that time have in common by chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import compiled
from voc.registry.signs import NONE, Signs

DAY = 86_400
WEEK = 7

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Rule:
    """Weights of the evidence; fitted on civic messages and looked at on reviews (docs/benchmarks/registry.md)."""

    least: float = 0.32  # sum of the evidence from which on two speak of the same
    matter: float = 0.4  # share of the likeness that is measured without names
    same_matter: float = 0.08  # likeness without names below which two speak of different things at one place
    same_name: float = 0.12  # added when a place or a code is shared
    same_week: float = 0.05  # and more when they were also said within a week
    other_unit: float = -0.1
    per_month: float = -0.02
    longest: float = 130.0  # days
    rare: float = (
        7.0  # rarity from which on one shared key is reason enough to compare two; else they share two
    )
    nearest: int = 16  # feedback before and after, of those that share a key, that each is compared with
    information: float = 22.0  # rarity of what is shared, in natural logarithms, for two of the same hour
    per_doubling: float = 4.0  # and so much more each time the days between them double
    named_doubling: float = 2.0  # the same for two that share a place or a code
    name_worth: float = 10.0  # what a shared place or code adds to it


@dataclass(frozen=True)
class Facts:
    """What is known of n feedbacks beside their words: moment (seconds), product and region (0: not known)."""

    moment: Ints
    product: Ints
    region: Ints

    def take(self, rows: Ints) -> Facts:
        """The given rows."""
        return Facts(self.moment[rows], self.product[rows], self.region[rows])

    def __len__(self) -> int:
        return len(self.moment)


def evidence(signs: Signs, left: Ints, right: Ints) -> NDArray[np.float32]:
    """Compare rows `left` with rows `right`, shape (n, 6).

    Columns: cosine of all pairs of characters; cosine without names; rarity of what is shared (natural logarithms);
    places, units and codes: 1 some shared, -1 both known and none shared, 0 else.
    """
    out = np.zeros((len(left), 6), dtype=np.float32)
    _compare(
        left,
        right,
        signs.pairs,
        signs.weight,
        signs.matter,
        signs.rarity,
        signs.names,
        signs.units,
        signs.codes,
        out,
    )
    return out


def score(
    signs: Signs, facts: Facts, left: Ints, right: Ints, rule: Rule
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Sum of the evidence that each two speak of the same event, and whether they may at all; both (n,)."""
    whole, matter, shared, place, unit, code = evidence(signs, left, right).T.astype(np.float64)
    gap = np.abs(facts.moment[left] - facts.moment[right]) / DAY
    same = (place > 0) | (code > 0)
    total = (
        (1 - rule.matter) * whole
        + rule.matter * matter
        + rule.same_name * same
        + rule.same_week * (same & (gap <= WEEK))
        + rule.other_unit * (unit < 0)
        + rule.per_month * gap / 30
    )
    doublings = np.log2(1 + gap) * np.where(same, rule.named_doubling, rule.per_doubling)
    needed = rule.information + doublings - rule.name_worth * same
    near = (gap <= rule.longest) & (shared >= needed) & (matter >= rule.same_matter)
    possible = near & ~_elsewhere(facts, left, right, place, code)
    return total, possible


def compatible(signs: Signs, facts: Facts, left: Ints, right: Ints) -> NDArray[np.bool_]:
    """Whether two that a surge brings together may be one: both name one place or neither any, shape (n,)."""
    if not len(left):
        return np.zeros(0, dtype=np.bool_)
    seen = evidence(signs, left, right).astype(np.float64)
    silent = (signs.names[left, 0] == NONE) & (signs.names[right, 0] == NONE)
    placed: NDArray[np.bool_] = silent | (seen[:, 3] > 0)
    return placed & ~_elsewhere(facts, left, right, seen[:, 3], seen[:, 5])


def _elsewhere(
    facts: Facts, left: Ints, right: Ints, place: NDArray[np.float64], code: NDArray[np.float64]
) -> NDArray[np.bool_]:
    region = _differ(facts.region[left], facts.region[right])
    named: NDArray[np.bool_] = (place < 0) | (code < 0) | region
    return named | _differ(facts.product[left], facts.product[right])


def alike(signs: Signs, facts: Facts, left: Ints, right: Ints, rule: Rule) -> NDArray[np.bool_]:
    """Whether rows `left` and `right` speak of the same event, shape (n,)."""
    total, possible = score(signs, facts, left, right, rule)
    result: NDArray[np.bool_] = possible & (total >= rule.least)
    return result


def _differ(a: Ints, b: Ints) -> NDArray[np.bool_]:
    differ: NDArray[np.bool_] = (a != b) & (a != 0) & (b != 0)
    return differ


@compiled
def _compare(
    left: Ints,
    right: Ints,
    pairs: Ints,
    weight: Floats,
    matter: Floats,
    rarity: Floats,
    names: Ints,
    units: Ints,
    codes: Ints,
    out: Floats,
) -> None:
    for row in range(len(left)):
        a, b = left[row], right[row]
        i = j = 0
        while i < pairs.shape[1] and j < pairs.shape[1] and pairs[a, i] != NONE and pairs[b, j] != NONE:
            if pairs[a, i] == pairs[b, j]:
                out[row, 0] += weight[a, i] * weight[b, j]
                out[row, 1] += matter[a, i] * matter[b, j]
                out[row, 2] += rarity[a, i]
                i += 1
                j += 1
            elif pairs[a, i] < pairs[b, j]:
                i += 1
            else:
                j += 1
        out[row, 3] = _place(pairs[a], names[a], pairs[b], names[b])
        out[row, 4] = _shares(units[a], units[b])
        out[row, 5] = _shares(codes[a], codes[b])


@compiled
def _shares(a: Ints, b: Ints) -> int:
    if a[0] == NONE or b[0] == NONE:
        return 0
    return 1 if _meet(a, b) else -1


@compiled
def _place(pairs_a: Ints, a: Ints, pairs_b: Ints, b: Ints) -> int:
    """A place only counts as different when neither text speaks of the other's anywhere."""
    if a[0] == NONE or b[0] == NONE:
        return 0
    if _meet(a, b):
        return 1
    return 0 if _meet(a, pairs_b) or _meet(b, pairs_a) else -1


@compiled
def _meet(a: Ints, b: Ints) -> bool:
    for x in a:
        if x == NONE:
            break
        for y in b:
            if x == y:
                return True
    return False
