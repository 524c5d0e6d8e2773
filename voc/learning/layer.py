"""The learned layer: what the users' labels add to the shipped weights, kept in the same two files as those."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voc.learning.features import SLOTS, vectors
from voc.learning.residual import Residual

if TYPE_CHECKING:
    from scipy import sparse

Floats = NDArray[np.float64]

PREFIX = "learned_"
# Which of the two files holds what was learnt of which task.
FILES = {"tone": ("type", "tone"), "topics": ("issue", "area")}
NAMES = {"type": "类型", "tone": "情感", "issue": "问题", "area": "业务领域"}


@dataclass(frozen=True)
class Task:
    """One learnt question: its classes, the slots it reads, what it adds, and how sure its answers are.

    `sure` is (slope, shift) of the calibrated confidence in the log-odds of the top share.
    """

    classes: tuple[str, ...]
    slots: NDArray[np.int64]
    residual: Residual
    sure: tuple[float, float]

    def logits(self, x: sparse.csr_matrix, offset: Floats) -> Floats:
        """Return the moved logits of rows described over all slots, shape (rows, classes)."""
        return self.residual.logits(x[:, self.slots], offset)


@dataclass(frozen=True)
class Learned:
    """Everything learnt from labels; rarity (SLOTS,) is that of the users' own words."""

    rarity: NDArray[np.float32]
    tasks: Mapping[str, Task]
    card: Mapping[str, Any] = field(default_factory=dict)

    def vectors(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Describe texts as the layer was taught to see them."""
        return vectors(texts, self.rarity)


def with_layer(tone: bytes, topics: bytes, learned: Learned | None) -> tuple[bytes, bytes]:
    """Put a layer into copies of the two model files, in place of one that is there; None takes it out."""
    return _packed(tone, learned, "tone"), _packed(topics, learned, "topics")


def _packed(data: bytes, learned: Learned | None, name: str) -> bytes:
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files if not key.startswith(PREFIX)}
    if learned is not None:
        arrays |= _arrays(learned, name)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def _arrays(learned: Learned, name: str) -> dict[str, NDArray[Any]]:
    tasks = {task: learned.tasks[task] for task in FILES[name] if task in learned.tasks}
    card = {**learned.card, "classes": {task: one.classes for task, one in tasks.items()}}
    arrays: dict[str, NDArray[Any]] = {"card": np.frombuffer(json.dumps(card).encode(), dtype=np.uint8)}
    if name == "tone":
        arrays["rarity"] = learned.rarity.astype(np.float16)
    for task, one in tasks.items():
        arrays |= {
            f"{task}_slots": one.slots.astype(np.uint32),
            f"{task}_weights": one.residual.weights.astype(np.float16),
            f"{task}_gain": one.residual.gain,
            f"{task}_bias": one.residual.bias,
            f"{task}_sure": np.array(one.sure),
        }
    return {PREFIX + key: value for key, value in arrays.items()}


def load_layer(tone: bytes, topics: bytes) -> Learned | None:
    """Read the layer out of the two model files; None when nothing was learnt.

    Raises KeyError or ValueError when a file is damaged, as the readers of the shipped weights do.
    """
    held = _read(tone) | _read(topics)
    if "rarity" not in held:
        return None
    rarity = held["rarity"].astype(np.float32)
    if rarity.shape != (SLOTS,):
        raise ValueError("learned_rarity")
    tasks: dict[str, Task] = {}
    for classes in (held["classes_tone"], held["classes_topics"]):
        tasks |= {task: _task(held, task, tuple(codes)) for task, codes in classes.items()}
    return Learned(rarity, tasks, held["card_tone"])


def _read(data: bytes) -> dict[str, Any]:
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        held = {key[len(PREFIX) :]: file[key] for key in file.files if key.startswith(PREFIX)}
    if not held:
        return {"classes_topics": {}}
    card = json.loads(bytes(held.pop("card")).decode())
    name = "tone" if "rarity" in held else "topics"
    return {**held, f"classes_{name}": card.pop("classes"), f"card_{name}": card}


def _task(held: Mapping[str, Any], task: str, classes: tuple[str, ...]) -> Task:
    weights = held[f"{task}_weights"].astype(np.float64)
    if weights.shape[1:] != (len(classes),):
        raise ValueError(f"learned_{task}_weights")
    residual = Residual(weights, held[f"{task}_gain"], held[f"{task}_bias"])
    slope, shift = held[f"{task}_sure"]
    return Task(classes, held[f"{task}_slots"].astype(np.int64), residual, (float(slope), float(shift)))
