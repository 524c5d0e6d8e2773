"""The moments of the loop that are events, each noted in the transaction of its change."""

from datetime import date, timedelta

import pytest

FIRST = date(2026, 3, 2)
FIRE = "插座插上就冒烟起火，差点烧到孩子，太危险了"


def events(house, name):
    return house.rows("SELECT resource, payload FROM event_outbox WHERE event = :name ORDER BY id", name=name)


def test_a_delivery_that_is_read_to_the_end_is_one_event_however_often_it_is_collected(house, make):
    house.take_in(make["daily"](date(2026, 6, 1), 3, lambda _: 1, 1))
    house.collect()
    (event,) = events(house, "voc.batch.stored")
    assert event["resource"] == "voc.source.web"
    assert event["payload"]["source"] == "web"


@pytest.mark.parametrize(("day", "told"), [("2026-06-07 10:00", 1), ("2026-01-07 10:00", 0)])
def test_what_is_about_safety_cries_out_unless_it_is_history(house, day, told):
    house.take_in(
        [["R1", FIRE, day, "1", "13900000001", "成都"], ["R2", "很好用", day, "5", "13900000002", "成都"]]
    )
    found = events(house, "voc.feedback.urgent")
    assert [one["payload"]["count"] for one in found] == [1] * told
    assert FIRE not in str(found)


def test_a_measure_that_goes_live_is_an_event(house, make):
    house = house.on(FIRST + timedelta(days=60))
    action = house.act_on(make["daily"](FIRST, 60, lambda _: 2, 3), FIRST + timedelta(days=70))
    (event,) = events(house, "voc.action.implemented")
    assert event["payload"] == {"action": action}


def test_a_measure_that_is_live_has_a_day_of_its_verification(house, make):
    from tasks.clock import due_day

    house = house.on(FIRST + timedelta(days=60))
    house.take_in(make["daily"](FIRST, 60, lambda _: 2, 3))
    house.improve()
    live = FIRST + timedelta(days=70)
    action = house.carry_out(live)
    spans = """SELECT (CAST(body AS jsonb) ->> 'washout_days')::int + (CAST(body AS jsonb) ->> 'followup_days')::int
               FROM contract WHERE action_id = :action"""
    days = house.value(spans, action=action)
    assert due_day(action) == live + timedelta(days=days + 2)
    assert due_day(999) is None
