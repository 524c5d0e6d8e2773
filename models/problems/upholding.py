"""What becomes of an alarm that a person found real: it belongs to a problem that is known, or begins one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.analysis.analysing import array_of
from models.change import By, advance, begin, lock_out
from models.problems.registering import next_group, open_groups
from models.schema.alarm import Alarm, Review
from models.schema.loop import Problem
from voc.alarms.upheld import name_of_upheld
from voc.errors import InputError

TOLD = ("spike", "safety")  # silence has no feedback, and what is suspect is in no problem


def conclude(session: Session, review: int, step: str, conclusion: str, by: By) -> Problem | None:
    """Conclude a review; what is real is a problem, which is returned."""
    lock_out(session, "aggregate")
    alarm = session.scalar(select(Alarm).join(Review, Review.alarm_id == Alarm.id).where(Review.id == review))
    if alarm is None:
        raise InputError(f"没有编号为 {review} 的复核，用 voc reviews 查看。")
    problem = _problem(session, alarm, conclusion, by) if step == "uphold" else None
    facts = {"conclusion": conclusion, **({"other": problem.id} if problem else {})}
    advance(session, "review", step, {review: facts}, by)
    return problem


def _problem(session: Session, alarm: Alarm, conclusion: str, by: By) -> Problem | None:
    feedback = _counted(session, alarm)
    if not feedback:
        return None
    number = _known(session, alarm, feedback) or _begun(session, alarm, feedback, conclusion, by)
    return session.get_one(Problem, number)


def _counted(session: Session, alarm: Alarm) -> list[int]:
    """List the feedback of an alarm that may be a member of a problem, in order of time."""
    query = text(
        """SELECT id FROM feedback WHERE id = ANY(CAST(:ids AS bigint[])) AND disposition = 'accepted'
           AND superseded_by IS NULL AND suspect IS NULL ORDER BY occurred_at, id"""
    )
    told = alarm.evidence.get("feedback", []) if alarm.kind in TOLD else []
    return list(session.scalars(query, {"ids": array_of(told)}))


def _known(session: Session, alarm: Alarm, feedback: Sequence[int]) -> int | None:
    """Return the problem with half of an alarm's feedback, an event before what recurs; else that of its issue."""
    query = text(
        """
        SELECT p.id FROM problem p LEFT JOIN problem_member k
               ON k.problem_id = p.id AND k.feedback_id = ANY(CAST(:ids AS bigint[]))
        WHERE p.merged_into IS NULL AND p.state <> 'dismissed'
        GROUP BY p.id HAVING 2 * count(k.feedback_id) >= :many OR p.issue = :issue
        ORDER BY 2 * count(k.feedback_id) >= :many DESC, p.kind = 'issue', count(k.feedback_id) DESC, p.id LIMIT 1
        """
    )
    values = {"ids": array_of(feedback), "many": len(feedback), "issue": alarm.issue}
    found: int | None = session.scalar(query, values)
    return found


def _begun(session: Session, alarm: Alarm, feedback: Sequence[int], conclusion: str, by: By) -> int:
    """Begin a problem with the feedback of an alarm; what speaks of the same event later will join it."""
    group = next_group(session)
    open_groups(session, [group], by.at)
    values = {"group": group, "ids": array_of(feedback), "alarm": alarm.id}
    session.execute(text(_OWN_GROUP), values)
    first, last = session.execute(text(_SPAN), values).one()
    row = {
        "key": f"alarm:{alarm.id}", "kind": "incident" if alarm.issue else "candidate", "issue": None,
        "about": alarm.issue, "group_id": group, "area": (alarm.issue or "").partition(".")[0],
        "name": name_of_upheld(conclusion, alarm.label), "department": alarm.department,
        "first_seen_at": first, "detected_at": by.at, "alarm_from": first, "alarm_until": last,
    }  # fmt: skip
    (problem,) = begin(session, "problem", "detect", [row], by)
    session.execute(text(_MEMBERS), {**values, "problem": problem})
    return problem


_SPAN = """SELECT min(occurred_at), max(occurred_at) FROM feedback WHERE id = ANY(CAST(:ids AS bigint[]))"""
# Those of a group that is a problem already stay there: a few strangers do not make two problems one.
_OWN_GROUP = """
    UPDATE registry_member m SET group_id = :group WHERE m.feedback_id = ANY(CAST(:ids AS bigint[]))
    AND NOT EXISTS (SELECT 1 FROM problem p WHERE p.group_id = m.group_id)
"""
_MEMBERS = """
    INSERT INTO problem_member (problem_id, feedback_id, mention_id, method)
    SELECT :problem, f.id, (SELECT m.id FROM mention m WHERE m.feedback_id = f.id AND m.current AND m.polarity = -1
                            ORDER BY m.confidence DESC, m.span_start LIMIT 1), 'person:review'
    FROM feedback f WHERE f.id = ANY(CAST(:ids AS bigint[]))
"""
