"""A candidate against the model in use, on rows neither has learnt from: is it better, and in what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.learning.compare import (
    LEAST,
    LEVEL,
    ClassScore,
    Difference,
    calibration_error,
    difference,
    kappa,
    macro_f1,
    micro_f1,
    overlap,
    per_class,
    rows_needed,
)
from voc.learning.layer import NAMES
from voc.learning.learn import Taught, said_sets, told
from voc.learning.shares import Share, corrected
from voc.reading.labels import Annotations

Floats = NDArray[np.float64]
TASKS = tuple(NAMES)


@dataclass(frozen=True)
class Side:
    """How one model does in one task: its score by class, F1 (macro where one class is true), calibration."""

    classes: list[ClassScore]
    f1: float
    calibration: float | None


@dataclass(frozen=True)
class TaskResult:
    """Both models in one task; agreement is Cohen's kappa of two labellers, where there are two."""

    task: str
    change: Difference
    old: Side
    new: Side
    agreement: float | None
    twice: int


@dataclass(frozen=True)
class Flip:
    """A held-out row of which the models say different things: Chinese names are put to it by the card."""

    number: str
    text: str
    task: str
    told: str
    old: str
    new: str


@dataclass(frozen=True)
class Judgement:
    """The whole comparison; `needed` is how many held-out rows would show the gain seen, None without a gain."""

    rows: int
    overall: Difference
    tasks: list[TaskResult]
    flips: list[Flip]
    needed: int | None

    @property
    def refusal(self) -> str | None:
        """Say in Chinese why the candidate may not replace the model in use; None when it may."""
        if self.rows < LEAST:
            return f"审计样本只标了 {self.rows} 条，至少要 {LEAST} 条才能比较：还要标 {LEAST - self.rows} 条审计样本。"
        worse = [NAMES[one.task] for one in self.tasks if one.change.is_worse]
        if worse:
            return f"候选模型在{'、'.join(worse)}上明显变差。请针对这些再标一些训练样本，然后重新训练。"
        if self.overall.is_better:
            return None
        if self.needed is None:
            return "在审计样本上，候选模型不比现用模型好。请再标一些训练样本，然后重新训练。"
        more = max(1, self.needed - self.rows)
        return (
            f"候选模型高 {self.overall.mean:.1%}，但还不足以排除偶然（{LEVEL:.0%} 置信下限 {self.overall.low:+.1%}）："
            f"若差距属实，大约还要标 {more} 条审计样本才能确认。"
        )


def judge(
    held_out: Sequence[Taught],
    numbers: Sequence[str],
    old: Annotations,
    new: Annotations,
    most_flips: int = 20,
) -> Judgement:
    """Compare what two models say of the same held-out rows; numbers name the rows to people."""
    scores = {task: _scores(held_out, old, new, task) for task in TASKS}
    asked = np.array([any(told(one.answers, task) for task in TASKS) for one in held_out], dtype=bool)
    before, after = (_mean([scores[task][side] for task in TASKS])[asked] for side in (0, 1))
    tasks = [_result(held_out, old, new, task, *scores[task]) for task in TASKS]
    return Judgement(
        rows=int(asked.sum()),
        overall=difference(before, after),
        tasks=[one for one in tasks if one.change.rows],
        flips=_flips(held_out, numbers, old, new)[:most_flips],
        needed=rows_needed(before, after),
    )


def _scores(
    held_out: Sequence[Taught], old: Annotations, new: Annotations, task: str
) -> tuple[Floats, Floats]:
    """Score of 0 … 1 of both models in each row, shape (n,); nan where the task was not labelled."""
    people = [told(one.answers, task) for one in held_out]
    asked = np.array([bool(mine) for mine in people], dtype=bool)
    found = []
    for said in (old, new):
        score = np.full(len(people), np.nan)
        sets = said_sets(said, task)
        score[asked] = overlap(
            [mine for mine in people if mine], [s for s, mine in zip(sets, people, strict=True) if mine]
        )
        found.append(score)
    return found[0], found[1]


def _mean(columns: Sequence[Floats]) -> Floats:
    """Mean over the tasks that were labelled, shape (n,); 0 where none was."""
    stacked = np.stack(columns)
    known = ~np.isnan(stacked)
    mean: Floats = np.where(known, stacked, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return mean


def _result(
    held_out: Sequence[Taught], old: Annotations, new: Annotations, task: str, before: Floats, after: Floats
) -> TaskResult:
    rows = np.flatnonzero(~np.isnan(before))
    people = [told(held_out[int(row)].answers, task) for row in rows]
    pairs = [mine[:2] for mine in people if len(mine) > 1]
    return TaskResult(
        task,
        difference(before[rows], after[rows]),
        _side([mine[0] for mine in people], old, task, rows, before),
        _side([mine[0] for mine in people], new, task, rows, after),
        kappa([_word(a) for a, _ in pairs], [_word(b) for _, b in pairs]),
        len(pairs),
    )


def _side(
    truth: Sequence[frozenset[str]], said: Annotations, task: str, rows: NDArray[np.int64], score: Floats
) -> Side:
    sets = said_sets(said, task)
    mine = [sets[row] for row in rows]
    classes = per_class(truth, mine, sorted(frozenset().union(*truth, *mine)))
    if task in ("issue", "area"):
        return Side(classes, micro_f1(truth, mine), None)
    confidence = said.type_confidence if task == "type" else said.sentiment_confidence
    return Side(classes, macro_f1(classes), calibration_error(np.asarray(confidence)[rows], score[rows]))


def _word(classes: frozenset[str]) -> str:
    return "、".join(sorted(classes))


def _flips(
    held_out: Sequence[Taught], numbers: Sequence[str], old: Annotations, new: Annotations
) -> list[Flip]:
    found = []
    for task in TASKS:
        before, after = said_sets(old, task), said_sets(new, task)
        for row, one in enumerate(held_out):
            people = told(one.answers, task)
            if people and before[row] != after[row]:
                words = (_word(people[0]), _word(before[row]), _word(after[row]))
                found.append(Flip(numbers[row], one.text, task, *words))
    return found


def type_shares(
    held_out: Sequence[Taught],
    said: Annotations,
    weights: Floats,
    counted: Mapping[str, int],
    classes: Sequence[str],
) -> dict[str, Share]:
    """Correct the shares of the types that a model counted, by labelled rows and what each stands for, (n,)."""
    people = [told(one.answers, "type") for one in held_out]
    rows = [row for row, mine in enumerate(people) if mine and weights[row] > 0]
    total = sum(counted.values())
    found = {}
    for name in classes:
        truth = np.array([np.mean([name in mine for mine in people[row]]) for row in rows], dtype=np.float64)
        read = np.array([said.type[row] == name for row in rows], dtype=np.float64)
        share = counted.get(name, 0) / total if total else 0.0
        found[name] = corrected(share, total, read, truth, weights[rows])
    return found
