"""Pulling into the vault: rows and mark move together, and a cut costs nothing."""

import json
from datetime import datetime

import pytest
from werkzeug import Response

from models.engine import transaction
from models.views import showing
from tasks import pull as stage
from tasks.collect import failures, list_sources

PATH = "/api/tickets"
PULL = {"items": "data", "paging": "page", "since_param": "after", "time": "updated"}
COLUMNS = {"external_id": "id", "text": "content", "occurred_at": "updated"}
SIZE = 2


def ticket(number, minute=0, words="约好的师傅没来"):
    return {"id": f"T{number}", "content": words, "updated": f"2026-06-01T08:{minute:02d}:00+08:00"}


@pytest.fixture
def tickets(house, httpserver):
    """A ticket system that answers page by page with what was changed since a time."""
    held: list[dict] = []

    def answer(request):
        after = request.args.get("after", "")
        new = [one for one in held if not after or _at(one["updated"]) >= _at(after)]
        first = (int(request.args["page"]) - 1) * SIZE
        return Response(json.dumps({"data": new[first : first + SIZE]}))

    httpserver.expect_request(PATH).respond_with_handler(answer)
    table = {"url": httpserver.url_for(PATH), **PULL}
    house.register("tickets", kind="http", channel="ticket", map=COLUMNS, pull=table, path="")
    return held


def _at(text):
    return datetime.fromisoformat(text)


def keys(house):
    return sorted(row["record_key"] for row in house.rows("SELECT record_key FROM vault.raw_record"))


def accounted():
    with transaction() as session:
        return showing.accounting(session)


def test_what_a_system_has_is_taken_in_and_told_apart_from_what_is_known(house, tickets):
    tickets += [ticket(n, n) for n in range(5)]
    house.collect("tickets")
    tickets += [ticket(5, 40)]
    house.collect("tickets")
    house.understand()
    assert keys(house) == [f"T{n}" for n in range(6)]
    assert accounted()["read"] == sum(n for part, n in accounted().items() if part != "read")


def test_what_is_committed_late_is_found_by_the_overlap(house, tickets):
    tickets += [ticket(1, 30)]
    house.collect("tickets")
    tickets += [ticket(2, 20)]
    house.collect("tickets")
    assert keys(house) == ["T1", "T2"]


def test_an_edited_record_is_a_new_version(house, tickets):
    tickets += [ticket(1, 30)]
    house.collect("tickets")
    tickets[0] = ticket(1, 31, "师傅来了，但是没装完")
    house.collect("tickets")
    assert keys(house) == ["T1", "T1"]


def test_a_run_that_is_cut_between_two_pages_loses_and_doubles_nothing(house, tickets, monkeypatch):
    tickets += [ticket(n, n) for n in range(5)]
    store, pages = stage._store, []

    def cut(*arguments):
        pages.append(arguments)
        if len(pages) == 2:
            raise KeyboardInterrupt
        store(*arguments)

    monkeypatch.setattr(stage, "_store", cut)
    with pytest.raises(KeyboardInterrupt):
        house.collect("tickets")
    assert keys(house) == ["T0", "T1"]
    assert house.value("SELECT cursor::json->>'newest' FROM source WHERE name = 'tickets'") == ""
    monkeypatch.setattr(stage, "_store", store)
    house.collect("tickets")
    assert keys(house) == [f"T{n}" for n in range(5)]
    assert house.value("SELECT count(*) FROM delivery WHERE finished_at IS NULL") == 0


def test_a_system_that_does_not_answer_is_named_and_asked_again(house, tickets, httpserver):
    tickets += [ticket(1)]
    httpserver.clear()
    httpserver.expect_request(PATH).respond_with_data(status=503)
    (sentence,) = failures.fn(house.collect("tickets"))
    assert "对方服务出错" in sentence
    assert keys(house) == []


def test_a_round_without_anything_new_leaves_no_delivery_but_is_a_success(house, tickets):
    assert house.collect("tickets") == []
    assert house.value("SELECT count(*) FROM delivery") == 0
    assert house.value("SELECT last_success_at FROM source WHERE name = 'tickets'") == house.now


def test_a_pulled_source_is_on_the_list_of_those_to_be_read(house, tickets):
    assert list_sources.fn() == ["tickets"]
