"""Queries planned once: the same rows as asked afresh, for whoever asks, and after the tables changed."""

from sqlalchemy import text

from models.engine import transaction
from models.people.rights import session_for
from models.people.sessions import Person
from models.planned import planned


def test_named_values_are_put_where_they_belong_and_casts_are_left_alone(home):
    query = "SELECT CAST(:a AS int) + CAST(:b AS int) AS sum, CAST(:a AS int)::text AS first, '5 %' AS words"
    with transaction() as session:
        for a, b in ((1, 2), (5, 7)):
            (row,) = planned(session, query, {"a": a, "b": b})
            assert row == {"sum": a + b, "first": str(a), "words": "5 %"}


def test_a_plan_that_was_kept_shows_each_person_their_own_and_sees_new_rows(home):
    with transaction() as session:
        session.execute(
            text("INSERT INTO department (code, name, owner) VALUES ('a', '甲', '经理'), ('b', '乙', '经理')")
        )
        for code in "ab":
            session.execute(
                text(
                    "INSERT INTO approval (kind, subject, title, body, asked_of, requested_at, requested_by, due_at,"
                    " state, round, changed_at, facts)"
                    " VALUES ('report', :code, '', '', :code, now(), 'x', now(), 'open', 1, now(), '{}')"
                ),
                {"code": code},
            )
    query = "SELECT asked_of FROM approval WHERE state = :state ORDER BY 1"
    for code in "abab":
        person = Person(1, "x", "某人", frozenset({"head"}), frozenset({code}))
        with session_for(person) as session:
            assert planned(session, query, {"state": "open"}) == [{"asked_of": code}]
