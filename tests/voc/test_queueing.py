"""Who takes which case: order, skill, room."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from voc.queueing import Handler, Waiting, assign, order

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def case(number, priority="medium", hours=1.0, valued=False, issue="logistics.late", department="a"):
    opened = NOW - timedelta(hours=hours)
    return Waiting(
        number, department, "complaint", issue, priority, valued, opened, opened + timedelta(hours=8)
    )


def handler(number, *skills, load=0, capacity=5, department="a"):
    return Handler(number, frozenset({department}), frozenset(skills), load, capacity)


def test_urgent_comes_first_then_value_then_what_falls_due():
    waiting = [case(1), case(2, "urgent"), case(3, valued=True), case(4, hours=2)]
    assert [one.case for one in order(waiting, NOW)] == [2, 3, 4, 1]


def test_nobody_waits_for_ever_behind_more_urgent_matters():
    waiting = [case(1, "urgent"), case(2, "low", hours=80)]
    assert [one.case for one in order(waiting, NOW)] == [2, 1]


def test_who_knows_the_matter_gets_it_and_otherwise_who_has_most_room():
    staff = [handler(1, load=1), handler(2, "logistics", load=3), handler(3, "logistics.late", load=4)]
    assert assign([case(1)], staff, NOW) == {1: 3}
    assert assign([case(1, issue="product.fault")], staff, NOW) == {1: 1}


def test_a_valued_customer_is_served_by_those_trained_for_it():
    staff = [handler(1, "logistics.late"), handler(2, "vip", load=4)]
    assert assign([case(1, valued=True)], staff, NOW) == {1: 2}


def test_a_department_without_people_keeps_its_queue():
    assert assign([case(1, department="b")], [handler(1)], NOW) == {}


@given(st.integers(0, 30), st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), max_size=5))
def test_nobody_gets_more_than_there_is_room_for_and_no_room_is_wasted(cases, staff):
    hands = [handler(n, load=load, capacity=capacity) for n, (load, capacity) in enumerate(staff)]
    given_ = assign([case(n) for n in range(cases)], hands, NOW)
    room = {hand.id: max(hand.capacity - hand.load, 0) for hand in hands}
    taken = list(given_.values())
    assert all(taken.count(hand) <= room[hand] for hand in room)
    assert len(taken) == min(cases, sum(room.values()))
