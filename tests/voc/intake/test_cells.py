"""Times and ratings in all the spellings people use."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.intake.rows import parse_ratings, parse_times

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2020, 8, 24, 11, 29, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "spelled",
    [
        "2020-08-24 11:29:00",
        "2020-08-24 11:29",
        "2020/8/24 11:29",
        "2020.8.24 11:29",
        "2020年8月24日 11时29分",
        "2020年8月24日11时29分0秒",
        "2020年08月24日 11:29",
        "2020-8-24 11:29:00",
        "２０２０－０８－２４ １１：２９",
        "2020-08-24 星期一 11:29",
        "2020-08-24 上午11:29",
        "2020-08-24T11:29:00+08:00",
        "2020-08-24T03:29:00Z",
        "2020/8/24 03:29 UTC",
        "2020-08-24 11:29:00.987",
        "202008241129",
        "20200824112900",
        "1598239740",
        "1598239740000",
        "44067.478472222225",
        "2020年8月24号 11点29分",
        "2020-08-24(周一) 11:29",
        "二〇二〇年八月二十四日十一时二十九分",
        "Mon Aug 24 11:29:00 +0800 2020",
        "Mon Aug 24 11:29:00 CST 2020",
        "Mon, 24 Aug 2020 03:29:00 GMT",
        "Mon Aug 24 2020 11:29:00 GMT+0800 (中国标准时间)",
        "Aug 24, 2020 11:29 AM",
        "August 24th, 2020 11:29",
        "24-Aug-20 11:29",
    ],
)
def test_every_spelling_of_one_moment_is_the_same_moment_in_utc(spelled: str) -> None:
    (moment,) = parse_times([spelled])
    assert moment == NOON
    assert moment is not None
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("spelled", "hour"),
    [
        ("2020-08-24 下午3:05", 15),
        ("2020年8月24日 晚上 8点5分", 20),
        ("2020/8/24 3:05 PM", 15),
        ("2020/8/24 12:05 AM", 0),
        ("2020-08-24 凌晨12:05", 0),
        ("2020-08-24 中午12:05", 12),
        ("2020-08-24 中午1:05", 13),
    ],
)
def test_halves_of_the_day_are_understood(spelled: str, hour: int) -> None:
    assert parse_times([spelled]) == [NOON.replace(hour=hour, minute=5)]


@pytest.mark.parametrize(
    "day",
    [
        "2020-08-24",
        "2020/8/24",
        "2020年8月24日",
        "2020年8月24号",
        "20200824",
        "44067",
        "24-Aug-20",
        "2020-08-23 24:00",
    ],
)
def test_a_day_alone_is_its_first_minute(day: str) -> None:
    assert parse_times([day]) == [NOON.replace(hour=0, minute=0)]


def test_seconds_are_kept() -> None:
    assert parse_times(["2020-08-24 11:29:58"]) == [NOON.replace(second=58)]


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "昨天",
        "2020-13-45",
        "2020-02-30 10:00",
        "2021年2月29日",
        "2020-08-24 25:00",
        "2020-08-24 下午15点99分",
        "20201345",
        "13812345678",
        "5",
        "0001-01-01 00:00",
        "2020-08-24 11:29 好",
        "8/24/2020",
        "Aug 2020",
        "Foo 24, 2020",
        "2020-08-24 24:01",
        "十年十月十日",
        "二〇二〇年八月二三十日",
        "2020年八八月2日",
    ],
)
def test_missing_unreadable_and_impossible_times_are_none(value: str | None) -> None:
    assert parse_times([value]) == [None]


def test_another_zone_may_be_the_default() -> None:
    assert parse_times(["2020-08-24 11:29"], "UTC") == [datetime(2020, 8, 24, 11, 29, tzinfo=UTC)]


MOMENTS = st.datetimes(datetime(1992, 1, 1), datetime(2090, 1, 1)).map(lambda m: m.replace(microsecond=0))  # noqa: DTZ001


@given(
    st.lists(MOMENTS, max_size=5),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日%H时%M分%S秒"]),
)
def test_a_time_that_was_written_is_read_back(moments: list[datetime], form: str) -> None:
    read = parse_times([moment.strftime(form) for moment in moments])
    assert read == [moment.replace(tzinfo=SHANGHAI) for moment in moments]


@given(MOMENTS)
def test_an_excel_serial_number_is_read_to_the_second(moment: datetime) -> None:
    days = (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001
    assert parse_times([repr(days)])[0] == moment.replace(tzinfo=SHANGHAI)


@given(
    st.lists(
        st.none()
        | st.text(max_size=20)
        | st.from_regex(r"\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日? ?\d{0,2}:?\d{0,2}")
    )
)
def test_any_text_is_a_time_or_none_and_the_batch_keeps_its_length(values: list[str | None]) -> None:
    read = parse_times(values)
    assert len(read) == len(values)
    assert {moment.tzinfo for moment in read if moment} <= {UTC}


@pytest.mark.parametrize(
    ("value", "scale", "rating"),
    [
        ("5", (1, 5), 5),
        ("4.5", (1, 5), 4.5),
        ("5星", (1, 5), 5),
        ("3 颗星", (1, 5), 3),
        ("四星", (1, 5), 4),
        ("５分", (1, 5), 5),
        ("★★★★", (1, 5), 4),
        ("★★★☆☆", (1, 5), 3),
        ("4 stars", (1, 5), 4),
        ("10", (0, 10), 5),
        ("0", (0, 10), 1),
        ("5", (0, 10), 3),
        ("80分", (0, 100), 4.2),
        ("1", (5, 1), 5),
        ("5", (5, 1), 1),
        ("非常满意", (0, 10), 5),
        ("满意", (1, 5), 4),
        ("一般", (1, 5), 3),
        ("不满意", (1, 5), 2),
        ("非常不满意", (1, 5), 1),
        ("好评", (1, 5), 5),
        ("1星差评", (1, 5), 1),
        ("4/5", (1, 5), 4),
        ("4.5/5分", (1, 5), 4.5),
        ("8/10", (0, 10), 4.2),
        ("80%", (0, 100), 4.2),
        ("力荐", (1, 5), 5),
        ("较差", (1, 5), 2),
    ],
)
def test_ratings_of_every_scale_become_one_to_five(
    value: str, scale: tuple[float, float], rating: float
) -> None:
    (read,) = parse_ratings([value], scale)
    assert read == pytest.approx(rating)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "6",
        "0",
        "-1",
        "nan",
        "inf",
        "满",
        "☆☆☆",
        "★★★★★★",
        "4/10",
        "6/5",
        "80%",
        "1e0",
        "13812345678",
    ],
)
def test_what_is_no_rating_on_the_scale_is_none(value: str | None) -> None:
    assert parse_ratings([value], (1, 5)) == [None]


@given(
    st.lists(st.none() | st.text(max_size=6) | st.floats(-20, 20).map(str)),
    st.tuples(st.floats(-10, 10), st.floats(-10, 10)).filter(lambda scale: abs(scale[0] - scale[1]) > 0.01),
)
def test_a_rating_lies_between_one_and_five_or_is_none(
    values: list[str | None], scale: tuple[float, float]
) -> None:
    read = parse_ratings(values, scale)
    assert len(read) == len(values)
    assert all(1 <= rating <= 5 for rating in read if rating is not None)


@given(st.floats(0, 10, allow_nan=False))
def test_a_reversed_scale_mirrors_the_rating(number: float) -> None:
    text = f"{number:.3f}"
    (up,), (down,) = parse_ratings([text], (0, 10)), parse_ratings([text], (10, 0))
    assert up is not None
    assert down is not None
    assert math.isclose(up + down, 6)
