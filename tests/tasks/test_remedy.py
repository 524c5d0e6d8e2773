"""A batch does not pass: the owner of its source is told once, and a mended definition lets its rows in."""

from datetime import date

from models.engine import transaction
from models.intake.collecting import register_source
from tasks.remedy import check_again, tell_owner

DAY = date(2026, 6, 1)


def refused(house, make):
    """Take in a file whose column of times is mapped wrongly."""
    wrong = {"external_id": "编号", "text": "内容", "occurred_at": "城市", "phone": "电话"}
    house.register(map=wrong, owner="voc")
    house.put(make["daily"](DAY, 5, lambda _: 2, 2))
    house.collect()
    house.understand()
    return int(house.value("SELECT min(id) FROM batch"))


def mend(house):
    definition = house.value("SELECT definition FROM source WHERE name = 'web'")
    definition["map"]["occurred_at"] = "时间"
    with transaction() as session:
        register_source(session, "web", definition)


def test_a_batch_that_fails_the_gate_is_an_event(house, make):
    batch = refused(house, make)
    (event,) = house.rows("SELECT resource, payload FROM event_outbox WHERE event = 'voc.quality.failed'")
    assert event["resource"] == f"voc.batch.{batch}"
    assert event["payload"]["bad"] == 20
    assert "超过一半" in event["payload"]["refused_because"]


def test_a_good_batch_is_no_such_event(house, make):
    house.take_in(make["daily"](DAY, 5, lambda _: 2, 2))
    assert house.value("SELECT count(*) FROM event_outbox WHERE event = 'voc.quality.failed'") == 0


def test_rows_are_left_alone_as_long_as_the_definition_is_wrong_and_the_owner_is_told_once(house, make):
    batch = refused(house, make)
    assert check_again.fn(batch, house.now) == {"again": 0, "left": 20}
    assert [tell_owner.fn(batch, house.now) for _ in range(2)] == [True, False]
    (message,) = house.rows("SELECT recipient, audience, data FROM outbox WHERE event = 'quality_failed'")
    assert (message["recipient"], message["audience"]) == ("owner:voc", "owner")
    assert message["data"]["rows"] == 20


def test_rows_of_a_mended_definition_are_checked_again_and_stored_once(house, make):
    batch = refused(house, make)
    mend(house)
    assert check_again.fn(batch, house.now) == {"again": 20, "left": 0}
    house.understand()
    assert house.value("SELECT count(*) FROM feedback WHERE disposition = 'accepted'") == 20
    assert check_again.fn(batch, house.now) == {"again": 0, "left": 0}


def test_a_batch_that_is_not_there_is_nothing_to_mend(house):
    assert check_again.fn(999, house.now) == {"again": 0, "left": 0}
    assert tell_owner.fn(999, house.now) is False
