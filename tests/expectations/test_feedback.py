"""The gate: rows are set aside with a reason, wrong batches are refused, and nothing personal leaks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations import engine
from expectations.catalogue import MAX_TEXT
from expectations.feedback import COLUMNS, GATED_FROM, BatchRefused, validate
from voc.errors import SchemaBroken
from voc.intake.rows import CHANNELS

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MOMENT = datetime(2020, 8, 24, 3, 29, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "text": "制冷很好，安装师傅准时",
    "occurred_at": MOMENT,
    "occurred_raw": "2020-08-24 11:29",
    "rating": 5.0,
    "rating_raw": "5",
    "channel": "app",
    "external_id": None,
}
UNREAD_TIME = {"occurred_at": None, "occurred_raw": "2020-13-45"}


def batch(*changes: dict[str, Any], good: int = 8) -> pd.DataFrame:
    """Rows numbered from 2: the changed ones first, then good ones."""
    rows = [GOOD | change for change in changes] + [GOOD] * good
    frame = pd.DataFrame(rows, columns=list(GOOD))
    frame.insert(0, "row", range(2, 2 + len(rows)))
    return frame


def test_a_good_batch_passes_every_expectation_with_full_score() -> None:
    validation = validate(batch(), "feedback", now=NOW)
    assert (validation.bad, validation.score, validation.passed) == ([], 100.0, validation.expectations)
    assert validation.expectations == 9
    assert validation.result["success"] is True


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        (UNREAD_TIME, "occurred_at", "时间无法识别：2020-13-45"),
        ({"occurred_at": None, "occurred_raw": None}, "occurred_at", "缺少发生时间"),
        (
            {"occurred_at": datetime(1999, 12, 31, tzinfo=UTC)},
            "occurred_at",
            "不满足「时间在 2000 年到明天之间」",
        ),
        ({"occurred_at": datetime(2, 1, 1, tzinfo=UTC)}, "occurred_at", "不满足「时间在 2000 年到明天之间」"),
        ({"occurred_at": NOW + timedelta(days=2)}, "occurred_at", "不满足「时间在 2000 年到明天之间」"),
        ({"text": "好" * (MAX_TEXT + 1)}, "text", "正文超过 20,000 字"),
        ({"text": "好\ufffd\ufffd"}, "text", "正文有乱码"),
        ({"text": "锟斤拷锟斤拷"}, "text", "正文有乱码"),
        ({"text": "很好".encode().decode("latin-1")}, "text", "正文有乱码"),
        ({"channel": "火星"}, "channel", "渠道不在渠道表里：火星"),
        ({"channel": None}, "channel", "渠道不在渠道表里"),
        ({"rating": 7.0, "rating_raw": "7"}, "rating", "评分不在 1 到 5 之间：7"),
        ({"rating": None, "rating_raw": "六"}, "rating", "评分无法识别或超出量程：六"),
    ],
)
def test_a_bad_row_is_named_with_column_and_reason(change: dict[str, Any], column: str, reason: str) -> None:
    validation = validate(batch({}, change), "feedback", now=NOW)
    (bad,) = validation.bad
    assert (bad.index, bad.column) == (3, column)
    assert bad.reason.startswith(reason)
    assert validation.score == 90.0
    assert validation.passed == validation.expectations - 1


@pytest.mark.parametrize(
    "change",
    [
        {"rating": None, "rating_raw": None},
        {"text": None},
        {"text": "很好" * 60 + "\ufffd"},
        {"text": "Très bien，非常 naïve 的设计"},
        {"occurred_at": NOW + timedelta(hours=23)},
        {"text": "好" * MAX_TEXT},
        *[{"channel": code} for code in CHANNELS],
    ],
)
def test_what_is_unusual_but_right_is_let_through(change: dict[str, Any]) -> None:
    assert validate(batch(change), "feedback", now=NOW).bad == []


def test_one_row_may_have_several_reasons_and_lowers_the_score_once() -> None:
    validation = validate(batch(UNREAD_TIME | {"channel": "火星"}, good=3), "feedback", now=NOW)
    assert [bad.index for bad in validation.bad] == [2, 2]
    assert validation.score == 75.0


def test_a_source_without_a_time_column_may_leave_the_time_out() -> None:
    frame = batch(*[{"occurred_at": None, "occurred_raw": None}] * 8, good=0)
    assert validate(frame, "feedback", now=NOW, time_required=False).bad == []


def test_a_repeated_external_id_is_only_a_warning() -> None:
    validation = validate(batch({"external_id": "A1"}, {"external_id": "A1"}), "feedback", now=NOW)
    assert validation.bad == []
    assert validation.passed == validation.expectations - 1


def test_more_than_half_bad_rows_refuse_the_batch_and_name_the_likely_column() -> None:
    wrong = {"occurred_at": None, "occurred_raw": "非常满意"}
    with pytest.raises(BatchRefused, match=r"10 行里有 6 行不合格.*时间无法识别.*occurred_at") as refused:
        validate(batch(*[wrong] * 6, good=4), "feedback", now=NOW)
    assert isinstance(refused.value, SchemaBroken)
    assert refused.value.validation.result["success"] is False
    assert len(refused.value.validation.bad) == 6


def test_exactly_half_bad_rows_are_set_aside_one_by_one() -> None:
    assert len(validate(batch(*[UNREAD_TIME] * 5, good=5), "feedback", now=NOW).bad) == 5


def test_a_single_pushed_row_that_is_bad_is_set_aside_and_not_taken_for_a_broken_schema() -> None:
    validation = validate(batch(*[UNREAD_TIME] * (GATED_FROM - 1), good=0), "feedback", now=NOW)
    assert len(validation.bad) == GATED_FROM - 1


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_refuses_the_batch_and_is_named(column: str) -> None:
    with pytest.raises(SchemaBroken, match=f"缺少列：{column}"):
        validate(batch().drop(columns=[column]), "feedback", now=NOW)


def test_an_empty_batch_is_fine() -> None:
    assert validate(batch(good=0), "feedback", now=NOW).score == 100.0


@pytest.mark.parametrize(
    "change",
    [
        {"occurred_at": None, "occurred_raw": "张三丰 13800001234"},
        {"occurred_at": None, "occurred_raw": "13800001234"},
        {"occurred_at": None, "occurred_raw": "110101199003070000"},
        {"rating": None, "rating_raw": "13800001234"},
        {"rating": None, "rating_raw": "张三丰的电话是 13800001234"},
        {"channel": "zhang.sf@example.com"},
        {"text": "张三丰\ufffd13800001234"},
        {"text": "张三丰 13800001234", "external_id": "张三丰"},
    ],
)
def test_a_wrongly_mapped_column_shows_nothing_personal(change: dict[str, Any]) -> None:
    validation = validate(batch(change, change, good=9), "feedback", now=NOW)
    shown = json.dumps(validation.result, ensure_ascii=False) + repr(validation.bad)
    assert not any(secret in shown for secret in ("张三丰", "13800001234", "110101199003070000", "zhang.sf"))


def test_the_result_is_plain_json_and_the_rows_are_plain_numbers() -> None:
    validation = validate(batch(UNREAD_TIME, {"rating": 7.0}), "feedback", now=NOW, run="第 1 批")
    assert json.loads(json.dumps(validation.result)) == validation.result
    assert {type(bad.index) for bad in validation.bad} == {int}
    assert validation.result["meta"] == {
        "suite": "feedback",
        "run": "第 1 批",
        "rows": 10,
        "bad_rows": 2,
        "score": 80.0,
        "validated_at": "2026-11-21T12:00:00+00:00",
    }


def test_row_numbers_are_those_of_the_file_whatever_the_index_of_the_frame() -> None:
    frame = batch({}, UNREAD_TIME)
    frame["row"] = frame["row"] * 10
    frame.index = pd.Index(range(100, 100 + len(frame)))
    assert [bad.index for bad in validate(frame, "feedback", now=NOW).bad] == [30]


def test_the_frame_given_is_not_changed() -> None:
    frame = batch(UNREAD_TIME)
    before = frame.copy(deep=True)
    validate(frame, "feedback", now=NOW)
    pd.testing.assert_frame_equal(frame, before)


def test_an_expectation_that_crashes_is_an_error_and_not_a_clean_batch() -> None:
    gxe = engine.library()
    with pytest.raises(RuntimeError, match="could not be computed"):
        engine.run(batch(), "broken", [gxe.ExpectColumnValuesToNotBeNull(column="nowhere")])


KINDS_OF_ROW = st.sampled_from([{}, UNREAD_TIME, {"rating": 0.0}, {"channel": "x"}, {"text": "\ufffd"}])


@given(st.lists(KINDS_OF_ROW, max_size=12))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_exactly_the_bad_rows_are_set_aside(changes: list[dict[str, Any]]) -> None:
    validation = validate(batch(*changes, good=13), "feedback", now=NOW)
    expected = {i for i, change in enumerate(changes, start=2) if change}
    assert {bad.index for bad in validation.bad} == expected
    assert validation.score == round(100 * (1 - len(expected) / (13 + len(changes))), 2)
