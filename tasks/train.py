"""Train: a candidate from labels, its comparison with the model in use, and putting it to use."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from models.analysis import labelling
from models.analysis.labelling import Labelled
from models.engine import transaction
from settings import asset_bytes, get_settings
from tasks.assets import assembled, model, taxonomy
from voc.errors import InputError
from voc.learning import card
from voc.learning.choose import weights
from voc.learning.judge import Judgement, judge, type_shares
from voc.learning.layer import with_layer
from voc.learning.learn import Taught, learn
from voc.learning.shares import Share
from voc.reading.labels import Annotations, annotate
from voc.reading.model import TYPES, Model
from voc.zone import CHINA

FILES = ("tone.npz", "topics.npz")
CARD, REPORT = "card.json", "card.md"
WORDS = 20_000  # unlabelled texts from which it is learnt how rare words are


def train(now: datetime, who: str) -> dict[str, Any]:
    """Learn a candidate from the training labels and keep it under home/models; return its card."""
    with transaction() as session:
        rows = labelling.labelled(session, "active")
        words = labelling.words(session, WORDS)
    shipped = with_layer(asset_bytes(FILES[0]), asset_bytes(FILES[1]), None)
    told = {"trained_at": f"{now.astimezone(CHINA):%Y-%m-%d %H:%M}", "by": who, "base": model().version,
            "taxonomy": taxonomy().version}  # fmt: skip
    taught = _taught(rows)
    learned = learn(taught, _said(taught, assembled(*shipped)), taxonomy(), words, told)
    files = with_layer(*shipped, learned)
    found = {"version": assembled(*files).version, **learned.card}
    folder = get_settings().folder("models") / found["version"]
    folder.mkdir(exist_ok=True)
    for name, data in zip(FILES, files, strict=True):
        (folder / name).write_bytes(data)
    (folder / CARD).write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")
    (folder / REPORT).write_text(card.trained(found) + "\n", "utf-8")
    return found


def _taught(rows: Sequence[Labelled]) -> list[Taught]:
    return [Taught(row.text, row.rating, row.answers) for row in rows]


def _said(taught: Sequence[Taught], by: Model) -> Annotations:
    return annotate([one.text for one in taught], [one.rating for one in taught], taxonomy(), by)


def candidates() -> list[str]:
    """List the versions of trained models, newest last."""
    folders = [path for path in get_settings().folder("models").iterdir() if (path / CARD).is_file()]
    return [
        path.name for path in sorted(folders, key=lambda path: ((path / CARD).stat().st_mtime, path.name))
    ]


def newest_model() -> Model:
    """Return the newest candidate, or the model in use where there is none."""
    known = candidates()
    return _open(_folder(known[-1])) if known else model()


def report_path(version: str) -> Path:
    """Return where the card of a candidate lies."""
    return get_settings().folder("models") / version / REPORT


def _folder(version: str) -> Path:
    known = candidates()
    if not known:
        raise InputError("还没有训练过模型：请先标注（voc label），再训练（voc train）。")
    name = version or known[-1]
    if name not in known:
        raise InputError(f"没有版本为「{name}」的模型。已有：{'、'.join(known)}。")
    return get_settings().folder("models") / name


def _open(folder: Path) -> Model:
    return assembled(*((folder / name).read_bytes() for name in FILES))


def evaluate(version: str = "") -> tuple[str, Judgement, dict[str, Share], str]:
    """Compare a candidate (the newest when none is named) with the model in use on the audit rows.

    Returns its version, the comparison, the corrected shares of types, and the card, which is also written down.
    Without any candidate the model in use is measured by itself.
    """
    if not version and not candidates():
        judgement, shares = _judge(model())
        return model().version, judgement, shares, card.measured(model().version, judgement, shares)
    folder = _folder(version)
    judgement, shares = _judge(_open(folder))
    found = json.loads((folder / CARD).read_text("utf-8"))
    text = f"{card.trained(found)}\n\n{card.compared(judgement, shares, taxonomy())}"
    (folder / REPORT).write_text(text, "utf-8")
    return folder.name, judgement, shares, text


def _judge(candidate: Model) -> tuple[Judgement, dict[str, Share]]:
    with transaction() as session:
        rows = labelling.labelled(session, "audit")
        if not rows:
            raise InputError("审计样本还没有标注：请先运行 voc label。")
        held_out = _taught(rows)
        old, new = _said(held_out, model()), _said(held_out, candidate)
        judgement = judge(held_out, [row.number for row in rows], old, new)
        return judgement, _shares(session, rows, old)


def _shares(session: Session, rows: Sequence[Labelled], said: Annotations) -> dict[str, Share]:
    """Correct the shares of the types of all feedback, as far as the model in use has read it."""
    counted = labelling.counted_types(session, model().version)
    if not counted or not rows:
        return {}
    ids, frames, mine = (
        np.array(sorted(found), dtype=np.int64)
        for found in (labelling.population(session), labelling.frames(session), {row.id for row in rows})
    )
    weight = dict(zip(mine.tolist(), weights(ids, frames, mine), strict=True))
    return type_shares(_taught(rows), said, np.array([weight[row.id] for row in rows]), counted, TYPES)


def adopt(version: str, now: datetime, who: str, reason: str = "") -> tuple[str, Judgement]:
    """Put a candidate to use; refused unless it is better on the held-out rows."""
    name, judgement, _, _ = evaluate(version)
    replaced = model().version
    if name == replaced:
        raise InputError(f"模型 {name} 已经在用。")
    if judgement.refusal:
        raise InputError(f"没有采用 {name}：{judgement.refusal}")
    _put(
        get_settings().folder("models") / name,
        reason or "审计样本上更好",
        "adopt",
        now,
        who,
        _facts(judgement),
    )
    return name, judgement


def _facts(judgement: Judgement) -> dict[str, Any]:
    tasks = {one.task: asdict(one.change) for one in judgement.tasks}
    return {"rows": judgement.rows, "overall": asdict(judgement.overall), "tasks": tasks}


def back(now: datetime, who: str, reason: str = "") -> str:
    """Go back to the model that the last adopted one took the place of; return its version."""
    with transaction() as session:
        history = labelling.adopted(session)
    if not history or history[0].version != model().version:
        raise InputError("现用模型不是由 voc adopt 采用的，没有可以退回的版本。")
    earlier = history[0].replaced
    folder = get_settings().folder("models") / earlier
    if not folder.is_dir():
        raise InputError(f"找不到 {earlier} 的文件（{folder}），无法退回。")
    _put(folder, reason or "退回上一个模型", "back", now, who, {})
    return earlier


def _put(folder: Path, reason: str, step: str, now: datetime, who: str, facts: Mapping[str, Any]) -> None:
    """Copy a model to home/config, keeping the one it replaces under home/models, and write down who and why."""
    replaced = model().version
    _keep(replaced)
    config = get_settings().folder("config")
    for name in FILES:
        shutil.copyfile(folder / name, config / f".{name}.new")
    with transaction() as session:
        labelling.note_adoption(
            session, step=step, version=folder.name, replaced=replaced, at=now, by=who, reason=reason, facts=dict(facts)
        )  # fmt: skip
        # Two renames are as close to one step as a folder allows; the note is only kept when both are done.
        for name in FILES:
            os.replace(config / f".{name}.new", config / name)
    model.cache_clear()


def _keep(version: str) -> None:
    folder = get_settings().folder("models") / version
    folder.mkdir(exist_ok=True)
    for name in FILES:
        (folder / name).write_bytes(asset_bytes(name))
