from datetime import UTC, datetime, timedelta

import pytest

from voc.health import Limits, late_sources, orchestration, period, waiting

NOW = datetime(2026, 6, 8, 1, tzinfo=UTC)
QUIET = dict.fromkeys(
    ("oldest_batch_seconds", "oldest_event_seconds", "oldest_message_seconds", "channels_stopped",
     "deliveries_broken", "rows_quarantined", "reviews_late", "actions_late"), 0.0)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("30m", timedelta(minutes=30)),
        ("1d", timedelta(days=1)),
        ("2w", timedelta(weeks=2)),
        ("", None),
        ("soon", None),
    ],
)
def test_a_period_is_read_as_people_write_it(written, means):
    assert period(written) == means


def test_a_quiet_house_has_nothing_to_mend():
    assert waiting(QUIET, Limits()) == []


@pytest.mark.parametrize("name", QUIET)
def test_whatever_waits_too_long_or_should_be_none_is_told_with_what_mends_it(name):
    (one,) = waiting({**QUIET, name: 100_000.0}, Limits())
    assert one.what.endswith("。")
    assert one.fix.endswith("。")


def test_a_long_wait_is_told_in_days():
    (one,) = waiting({**QUIET, "oldest_event_seconds": 86_400.0 * 9}, Limits())
    assert one.what == "有事件没有通知 Prefect，最久已等 9 天。"


def test_what_waits_a_little_is_not_told():
    assert waiting({**QUIET, "oldest_event_seconds": 299.0}, Limits()) == []


def source(**values):
    known = {"name": "jd", "title": "京东评论", "every": "1h", "last_success_at": NOW, "error": None}
    return {**known, "paused_at": None, **values}


@pytest.mark.parametrize(
    ("values", "late"),
    [
        ({}, 0),
        ({"last_success_at": NOW - timedelta(hours=3)}, 1),
        ({"last_success_at": None}, 1),
        ({"last_success_at": None, "every": None}, 0),
        ({"last_success_at": None, "paused_at": NOW}, 0),
    ],
)
def test_a_source_is_late_when_it_was_not_read_for_twice_its_period(values, late):
    assert len(late_sources([source(**values)], NOW, Limits())) == late


def test_a_late_source_is_told_with_its_reason():
    (one,) = late_sources([source(last_success_at=None, error="缺少列：内容")], NOW, Limits())
    assert "京东评论" in one.what
    assert "缺少列：内容" in one.what


def test_sources_nothing_came_from_are_told_in_one_breath():
    sources = [
        source(title="热线", every="1d", last_success_at=NOW - timedelta(days=9)),
        source(last_success_at=None),
    ]
    (one,) = late_sources(sources, NOW, Limits())
    assert one.what == (
        "2 个来源迟迟没有采集：「热线」应每天采集一次，自 2026-05-30 09:00 起没有成功采集；"
        "「京东评论」应每小时采集一次，从未成功采集。"
    )


def test_prefect_as_it_should_be_is_not_remarked_on():
    assert orchestration(["采集"], ["采集", "别的"], [{"name": "一", "enabled": True}], 1, 0) == []


def test_everything_wrong_with_prefect_is_told():
    found = orchestration(["采集", "处理"], ["采集"], [{"name": "一", "enabled": False}], 0, 3)
    assert len(found) == 4
    assert "处理" in found[0].what
    assert "没有登记自动化规则" in orchestration([], [], [], 1, 0)[0].what
