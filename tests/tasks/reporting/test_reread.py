"""What is read again and complains no more leaves the events it was a part of; all else it belongs to stays."""

from datetime import date, timedelta

from sqlalchemy import text

from models.engine import transaction
from models.intake.rereading import leave_events

MONDAY = date(2026, 1, 5)
EVENT = """
    INSERT INTO problem (key, kind, area, name, state, "round", department, first_seen_at, detected_at, alarm_from,
                         alarm_until, changed_at)
    SELECT 'event:' || n, 'incident', 'service', '一件事', 'detected', 1, (SELECT min(code) FROM department),
           now(), now(), now(), now(), now()
    FROM generate_series(1, 2) n
"""
MEMBERS = """
    INSERT INTO problem_member (problem_id, feedback_id, method)
    SELECT p.id, f.id, CASE p.key WHEN 'event:1' THEN 'rule:event' ELSE 'person:李雷' END
    FROM problem p, feedback f WHERE p.key LIKE 'event:%'
"""
COUNTED = """
    SELECT p.key, count(*), count(*) FILTER (WHERE EXISTS (
        SELECT 1 FROM mention m WHERE m.feedback_id = k.feedback_id AND m.current AND m.polarity = -1))
    FROM problem_member k JOIN problem p ON p.id = k.problem_id WHERE p.key LIKE 'event:%' GROUP BY 1 ORDER BY 1
"""


def test_what_complains_of_nothing_leaves_its_events_and_stays_where_a_person_put_it(house, make):
    house.on(MONDAY + timedelta(days=9)).take_in(make["daily"](MONDAY, 7, lambda day: 3, 2))
    with transaction() as session:
        session.execute(text(EVENT))
        session.execute(text(MEMBERS))
        before = session.execute(text(COUNTED)).all()
        for feedback in session.scalars(text("SELECT id FROM feedback")).all():
            leave_events(session, feedback)
        after = session.execute(text(COUNTED)).all()
    assert before == [("event:1", 35, 21), ("event:2", 35, 21)]
    assert after == [("event:1", 21, 21), ("event:2", 35, 21)]
