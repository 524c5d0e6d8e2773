"""Public reviews read by the core as feedback, day by day: what the walk of alarms is fed with. Nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from benchmarks.corpora import rows
from settings import Settings
from tasks.assets import cleaning, model, taxonomy
from voc.alarms.grid import grid_of
from voc.alarms.series import ALL
from voc.cleaning.copies import Words, find_copies
from voc.intake.cells import parse_times
from voc.reading.understanding import Understood, understand
from voc.zone import CHINA

PEAKS, APART = 10, 7
LETTERS = ("f4_replies_2816_dev", "f2_labeled_495_dev")


@dataclass(frozen=True)
class Voices:
    """Feedback of one source: `said` has a row for each accepted one, `named` one for each issue complained of."""

    said: pl.DataFrame  # id, day, customer, product, text, negative, severity, stars, sentiment
    named: pl.DataFrame  # id, area, issue, start, end
    areas: pl.DataFrame  # id, area


def appstore(name: str) -> Voices:
    """Read reviews of an app: title and words together."""
    return read(
        f"appstore_zh_iot_and_mall/{name}.csv",
        lambda row: f"{row['title']}。{row['content']}",
        {"at": "time", "customer": "author_hash", "product": "app"},
    )


def aircon() -> Voices:
    """Read reviews of air conditioners."""
    return read(
        "jd_aircon_reviews/jd_aircon_dev.csv",
        lambda row: row["content"],
        {"at": "reviewed_at", "customer": "user_hash", "product": "product_id"},
    )


def letters() -> Voices:
    """Read letters of citizens to their governments: no stars, no products."""
    table = [row for name in LETTERS for row in rows(f"taidi2020c_gov_messages/{name}.csv")]
    table = list({row["留言编号"]: row for row in table}.values())
    return understood(
        table,
        lambda row: f"{row['留言主题']}。{row['留言详情']}",
        {"at": "留言时间", "customer": "留言用户"},
    )


def phones() -> Voices:
    """Read reviews of telephones, all of five stars, by the day of purchase; customers are not known."""
    table = rows("jd_taobao_phone_reviews/jd_phones_2020_4722.csv")
    table = [{**row, "customer": str(place), "star": row["得分"]} for place, row in enumerate(table)]
    return understood(
        table,
        lambda row: row["评论内容"],
        {"at": "购买时间", "customer": "customer", "product": "product_group_hash"},
    )


def read(path: str, words: Callable[[dict[str, str]], str], names: Mapping[str, str]) -> Voices:
    """Understand a file of the public data."""
    return understood(rows(path), words, names)


def understood(
    table: list[dict[str, str]], words: Callable[[dict[str, str]], str], names: Mapping[str, str]
) -> Voices:
    """Understand rows; of feedback and its copies the first counts, as the product has it."""
    times = parse_times([row[names["at"]] for row in table])
    stars = [float(row["star"]) if row.get("star") in {"1", "2", "3", "4", "5"} else None for row in table]
    seen = understand([words(row) for row in table], stars, taxonomy(), model(), cleaning=cleaning())
    said, named, areas = [], [], []
    moments = [None if at is None else at if at.tzinfo else at.replace(tzinfo=UTC) for at in times]
    copies = _copies(seen, moments, [row[names["customer"]] for row in table])
    for place, row in enumerate(seen.kept):
        at, customer = times[row], table[row][names["customer"]]
        if at is None or row in copies:
            continue
        notes = seen.annotations
        negative = notes.type[place] == "complaint" or notes.tone[place] == "negative"
        said.append(
            (row, day_of(at), customer, _product(table[row], names), seen.masked[row], negative,
             int(notes.severity[place]), stars[row], float(notes.sentiment[place]))
        )  # fmt: skip
        named += [(row, m.area, m.issue, m.start, m.end) for m in notes.mentions[place] if m.polarity < 0]
        areas += [(row, a.area) for a in notes.areas[place] if a.sentiment < 0]
    columns = ["id", "day", "customer", "product", "text", "negative", "severity", "stars", "sentiment"]
    return Voices(
        pl.DataFrame(said, orient="row", schema=columns),
        pl.DataFrame(named, orient="row", schema=["id", "area", "issue", "start", "end"]),
        pl.DataFrame(areas, orient="row", schema=["id", "area"]).unique(),
    )


def _product(row: dict[str, str], names: Mapping[str, str]) -> str:
    return row[names["product"]] if "product" in names else ""


def _copies(seen: Understood, moments: list[datetime | None], customers: list[str]) -> set[int]:
    """Return the rows that copy an earlier one: long texts almost word for word, or one customer within a day."""
    number = {name: place for place, name in enumerate(dict.fromkeys(customers))}
    said = [
        Words(int(row), seen.masked[row], int(seen.hashes[row]), tuple(int(band) for band in seen.bands[row] if band),
              number[customers[row]], at)
        for row, at in ((row, moments[row]) for row in seen.kept) if at is not None
    ]  # fmt: skip
    said.sort(key=lambda one: (one.at, one.id))
    within = timedelta(days=int(Settings.model_fields["near_window_days"].default))
    return {one.id for one, of in zip(said, find_copies(said, [], within), strict=True) if of is not None}


def day_of(at: datetime) -> date:
    """Return the day of Asia/Shanghai."""
    return at.astimezone(CHINA).date() if at.tzinfo else at.replace(tzinfo=UTC).date()


def span(voices: Voices) -> tuple[date, date]:
    """Return the first day and the last."""
    days = voices.said["day"].sort().to_list()
    return days[0], days[-1]


def peaks(voices: Voices) -> Iterator[tuple[date, int]]:
    """Yield the days on which negative feedback stood out most against its four weeks before, a week apart."""
    counts = voices.said.filter("negative").group_by("day").len()
    if counts.is_empty():
        return
    grid = grid_of(
        counts.select(pl.lit(ALL).alias("s"), "day", pl.col("len").alias("count")), "s", *span(voices)
    )
    daily = grid.counts[0]
    usual = np.array([daily[max(0, n - 28) : n].mean() if n else 0.0 for n in range(len(daily))])
    excess = (daily - usual) / np.sqrt(usual + 1)
    excess[:28] = 0
    for _ in range(PEAKS):
        top = int(np.argmax(excess))
        yield grid.day(top), int(daily[top])
        excess[max(0, top - APART) : top + APART + 1] = 0
