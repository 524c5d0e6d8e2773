"""The report of an audit: agreement of readers, the model's confusion, and shares corrected for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.audit.agreement import Agreement, agreement
from voc.audit.estimating import Share, confusion, corrected


@dataclass(frozen=True)
class Item:
    """A row that was read: its stratum over all samples, the model's class, and each reader's."""

    number: str
    text: str
    stratum: int
    model: str
    said: Mapping[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Strata:
    """All strata of the samples taken together: the model's class of each and how many rows it had."""

    classes: Sequence[str]
    sizes: NDArray[np.int64]


@dataclass(frozen=True)
class Question:
    """What the audit says of one question, such as the type."""

    title: str
    classes: tuple[str, ...]
    rows: int
    readers: tuple[str, ...]
    agreement: Agreement
    disagreements: tuple[Item, ...]
    confusion: NDArray[np.float64]  # share of all feedback: model's class in rows, readers' in columns
    right: float  # share of all feedback on which model and readers say the same
    shares: Mapping[str, Share]


def question(
    title: str,
    items: Sequence[Item],
    strata: Strata,
    classes: Sequence[str],
    model: Mapping[str, float] | None = None,
) -> Question | None:
    """Work out what was read about one question; None when nothing was.

    model: the model's own shares, where its classes are not those of the strata.
    """
    read = [item for item in items if item.said]
    if not read:
        return None
    names = sorted({reader for item in read for reader in item.said})
    both = [item for item in read if len(item.said) > 1]
    pairs = [tuple(item.said[reader] for reader in sorted(item.said)[:2]) for item in both]
    own = np.array([item.stratum for item in read], dtype=np.int64)
    said = np.array([_parts(item, classes) for item in read])
    places = {name: n for n, name in enumerate(classes)}
    table = confusion(
        strata.sizes, own, np.array([places[item.model] for item in read], dtype=np.int64), said
    )
    shares = {name: _share(name, said[:, n], own, strata, model) for n, name in enumerate(classes)}
    return Question(
        title, tuple(classes), len(read), tuple(names),
        agreement([a for a, _ in pairs], [b for _, b in pairs]),
        tuple(item for item in both if len(set(item.said.values())) > 1),
        table, float(np.trace(table)), shares,
    )  # fmt: skip


def _parts(item: Item, classes: Sequence[str]) -> list[float]:
    """Give each class the part of the readers who say it: where two disagree, each is half right."""
    return [sum(word == name for word in item.said.values()) / len(item.said) for name in classes]


def _share(
    name: str,
    said: NDArray[np.float64],
    own: NDArray[np.int64],
    strata: Strata,
    model: Mapping[str, float] | None,
) -> Share:
    predicted = np.array([kind == name for kind in strata.classes], dtype=bool)
    share = corrected(strata.sizes, predicted, own, said)
    return share if model is None else Share(model.get(name, 0.0), share.corrected, share.low, share.high)
