"""What a source that is pulled may say, and how far it has been read."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import InputError
from voc.intake.pulling import (
    OVERLAP,
    HttpPull,
    Mark,
    at,
    http_pull,
    items_of,
    mail_pull,
    mark_of,
    newest,
    since,
)
from voc.intake.rows import definition_from_dict

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BASE = {"name": "tickets", "channel": "ticket", "map": {"text": "content"}}
MOMENTS = st.timedeltas(timedelta(days=1), timedelta(days=9000)).map(lambda ago: NOW - ago)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "缺少 url"),
        ({"url": "ftp://a/b"}, "https://"),
        ({"url": "https://user:pw@a/b"}, "账号密码"),
        ({"url": "https://a/b", "adress": "x"}, "不认识的项：adress"),
        ({"url": "https://a/b", "paging": "scroll"}, "scroll"),
        ({"url": "https://a/b", "paging": "cursor"}, "pull.next"),
        ({"url": "https://a/b", "since_param": "after"}, "pull.time"),
        ({"url": "https://a/b", "since_param": "after", "time": "t", "since_format": "days"}, "days"),
        ({"url": "https://a/b", "secret": "Bearer abc"}, "密钥的名字"),
        ({"url": ["https://a/b"]}, "带引号的文字"),
        ({"url": "https://a/b", "params": "x=1"}, "一张表"),
    ],
)
def test_a_wrong_definition_is_told_what_is_wrong(values, said) -> None:
    with pytest.raises(InputError, match=said):
        http_pull(values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"host": "a", "user": "b"}, "缺少 secret"),
        ({"host": "a", "user": "b", "secret": "mail", "port": "993"}, "整数"),
        ({"host": "a", "user": "b", "secret": "mail", "port": True}, "整数"),
        ({"host": "a", "user": "b", "secret": "mail", "encrypted": "no"}, "true 或 false"),
    ],
)
def test_a_mailbox_is_defined_by_host_user_and_the_name_of_its_password(values, said) -> None:
    with pytest.raises(InputError, match=said):
        mail_pull(values)


def test_a_definition_carries_how_its_source_is_asked() -> None:
    made = definition_from_dict({**BASE, "kind": "http", "pull": {"url": "https://a.example/b"}})
    assert made.pull == {"url": "https://a.example/b"}


def test_only_a_pulled_kind_may_say_how_it_is_asked() -> None:
    with pytest.raises(InputError, match="只用于 kind 为 http、imap"):
        definition_from_dict({**BASE, "kind": "csv", "pull": {"url": "https://a.example/b"}})


def test_records_are_found_where_the_definition_says() -> None:
    answer = {"code": 0, "data": {"list": [{"id": 1}], "next": 7}}
    assert items_of(answer, HttpPull("https://a/b", items="data.list")) == [{"id": 1}]
    assert at(answer, "data.next") == 7
    assert at(answer, "data.list.next") is None
    with pytest.raises(InputError, match="应答的字段有：code、data"):
        items_of(answer, HttpPull("https://a/b", items="data.rows"))


@given(st.text(max_size=40), MOMENTS)
def test_a_mark_survives_being_written_down(cursor, moment) -> None:
    mark = Mark(cursor, moment.isoformat())
    assert mark_of(mark.text()) == mark


@given(MOMENTS)
def test_what_was_changed_shortly_before_is_asked_for_again(moment) -> None:
    mark = Mark(newest=moment.isoformat())
    assert datetime.fromisoformat(since(mark)) == moment - OVERLAP
    assert int(since(mark, "seconds")) == int((moment - OVERLAP).timestamp())
    assert int(since(mark, "milliseconds")) // 1000 == int(since(mark, "seconds"))


@given(st.lists(MOMENTS, max_size=6), MOMENTS)
def test_a_mark_never_goes_back_and_never_into_the_future(moments, before) -> None:
    future = NOW + timedelta(days=400)
    found = newest([moment.isoformat() for moment in [*moments, future]], before.isoformat(), NOW)
    assert datetime.fromisoformat(found) == max([*moments, before])


@pytest.mark.parametrize(
    "written",
    ["2026-05-01 20:00:00", "2026-05-01T12:00:00Z", 1777636800, 1777636800000, "2026-05-01T20:00:00+08:00"],
)
def test_times_are_understood_as_other_systems_write_them(written) -> None:
    assert datetime.fromisoformat(newest([written], "", NOW)) == datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_time_nobody_can_read_moves_nothing() -> None:
    assert newest(["昨天", None, ""], "", NOW) == ""
    assert since(Mark()) == ""
