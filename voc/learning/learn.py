"""Turn labels into a layer over the shipped weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from voc.errors import InputError
from voc.learning.apply import TONES, area_class, area_logits, issue_logits, tone_logits, type_logits
from voc.learning.features import SLOTS, rarity, vectors
from voc.learning.fit import Fit, calibration, choose_fit
from voc.learning.layer import Learned, Task
from voc.learning.residual import Floats, Link
from voc.reading.labels import Annotations
from voc.reading.model import TYPES
from voc.reading.taxonomy import Taxonomy

LEAST_LABELS = 30  # below that a penalty cannot be chosen
LEAST_CASES = 4  # rows in which a class has to be told, or wrongly said, before it is learnt
MOST_SLOTS = 40_000


@dataclass(frozen=True)
class Taught:
    """A text with what people said of it, one mapping per labeller: type, tone, issues, areas; None not asked."""

    text: str
    rating: float | None
    answers: Sequence[Mapping[str, Any]]


def told(answers: Sequence[Mapping[str, Any]], task: str) -> list[frozenset[str]]:
    """Return what each labeller said of a task, as a set of classes; labellers who were not asked are left out."""
    name = {"issue": "issues", "area": "areas"}.get(task, task)
    given = [answer[name] for answer in answers if answer.get(name) is not None]
    return [_classes(value, task) for value in given]


def _classes(value: Any, task: str) -> frozenset[str]:
    if task == "issue":
        return frozenset(code for code, polarity in value.items() if polarity < 0)
    if task == "area":
        return frozenset(area_class(code, polarity) for code, polarity in value.items() if polarity)
    return frozenset((value,))


def said_sets(said: Annotations, task: str) -> list[frozenset[str]]:
    """Return what a model says of a task, in the same classes as labels."""
    if task == "issue":
        return [frozenset(m.issue for m in row if m.polarity < 0) for row in said.mentions]
    if task == "area":
        return [frozenset(area_class(o.area, o.sentiment) for o in row if o.sentiment) for row in said.areas]
    return [frozenset((value,)) for value in (said.type if task == "type" else said.tone)]


def learn(
    taught: Sequence[Taught],
    said: Annotations,
    taxonomy: Taxonomy,
    words: Sequence[str],
    card: Mapping[str, Any],
) -> Learned:
    """Learn a layer from labels and from what the shipped model says of the same rows.

    `words` are texts of the same users without labels: how rare an n-gram is, is learnt from them. Raises
    InputError when there are too few labels, or when they teach nothing the shipped model does not know.
    """
    if len(taught) < LEAST_LABELS:
        more = 2 * (LEAST_LABELS - len(taught))
        raise InputError(
            f"训练样本只有 {len(taught)} 条，至少要 {LEAST_LABELS} 条：请再标约 {more} 条"
            "（voc label；一半只用来审计，不用于训练）。"
        )
    weights = rarity([*words, *(one.text for one in taught)])
    x = vectors([one.text for one in taught], weights)
    tasks, notes = {}, {}
    for name, classes, offset, link in _questions(taught, said, taxonomy):
        task, notes[name] = _task(name, classes, offset, link, x, taught)
        if task is not None:
            tasks[name] = task
    if not tasks:
        raise InputError(
            "这些标注没有教给模型新的东西：在没有用来训练的标注上，结果不比现用模型好。请再标一些。"
        )
    return Learned(weights, tasks, {**card, "labels": len(taught), "tasks": notes})


def _questions(
    taught: Sequence[Taught], said: Annotations, taxonomy: Taxonomy
) -> list[tuple[str, tuple[str, ...], Floats, Link]]:
    issues = _worth_learning(taught, said, "issue", tuple(i.code for i in taxonomy.issues))
    signs = tuple(f"{area}{sign}" for area in taxonomy.areas for sign in "-+")
    areas = _worth_learning(taught, said, "area", signs)
    return [
        ("type", TYPES, type_logits(said), "one"),
        ("tone", TONES, tone_logits(said), "one"),
        ("issue", issues, issue_logits(said, issues), "many"),
        ("area", areas, area_logits(said, areas), "many"),
    ]


def _worth_learning(
    taught: Sequence[Taught], said: Annotations, task: str, classes: Sequence[str]
) -> tuple[str, ...]:
    """Keep the classes that labels speak of: told often enough, or wrongly said often enough."""
    cases = dict.fromkeys(classes, 0)
    for one, named in zip(taught, said_sets(said, task), strict=True):
        for mine in told(one.answers, task)[:1]:
            for name in (mine | named) & cases.keys():
                cases[name] += 1
    return tuple(name for name, count in cases.items() if count >= LEAST_CASES)


def _task(
    name: str,
    classes: tuple[str, ...],
    offset: Floats,
    link: Link,
    x: sparse.csr_matrix,
    taught: Sequence[Taught],
) -> tuple[Task | None, dict[str, Any]]:
    truth, asked = _truth(name, classes, taught)
    note: dict[str, Any] = {"labels": int(asked.sum()), "classes": list(classes), "learnt": False}
    if not classes or asked.sum() < LEAST_LABELS:
        return None, note
    x, offset, truth = x[asked], offset[asked], truth[asked]
    slots = _slots(x)
    found = choose_fit(x[:, slots], offset, truth, link)
    if found is None:
        return None, note
    note |= {"learnt": True, "penalty": found.penalty}
    return Task(classes, slots, found.residual, _sure(found, truth, link)), note


def _truth(name: str, classes: Sequence[str], taught: Sequence[Taught]) -> tuple[Floats, NDArray[np.bool_]]:
    """Share of labellers who told each class, shape (n, classes), and which rows were asked, shape (n,)."""
    place = {code: k for k, code in enumerate(classes)}
    truth, asked = np.zeros((len(taught), len(classes))), np.zeros(len(taught), dtype=bool)
    for row, one in enumerate(taught):
        people = told(one.answers, name)
        asked[row] = bool(people)
        for mine in people:
            for code in mine & place.keys():
                truth[row, place[code]] += 1 / len(people)
    return truth, asked


def _slots(x: sparse.csr_matrix) -> NDArray[np.int64]:
    """Slots that stand in two rows at least; of very many the most frequent."""
    held = np.bincount(x.indices, minlength=SLOTS)
    slots = np.flatnonzero(held >= 2)
    if len(slots) > MOST_SLOTS:
        slots = np.sort(slots[np.argsort(-held[slots], kind="stable")[:MOST_SLOTS]])
    return slots.astype(np.int64)


def _sure(found: Fit, truth: Floats, link: Link) -> tuple[float, float]:
    return calibration(found.held_out, truth[found.rows]) if link == "one" else (1.0, 0.0)
