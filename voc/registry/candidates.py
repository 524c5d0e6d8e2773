"""A group of the registry as a problem to be confirmed: its kind, its name, since when it is told of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from voc.registry.background import Background
from voc.registry.naming import name_of

MAJORITY = 0.5
SHARED = 0.8  # of the members, that makes a product worth naming
CLEAR = -0.6  # sentiment up to which a complaint surely is one
READABLE = 12  # characters of a product's name; longer ones and mere numbers are left out


@dataclass(frozen=True)
class Draft:
    """What is known of a problem that begins."""

    kind: str
    name: str
    about: str | None
    first_seen: datetime


def draft(
    texts: Sequence[str],
    moments: Sequence[datetime],
    products: Sequence[str | None],
    issues: Sequence[Sequence[str]],
    background: Background,
    otherwise: str,
) -> Draft:
    """Draft a problem from the members of a group, in order of time.

    `issues` is what each member complains of, empty if of nothing the taxonomy knows: when most are known it is an
    incident, otherwise a candidate for a new issue.
    """
    known = Counter(issue for some in issues for issue in set(some))
    common = min(known, key=lambda issue: (-known[issue], issue), default=None)
    about = common if common and known[common] >= MAJORITY * len(issues) else None
    kind = "incident" if sum(bool(some) for some in issues) >= MAJORITY * len(issues) else "candidate"
    name = name_of(texts, background, shared_product(products)) or otherwise
    return Draft(kind, name, about, moments[0])


def shared_product(products: Sequence[str | None]) -> str:
    """The product nearly all members share, if its name is one that people use; empty otherwise."""
    counted = Counter(product.strip() for product in products if product)
    if not counted:
        return ""
    product, count = counted.most_common(1)[0]
    usable = count >= SHARED * len(products) and len(product) <= READABLE and not product.isdecimal()
    return product if usable else ""
