"""Feedback pulled over HTTP from a server that answers as real ones do."""

import json
from datetime import UTC, datetime

import pytest
from werkzeug import Response

from sources.http_pull import LARGEST, open_http
from voc.errors import InputError
from voc.intake.pulling import mark_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PATH = "/api/tickets"


@pytest.fixture
def pull(httpserver):
    """Return a way to pull everything, with the pages that came."""

    def run(mark=None, size=100, **values):
        table = {"url": httpserver.url_for(PATH), "items": "data", **values}
        return list(open_http(table, lambda name: f"key-of-{name}").pages(mark, size, NOW))

    return run


def ticket(number, at="2026-05-01T10:00:00+08:00"):
    return {"id": number, "content": f"第{number}单，师傅没来", "updated": at, "customer": {"tier": "金卡"}}


def texts(pages):
    return [row.payload["content"] for page in pages for row in page.chunk.rows]


def test_one_answer_becomes_one_page_with_nested_fields_named_by_their_path(pull, httpserver) -> None:
    httpserver.expect_request(PATH).respond_with_json({"data": [ticket(1), ticket(2)]})
    (page,) = pull()
    assert [row.payload["customer.tier"] for row in page.chunk.rows] == ["金卡", "金卡"]
    assert page.chunk.columns == ("id", "content", "updated", "customer.tier")


def test_pages_are_turned_until_one_is_empty(pull, httpserver) -> None:
    for number in (1, 2):
        httpserver.expect_request(PATH, query_string={"page": str(number), "size": "1"}).respond_with_json(
            {"data": [ticket(number)]}
        )
    httpserver.expect_request(PATH, query_string={"page": "3", "size": "1"}).respond_with_json({"data": []})
    pages = pull(size=1, paging="page", size_param="size")
    assert texts(pages) == ["第1单，师傅没来", "第2单，师傅没来"]


def test_a_cursor_is_followed_and_kept_page_by_page(pull, httpserver) -> None:
    first = {"data": [ticket(1)], "next": "b"}
    httpserver.expect_ordered_request(PATH, query_string={}).respond_with_json(first)
    httpserver.expect_ordered_request(PATH, query_string={"cursor": "b"}).respond_with_json(
        {"data": [ticket(2)], "next": None}
    )
    pages = pull(paging="cursor", next="next")
    assert [mark_of(page.mark).next for page in pages] == ["b", "b"]


def test_the_next_run_goes_on_from_the_cursor(pull, httpserver) -> None:
    httpserver.expect_request(PATH, query_string={"cursor": "b"}).respond_with_json({"data": [], "next": "b"})
    assert texts(pull(mark='{"next": "b", "newest": ""}', paging="cursor", next="next")) == []


def test_only_the_last_page_moves_the_time_and_the_overlap_is_asked_for_again(pull, httpserver) -> None:
    since = {"paging": "page", "since_param": "after", "time": "updated"}
    late, early = ticket(1, "2026-05-03T10:00:00+08:00"), ticket(2, "2026-05-02T10:00:00+08:00")
    for answer in ([late], [early], []):
        httpserver.expect_ordered_request(PATH).respond_with_json({"data": answer})
    pages = pull(**since)
    assert [mark_of(page.mark).newest for page in pages] == ["", "", "2026-05-03T10:00:00+08:00"]
    httpserver.expect_ordered_request(
        PATH, query_string={"page": "1", "after": "2026-05-03T09:45:00+08:00"}
    ).respond_with_json({"data": []})
    (page,) = pull(mark=pages[-1].mark, **since)
    assert mark_of(page.mark).newest == "2026-05-03T10:00:00+08:00"


def test_the_key_goes_into_the_header_and_into_no_address(pull, httpserver) -> None:
    httpserver.expect_request(PATH).respond_with_json({"data": []})
    pull(secret="tickets", header="X-Api-Key", prefix="", params={"status": "closed"})
    ((request, _),) = httpserver.log
    assert request.headers["X-Api-Key"] == "key-of-tickets"
    assert request.query_string == b"status=closed"


def test_a_record_that_is_no_object_is_set_aside_and_the_others_go_on(pull, httpserver) -> None:
    httpserver.expect_request(PATH).respond_with_json({"data": [ticket(1), "坏记录", {}]})
    (page,) = pull()
    assert (len(page.chunk.rows), [bad.row for bad in page.chunk.unreadable], page.chunk.blank) == (
        1,
        [2],
        [3],
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Response(status=401), "密钥不对或已过期"),
        (Response(status=403), "没有读取权限"),
        (Response(status=404), "地址不存在"),
        (Response(status=429), "太频繁"),
        (Response(status=503), "对方服务出错"),
        (Response(status=302, headers={"Location": "http://169.254.169.254/"}), "HTTP 302"),
        (Response("<html>", status=200), "不是 JSON"),
        (Response(json.dumps({"rows": []}), status=200), "不是记录列表"),
    ],
)
def test_a_refusal_says_what_it_means_and_what_to_do(pull, httpserver, answer, said) -> None:
    httpserver.expect_request(PATH).respond_with_response(answer)
    with pytest.raises(InputError, match=said):
        pull()


def test_an_endless_answer_is_cut_off(pull, httpserver) -> None:
    httpserver.expect_request(PATH).respond_with_data(b" " * (LARGEST + 1))
    with pytest.raises(InputError, match="超过 32 MB"):
        pull()


def test_nobody_at_the_address_is_an_error_that_can_pass(httpserver) -> None:
    source = open_http({"url": "http://127.0.0.1:9/x"}, str)
    with pytest.raises(InputError, match="没有应答"):
        list(source.pages(None, 10, NOW))
