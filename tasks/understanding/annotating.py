"""What is stored of understood feedback: its annotation, its mentions, and its priority among what came before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from json import JSONEncoder
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy.orm import Session

from models.analysis.analysing import note_taxonomy
from models.analysis.recurring import EVERYTHING, SCHEMA, added
from settings import asset_text, get_settings
from tasks.assets import model, taxonomy
from voc.priority import Factors, Priorities, prioritise
from voc.reading.areas import AreaOpinion
from voc.reading.labels import Annotations
from voc.recurring import before_and_on, customers_since

MENTIONS = {
    "place": pl.Int64, "area": pl.String, "issue": pl.String, "polarity": pl.Int64, "span_start": pl.Int64,
    "span_end": pl.Int64, "confidence": pl.Float64,
}  # fmt: skip
as_json = JSONEncoder(ensure_ascii=False).encode
History = Callable[[Session, Sequence[str], date, date], pl.DataFrame]


def annotated(places: Sequence[int], said: Annotations) -> pl.DataFrame:
    """Return annotations as columns of their table, but for ids and priority."""
    return pl.DataFrame(
        {
            "place": pl.Series(places, dtype=pl.Int64),
            "type": pl.Series(said.type, dtype=pl.String),
            "type_confidence": np.asarray(said.type_confidence, dtype=np.float64),
            "sentiment": np.asarray(said.sentiment, dtype=np.float64),
            "sentiment_confidence": np.asarray(said.sentiment_confidence, dtype=np.float64),
            "dimension": pl.Series(said.dimension, dtype=pl.String),
            "dimension_confidence": np.asarray(said.dimension_confidence, dtype=np.float64),
            "severity": pl.Series(said.severity, dtype=pl.Int64),
            "vague": np.asarray(said.vague, dtype=np.bool_),
            "tone": pl.Series(said.tone, dtype=pl.String),
            "areas": pl.Series([_opinions(row) if row else "[]" for row in said.areas], dtype=pl.String),
            "unsure": pl.Series([as_json(row) if row else "[]" for row in said.unsure], dtype=pl.String),
        }
    )


def _opinions(row: Sequence[AreaOpinion]) -> str:
    # Written out, since an encoder takes four times as long; Python and JSON write numbers the same way.
    listed = [
        f'{{"area": "{one.area}", "sentiment": {round(float(one.sentiment), 3)!r}, "start": {one.start}, '
        f'"end": {one.end}, "confidence": {round(float(one.confidence), 3)!r}}}'
        for one in row
    ]
    return f"[{', '.join(listed)}]"


def mentioned(places: Sequence[int], said: Annotations) -> pl.DataFrame:
    """Return mentions as columns of their table; of one issue the most negative, then the surest is kept."""
    flat = [
        (place, m.area, m.issue, m.polarity, m.start, m.end, float(m.confidence))
        for place, row in zip(places, said.mentions, strict=True)
        for m in row
    ]
    frame = pl.DataFrame(flat, schema=MENTIONS, orient="row")
    best = frame.sort(
        "place",
        "polarity",
        "confidence",
        "span_start",
        descending=[False, False, True, False],
        maintain_order=True,
    )
    return best.unique(["place", "issue"], keep="first", maintain_order=True)


def voices(ids: Sequence[int], at: pl.Series, customers: pl.Series, values: pl.Series) -> pl.DataFrame:
    """Who spoke and when, a row for each annotation; `value` is the customer's tier of 0 … 3."""
    # A feedback nobody signed is a customer of its own, named as models.analysis.recurring names it.
    named = pl.DataFrame(
        {"id": pl.Series(ids, dtype=pl.Int64), "at": at, "customer": customers, "value": values}
    )
    return named.select(
        pl.col("at").dt.date().alias("day"),
        pl.col("at").dt.epoch("s").alias("moment"),
        pl.coalesce(pl.col("customer"), -pl.col("id")).alias("customer"),
        pl.col("value").cast(pl.Float64),
    )


