"""The gate for feedback: which rows of a batch may go on, and whether the batch itself may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from expectations import engine
from expectations.catalogue import Check, catalogue
from voc.errors import SchemaBroken

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "row",
    "text",
    "occurred_at",
    "occurred_raw",
    "rating",
    "rating_raw",
    "channel",
    "external_id",
)
MAX_BAD = 0.5
GATED_FROM = 5  # rows; a single pushed row that is bad goes to quarantine, it does not prove a wrong mapping
_GARBLED = "\ufffd|锟斤拷|烫烫|屯屯|锛|銆|鈥|[ÂÃâäåæçèéï][\u0080-\u00bf\u2018-\u203a\u0152-\u0192]"


@dataclass(frozen=True)
class BadRow:
    """One reason why one row is set aside; `index` is the row number in the file."""

    index: int
    column: str
    reason: str
    value: str


@dataclass(frozen=True)
class Validation:
    """What the gate found; `score` is 100 × the share of good rows, `result` holds no cell of the data."""

    bad: list[BadRow]
    score: float
    result: dict[str, Any]
    expectations: int
    passed: int
    refusal: str = ""

    def insist(self) -> Validation:
        """Itself, or BatchRefused when the batch as a whole is wrong."""
        if self.refusal:
            raise BatchRefused(self.refusal, self)
        return self


class BatchRefused(SchemaBroken):
    """More than half of a batch is bad; `validation` is what was found, for the data docs."""

    def __init__(self, sentence: str, validation: Validation) -> None:
        super().__init__(sentence)
        self.validation = validation


def validate(
    frame: pd.DataFrame, name: str, *, now: datetime, time_required: bool = True, run: str = ""
) -> Validation:
    """Check a batch against the suite `name`; raises SchemaBroken when the batch as a whole is wrong.

    `frame` has the columns COLUMNS: parsed values beside their raw strings, so that "unreadable" can be told
    from "missing". With `time_required` false a row without a time is fine (the reading time will be used).
    `run` titles the page in the data docs.
    """
    (validation,) = validate_together([frame], name, now=now, time_required=time_required, runs=[run])
    return validation.insist()


def validate_together(
    frames: Sequence[pd.DataFrame],
    name: str,
    *,
    now: datetime,
    time_required: bool = True,
    runs: Sequence[str] = (),
) -> list[Validation]:
    """Check several batches in one run of Great Expectations and judge each by itself.

    One run costs the same for ten rows as for thousands; a refused batch is told by `Validation.refusal`.
    """
    import pandas as pd

    for frame in frames:
        _require_columns(frame)
    ends = list(accumulate(len(frame) for frame in frames))
    # Rows are known by their place in the whole, since every file has a row 2.
    checked = [
        _checked_frame(frame).assign(row=range(end - len(frame), end))
        for frame, end in zip(frames, ends, strict=True)
    ]
    for number, one in enumerate(checked):
        one["external_id"] = one["external_id"].where(
            one["external_id"].isna(), f"{number}:" + one["external_id"]
        )
    checks = catalogue(now, time_required)
    whole = pd.concat(checked, ignore_index=True)
    answer = engine.run(whole, name, [_expectation(check) for check in checks])
    found = {result["expectation_config"]["meta"]["title"]: result for result in answer["results"]}
    return [
        _judged(frame, [(check, _part(found[check.title], check, one)) for check in checks], title, now, name)
        for frame, one, title in zip(frames, checked, runs or [""] * len(frames), strict=True)
    ]


def _require_columns(frame: pd.DataFrame) -> None:
    if missing := [column for column in COLUMNS if column not in frame.columns]:
        raise SchemaBroken(
            f"这一批缺少列：{'、'.join(missing)}；有的列：{'、'.join(map(str, frame.columns))}。"
        )


def _part(result: dict[str, Any], check: Check, one: pd.DataFrame) -> dict[str, Any]:
    """What a result over all batches says of one of them."""
    first, count = (int(one["row"].iloc[0]), len(one)) if len(one) else (0, 0)
    hits = [int(hit["row"]) - first for hit in result["result"].get("unexpected_index_list") or ()]
    inside = [hit for hit in hits if 0 <= hit < count]
    missing = int(one[check.column].isna().sum()) if not check.expectation.endswith("Null") else 0
    present = count - missing
    counts = {
        "element_count": count,
        "unexpected_count": len(inside),
        "unexpected_percent": 100 * len(inside) / present if present else 0.0,
        "missing_count": missing,
        "missing_percent": 100 * missing / count if count else 0.0,
    }
    success = len(inside) <= (1 - MAX_BAD) * present
    return {**result, "success": success, "result": counts, "places": inside}


def _judged(
    frame: pd.DataFrame,
    parts: Sequence[tuple[Check, dict[str, Any]]],
    title: str,
    now: datetime,
    name: str,
) -> Validation:
    bad: list[BadRow] = []
    for check, part in parts:
        bad += [] if check.warning else _bad_rows(check, part, frame)
    return _validation([part for _, part in parts], bad, len(frame), name, now, title)


def _checked_frame(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    def words(column: str) -> pd.Series[str]:
        return frame[column].astype("str").reset_index(drop=True)

    text, occurred_raw, rating_raw = words("text"), words("occurred_raw"), words("rating_raw")
    occurred = pd.to_datetime(frame["occurred_at"], utc=True).reset_index(drop=True)
    rating = pd.to_numeric(frame["rating"]).astype("float64").reset_index(drop=True)
    return pd.DataFrame(
        {
            "row": frame["row"].astype("int64").reset_index(drop=True),
            "text": text,
            "garbled": (text.str.count(_GARBLED) / text.str.len().clip(lower=1))
            .fillna(0.0)
            .astype("float64"),
            "occurred_raw": occurred_raw,
            "occurred_at": occurred,
            "occurred_unread": occurred_raw.where(occurred.isna()),
            "rating": rating,
            "rating_unread": rating_raw.where(rating.isna()),
            "channel": words("channel").fillna(""),
            "external_id": words("external_id"),
        }
    )


def _expectation(check: Check) -> Any:
    # mostly: GX's own success says whether the batch may go on; single rows are set aside one by one
    return getattr(engine.library(), check.expectation)(
        column=check.column,
        mostly=MAX_BAD,
        severity="warning" if check.warning else "critical",
        meta={"title": check.title, "field": check.named, "reason": check.reason},
        **check.limits,
    )


def _bad_rows(check: Check, part: dict[str, Any], frame: pd.DataFrame) -> list[BadRow]:
    source = {"occurred_at": "occurred_raw", "rating": "rating_raw", "channel": "channel"}.get(check.named)
    cells = frame[source] if source else None
    bad = []
    for place in part["places"]:
        cell = "" if cells is None else cells.iloc[place]
        value = check.shown(cell) if check.shown and isinstance(cell, str) else ""
        bad.append(
            BadRow(
                int(frame["row"].iloc[place]),
                check.named,
                f"{check.reason}：{value}" if value else check.reason,
                value,
            )
        )
    return bad


def _validation(
    answers: Sequence[dict[str, Any]], bad: list[BadRow], rows: int, name: str, now: datetime, run: str
) -> Validation:
    bad_rows = len({row.index for row in bad})
    score = round(100 * (1 - bad_rows / rows), 2) if rows else 100.0
    results = [_without_cells(result) for result in answers]
    passed = sum(not result["result"].get("unexpected_count") for result in results)
    meta: dict[str, Any] = {
        "suite": name,
        "run": run or name,
        "rows": rows,
        "bad_rows": bad_rows,
        "score": score,
    }
    meta["validated_at"] = now.astimezone(UTC).isoformat(timespec="seconds")
    refused = rows >= GATED_FROM and bad_rows > MAX_BAD * rows
    return Validation(
        bad,
        score,
        {"success": not refused, "results": results, "meta": meta},
        len(results),
        passed,
        _refusal(bad, rows) if refused else "",
    )


def _without_cells(result: dict[str, Any]) -> dict[str, Any]:
    config = result["expectation_config"]
    counts = ("element_count", "unexpected_count", "unexpected_percent", "missing_count", "missing_percent")
    return {
        "success": bool(result["success"]),
        "expectation_config": {
            "type": config["type"],
            "kwargs": {key: value for key, value in config["kwargs"].items() if key != "batch_id"},
            "meta": config["meta"],
            "severity": config.get("severity", "critical"),
        },
        "result": {key: result["result"][key] for key in counts if key in result["result"]},
    }


def _refusal(bad: list[BadRow], rows: int) -> str:
    (reason, column), count = Counter((row.reason.split("：")[0], row.column) for row in bad).most_common(1)[
        0
    ]
    return (
        f"这一批 {rows} 行里有 {len({row.index for row in bad})} 行不合格，超过一半，整批没有收下；"
        f"最多的原因是「{reason}」（{count} 行）。请核对 {column} 对应的列是否选对。"
    )
