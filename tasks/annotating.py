"""What is stored of understood feedback: its priority among what came before, its annotation, its mentions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.analysing import issue_events, note_taxonomy
from settings import asset_text, get_settings
from tasks.assets import model, taxonomy
from voc.labels import Annotations
from voc.priority import Factors, Priorities, prioritise
from voc.problems import recurrence, seconds


@dataclass(frozen=True)
class Voices:
    """Who spoke and when, columns of equal length; value is the customer's tier of 0 … 3."""

    ids: Sequence[int]
    at: Sequence[datetime]
    customers: Sequence[int | None]
    values: Sequence[int]


def rank(session: Session, voices: Voices, annotations: Annotations) -> Priorities:
    """Give each feedback its priority, from what it says and what others said in the days before it."""
    complaints = [{m.issue for m in row if m.polarity < 0} for row in annotations.mentions]
    # A feedback nobody signed is a customer of its own, named as models.analysing.issue_events names it.
    people = [customer or -id_ for customer, id_ in zip(voices.customers, voices.ids, strict=True)]
    frequency, scope = _recurrences(session, voices.at, people, complaints)
    return prioritise(
        Factors(
            frequency=frequency,
            scope=scope,
            customer_value=np.array(voices.values, dtype=np.float64),
            severity=np.array(annotations.severity, dtype=np.int64),
            sentiment=np.asarray(annotations.sentiment, dtype=np.float64),
            type=annotations.type,
        )
    )


def _recurrences(
    session: Session, at: Sequence[datetime], customers: Sequence[int], complaints: Sequence[set[str]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count, for each row, complaints and customers of its most frequent issue in the days before it."""
    frequency, scope = np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    issues = sorted(set().union(*complaints)) if complaints else []
    if not issues:
        return frequency, scope
    window = timedelta(days=get_settings().problem_window_days)
    history = issue_events(session, issues, min(at) - window, max(at))
    for issue in issues:
        rows = [n for n, named in enumerate(complaints) if issue in named]
        events = sorted([*history.get(issue, []), *((at[n], customers[n]) for n in rows)])
        counted, people = recurrence(
            seconds([moment for moment, _ in events]),
            np.array([customer for _, customer in events], dtype=np.int64),
            seconds([at[n] for n in rows]),
            window,
        )
        frequency[rows] = np.maximum(frequency[rows], counted)
        scope[rows] = np.maximum(scope[rows], people)
    return frequency, scope


def annotation_rows(
    ids: Sequence[int], feedback: Sequence[int], annotations: Annotations, priorities: Priorities
) -> list[tuple[Any, ...]]:
    """Rows of models.analysing.ANNOTATION_COLUMNS, by the versions in force."""
    return [_annotation_row(n, id_, feedback[n], annotations, priorities) for n, id_ in enumerate(ids)]


def _annotation_row(
    n: int, id_: int, feedback: int, annotations: Annotations, priorities: Priorities
) -> tuple[Any, ...]:
    explained = {
        "score": round(float(priorities.score[n]), 4),
        "parts": priorities.parts[n],
        "reasons": priorities.reasons[n],
        "to_high": priorities.to_high[n],
    }
    areas = [
        {"area": o.area, "sentiment": round(float(o.sentiment), 3), "start": o.start, "end": o.end,
         "confidence": round(float(o.confidence), 3)}
        for o in annotations.areas[n]
    ]  # fmt: skip
    return (
        id_, feedback, model().version, taxonomy().version, annotations.type[n],
        float(annotations.type_confidence[n]), float(annotations.sentiment[n]),
        float(annotations.sentiment_confidence[n]), annotations.dimension[n], int(annotations.severity[n]),
        bool(annotations.vague[n]), priorities.level[n], explained, annotations.tone[n],
        float(annotations.dimension_confidence[n]), areas, list(annotations.unsure[n]),
    )  # fmt: skip


def mention_rows(
    annotation_ids: Sequence[int], feedback_ids: Sequence[int], annotations: Annotations
) -> list[tuple[Any, ...]]:
    """Rows of models.analysing.MENTION_COLUMNS, one for each issue a feedback speaks of."""
    rows = []
    for annotation, feedback, mentions in zip(
        annotation_ids, feedback_ids, annotations.mentions, strict=True
    ):
        # One mention an issue: the most negative, then the surest, is the one that is kept.
        best: dict[str, Any] = {}
        for m in sorted(mentions, key=lambda m: (m.polarity, -m.confidence, m.start)):
            best.setdefault(m.issue, m)
        rows += [
            (annotation, feedback, m.area, m.issue, m.polarity, m.start, m.end, float(m.confidence))
            for m in best.values()
        ]
    return rows


def note_taxonomy_in_force(session: Session, now: datetime) -> None:
    """Keep the taxonomy in force; one that was changed under an old version is refused."""
    body = asset_text("taxonomy.toml")
    note_taxonomy(session, taxonomy().version, hashlib.sha256(body.encode()).hexdigest(), body, now)