def rank(
    session: Session, spoken: pl.DataFrame, said: pl.DataFrame, mentions: pl.DataFrame, history: History
) -> tuple[Priorities, pl.DataFrame]:
    """Give each annotation its priority from what it says and what others said in the days before.

    `spoken` stands in the order of `said`; `history` reads what is counted of some issues from day to day.
    Returns the new counts of the days spoken of as well.
    """
    if spoken.is_empty():
        return Priorities([], np.zeros(0), [], [], []), pl.DataFrame(schema=SCHEMA)
    spoken = spoken.with_columns(place=said["place"])
    complaints = mentions.filter(pl.col("polarity") < 0).select("place", "issue").join(spoken, on="place")
    new = pl.concat([complaints, spoken.with_columns(issue=pl.lit(EVERYTHING)).select(complaints.columns)])
    days, window = new.select("issue", "day").unique(), get_settings().problem_window_days
    spoken_on = days["day"].to_list()
    before = min(spoken_on) - timedelta(days=window), max(spoken_on)
    counts = added(history(session, days["issue"].unique().to_list(), *before), new)
    found = said.select("place").join(
        _worst(counts, complaints, window), on="place", how="left", maintain_order="left"
    )
    priorities = prioritise(
        Factors(
            frequency=found["frequency"].fill_null(0).to_numpy(),
            scope=found["scope"].fill_null(0).to_numpy(),
            customer_value=spoken["value"].to_numpy(),
            severity=said["severity"].to_numpy(),
            sentiment=said["sentiment"].to_numpy(),
            type=said["type"].to_list(),
        )
    )
    return priorities, counts.join(days, on=["issue", "day"], how="semi")


def _worst(days: pl.DataFrame, complaints: pl.DataFrame, window: int) -> pl.DataFrame:
    """Return for each place the complaints and customers of its most frequent issue."""
    days, own = days.sort("issue", "day"), complaints.sort("issue", maintain_order=True)
    listed = days.filter(pl.col("moments").list.len() > 0).select("issue", "moments", "customers")
    listed = listed.explode("moments", "customers")
    counted, known, asked = _runs(days["issue"]), _runs(listed["issue"]), _runs(own["issue"])
    day, events = days["day"].to_physical().to_numpy().astype(np.int64), days["events"].to_numpy()
    moments, customers = listed["moments"].to_numpy(), listed["customers"].to_numpy()
    at, found = own["moment"].to_numpy(), np.zeros((2, len(own)), dtype=np.int64)
    for issue, mine in asked.items():
        when, then, now = counted[issue], known.get(issue, slice(0, 0)), at[mine]
        found[0, mine] = before_and_on(day[when], events[when], moments[then], now, window)
        found[1, mine] = customers_since(moments[then], customers[then], now, window)
    columns = own.select("place").with_columns(frequency=found[0], scope=found[1])
    return columns.group_by("place").agg(pl.max("frequency"), pl.max("scope"))


def _runs(sorted_: pl.Series) -> dict[str, slice]:
    """Where each value of a sorted column stands."""
    lengths, values = (sorted_.rle().struct.field(name).to_list() for name in ("len", "value"))
    ends = list(accumulate(lengths))
    return {value: slice(end - many, end) for value, many, end in zip(values, lengths, ends, strict=True)}


def ranked(said: pl.DataFrame, priorities: Priorities) -> pl.DataFrame:
    """Return the rows of the table of annotations, by the versions in force."""
    columns = (priorities.parts, priorities.reasons, priorities.to_high)
    # The same few reasons come again and again.
    words: set[Any] = {*map(tuple, priorities.reasons), *priorities.to_high}
    written = {said: as_json(said) for said in words}
    explained = [
        f'{{"score": {score!r}, "parts": {{{_numbers(parts)}}}, "reasons": {written[tuple(reasons)]}, '
        f'"to_high": {written[to_high]}}}'
        for score, parts, reasons, to_high in zip(
            np.round(priorities.score, 4).tolist(), *columns, strict=True
        )
    ]
    return said.drop("place").with_columns(
        pl.Series("priority", priorities.level, dtype=pl.String),
        pl.Series("priority_parts", explained, dtype=pl.String),
        model_version=pl.lit(model().version),
        taxonomy_version=pl.lit(taxonomy().version),
    )


def _numbers(parts: Mapping[str, float]) -> str:
    # Written out for the same reason as the opinions.
    return ", ".join(f'"{name}": {value!r}' for name, value in parts.items())


def note_taxonomy_in_force(session: Session, now: datetime) -> None:
    """Keep the taxonomy in force; one that was changed under an old version is refused."""
    body = asset_text("taxonomy.toml")
    note_taxonomy(session, taxonomy().version, hashlib.sha256(body.encode()).hexdigest(), body, now)
