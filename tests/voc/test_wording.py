"""Pages say how much time is left in words, so that nobody has to see the colour."""

from datetime import UTC, datetime, timedelta

import pytest

from voc.exporting import defused
from voc.sla import Clock
from voc.wording import left, left_in_words, left_until, receiver, size, span, subject, who

START = datetime(2026, 6, 8, 1, tzinfo=UTC)


def clock(worked: float, granted: float = 10, paused: bool = False, day: float = 8) -> Clock:
    due = None if paused else START + timedelta(hours=granted)
    return Clock("respond", 1, "paused" if paused else "running", START, None, timedelta(hours=worked),
                 timedelta(hours=granted), due, (), False, timedelta(hours=day))  # fmt: skip


@pytest.mark.parametrize(
    ("worked", "tone", "words"),
    [
        (0, "calm", "还剩 10 小时工作时间"),
        (7.75, "calm", "还剩 2 小时 15 分工作时间"),
        (8, "soon", "快到期，还剩 2 小时工作时间"),
        (9.75, "soon", "快到期，还剩 15 分钟工作时间"),
        (10, "soon", "快到期，还剩 1 分钟工作时间"),
        (12.5, "late", "已超时 2 小时 30 分工作时间"),
    ],
)
def test_the_time_left_has_a_tone_and_words(worked: float, tone: str, words: str) -> None:
    assert (left(clock(worked)).tone, left(clock(worked)).words) == (tone, words)


@pytest.mark.parametrize(
    ("worked", "day", "words"),
    [
        (122, 8, "已超时 14 个工作日"),
        (25.75, 8, "已超时 15 小时 45 分工作时间"),
        (26, 8, "已超时 2 个工作日"),
        (26, 4.5, "已超时 3 个工作日"),
        (122, 24, "已超时 4 天"),
        (57, 24, "已超时 47 小时"),
    ],
)
def test_much_working_time_is_told_in_days_of_the_calendar_it_is_counted_on(
    worked: float, day: float, words: str
) -> None:
    assert left(clock(worked, day=day)).words == words


def test_a_long_promise_is_told_in_working_days() -> None:
    assert left(clock(16, 40)).words == "还剩 3 个工作日"
    assert left(clock(16, 40, paused=True)).words == "计时已暂停，还剩 3 个工作日"


def test_a_clock_that_stands_still_says_so() -> None:
    assert left(clock(4, paused=True)).words == "计时已暂停，还剩 6 小时工作时间"


def test_what_has_no_clock_has_no_limit() -> None:
    assert left(None).tone == "none"


@pytest.mark.parametrize(
    ("hours", "words"),
    [(-896, "已超时 37 天"), (-47, "已超时 47 小时"), (72, "还剩 3 天"), (-0.5, "已超时 30 分钟")],
)
def test_time_by_the_calendar_is_told_in_days_from_two_on(hours: float, words: str) -> None:
    told = left_until(START + timedelta(hours=hours), timedelta(hours=8), START)
    assert told.words == words


def test_long_times_are_told_in_whole_hours() -> None:
    assert span(timedelta(hours=30, minutes=40)) == "30 小时"


def test_sizes_are_told_as_people_read_them() -> None:
    assert (size(900), size(3 * 2**20)) == ("1 KB", "3.0 MB")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "＝1", "＋1", "－1", "＠a"])
def test_a_cell_that_a_spreadsheet_would_calculate_is_defused(cell: str) -> None:
    assert defused(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", [-1.5, 3, None, "退款", "a=b"])
def test_numbers_and_plain_words_stay_as_they_are(cell: object) -> None:
    assert defused(cell) == cell


@pytest.mark.parametrize(
    ("by", "name"),
    [("person:李雷", "李雷"), ("customer:17", "客户"), ("rule:event", "系统"), ("system:cases", "系统")],
)
def test_who_did_something_is_named_as_people_would(by: str, name: str) -> None:
    assert who(by) == name


@pytest.mark.parametrize(
    ("left_s", "day_s", "words"),
    [(112 * 3600, 8 * 3600, "还剩 14 个工作日"), (3 * 3600 + 1200, 8 * 3600, "还剩 3 小时 20 分"),
     (-3900, 8 * 3600, "已超 1 小时 5 分"), (-72 * 3600, 24 * 3600, "已超 3 天"), (0, 8 * 3600, "还剩 1 分钟")],
)  # fmt: skip
def test_tables_tell_much_working_time_in_days_of_its_calendar(left_s, day_s, words):
    assert left_in_words(left_s, day_s) == words


@pytest.mark.parametrize(
    ("code", "said"),
    [("customer:12", "客户 12"), ("department:app", "数字技术部"), ("owner:app", "数字技术部负责人"),
     ("owner:gone", "gone负责人"), ("leadership", "领导"), ("u***@example.com", "u***@example.com")],
)  # fmt: skip
def test_who_is_told_is_named(code, said):
    assert receiver(code, {"app": "数字技术部"}) == said


@pytest.mark.parametrize(
    ("code", "said"),
    [("case:12", "个案 12"), ("action:3", "改进措施 3"), ("digest:40890", "摘要 40890"), ("other", "other")],
)
def test_what_a_message_is_about_is_named(code, said):
    assert subject(code) == said
