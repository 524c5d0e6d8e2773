"""The two loops: cases, problems with their members and lineage, actions, and the log of each life."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Json, Key, Moment, one_of
from models.schema.feedback import PRIORITIES
from voc.lifecycle import ACTION, CASE, PROBLEM

PROBLEM_KINDS = ("issue", "incident", "candidate", "part")


class Department(Base):
    """A department that owns cases and actions."""

    __tablename__ = "department"

    code: Mapped[str] = mapped_column(primary_key=True, comment="short code")
    name: Mapped[str] = mapped_column(comment="Chinese name")
    owner: Mapped[str] = mapped_column(comment="title of the person who answers for it")
    address: Mapped[str | None] = mapped_column(comment="where task messages go")


class Case(Base):
    """Answering one customer, with deadlines."""

    __tablename__ = "case"
    __table_args__ = (
        one_of("state", CASE.states),
        one_of("priority", PRIORITIES),
        # What a desk has to answer next, and has to solve next, in the order of the deadlines.
        Index("ix_case_to_answer", "department", "respond_by", postgresql_where="state = 'assigned'"),
        Index("ix_case_to_solve", "department", "resolve_by", postgresql_where="state = 'responded'"),
    )

    id: Mapped[Key]
    feedback_id: Mapped[int] = mapped_column(
        ForeignKey("feedback.id"), unique=True, comment="what is answered"
    )
    state: Mapped[str] = mapped_column(comment="derived from the log")
    round: Mapped[int] = mapped_column(
        SmallInteger, default=1, comment="1, and one more each time it re-opens"
    )
    department: Mapped[str | None] = mapped_column(ForeignKey("department.code"), comment="who answers")
    issue: Mapped[str | None] = mapped_column(comment="issue it was routed by")
    category: Mapped[str] = mapped_column(comment="what it is about, in words a customer may read")
    priority: Mapped[str] = mapped_column(comment="at opening")
    opened_at: Mapped[Moment] = mapped_column(comment="start of the clocks")
    terms: Mapped[Json] = mapped_column(
        default=dict, server_default="{}", comment="what was promised: promise → [hours, calendar] …"
    )
    respond_by: Mapped[Moment] = mapped_column(comment="deadline of the first answer, as the clock shows it")
    resolve_by: Mapped[Moment] = mapped_column(comment="deadline of the solution, as the clock shows it")
    changed_at: Mapped[Moment] = mapped_column(comment="time of the last step")


class Problem(Base):
    """Many feedbacks with one root cause; its identity is for ever."""

    __tablename__ = "problem"
    __table_args__ = (
        one_of("state", PROBLEM.states),
        one_of("kind", PROBLEM_KINDS),
        CheckConstraint("(kind = 'issue') = (issue IS NOT NULL)", name="issue_named"),
        Index("ix_problem_state", "state"),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True, comment="what its members have in common, never changed")
    kind: Mapped[str] = mapped_column(
        server_default="issue",
        comment="issue of the taxonomy, incident, candidate it does not know, or part of one",
    )
    issue: Mapped[str | None] = mapped_column(comment="issue code of a problem that is an issue")
    about: Mapped[str | None] = mapped_column(comment="issue most members of another kind complain of")
    group_id: Mapped[int | None] = mapped_column(
        ForeignKey("registry_group.id"), index=True, comment="group of the registry its members come from"
    )
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("problem.id"), index=True, comment="problem it was split from"
    )
    narrowed: Mapped[Json | None] = mapped_column(
        JSONB(none_as_null=True),
        comment="properties whose feedback goes to this part instead of to what it was split from",
    )
    area: Mapped[str] = mapped_column(comment="business area code; empty: unknown")
    name: Mapped[str] = mapped_column(comment="Chinese sentence it is called by")
    state: Mapped[str] = mapped_column(comment="derived from the log")
    round: Mapped[int] = mapped_column(SmallInteger, default=1, comment="how many times it was taken on")
    department: Mapped[str] = mapped_column(ForeignKey("department.code"), comment="who owns it")
    first_seen_at: Mapped[Moment] = mapped_column(comment="earliest member")
    detected_at: Mapped[Moment] = mapped_column(comment="when it was seen to recur")
    alarm_from: Mapped[Moment] = mapped_column(comment="start of the window that raised it")
    alarm_until: Mapped[Moment] = mapped_column(comment="end of the window that raised it")
    root_cause: Mapped[str | None] = mapped_column(comment="of the present round")
    dimension: Mapped[str | None] = mapped_column(comment="of the root cause")
    merged_into: Mapped[int | None] = mapped_column(
        ForeignKey("problem.id"), comment="problem that took it over"
    )
    changed_at: Mapped[Moment] = mapped_column(comment="time of the last step")


class ProblemMember(Base):
    """A feedback that belongs to a problem, and why."""

    __tablename__ = "problem_member"
    __table_args__ = (Index("ix_problem_member_feedback", "feedback_id"),)

    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), primary_key=True, comment="problem")
    feedback_id: Mapped[int] = mapped_column(ForeignKey("feedback.id"), primary_key=True, comment="feedback")
    mention_id: Mapped[int | None] = mapped_column(
        ForeignKey("mention.id"), comment="place in the text that shows it"
    )
    method: Mapped[str] = mapped_column(comment="rule or person that put it there")


class ProblemLineage(Base):
    """A merge or split of problems; ids never vanish."""

    __tablename__ = "problem_lineage"
    __table_args__ = (
        one_of("kind", ("merge", "split")),
        CheckConstraint("parent_id <> child_id", name="not_itself"),
    )

    id: Mapped[Key]
    parent_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), comment="problem that was there before")
    child_id: Mapped[int] = mapped_column(
        ForeignKey("problem.id"), comment="problem that holds the members now"
    )
    kind: Mapped[str] = mapped_column(comment="merge or split")
    at: Mapped[Moment] = mapped_column(comment="when")
    by: Mapped[str] = mapped_column(comment="who")
    reason: Mapped[str | None] = mapped_column(comment="why")


class Action(Base):
    """One department's corrective or preventive measure on a problem."""

    __tablename__ = "action"
    __table_args__ = (
        one_of("state", ACTION.states),
        one_of("kind", ("corrective", "preventive")),
        UniqueConstraint("problem_id", "round", "measure"),
        Index("ix_action_department", "department", "due_at"),
    )

    id: Mapped[Key]
    problem_id: Mapped[int] = mapped_column(
        ForeignKey("problem.id"), index=True, comment="problem it works on"
    )
    problem_round: Mapped[int] = mapped_column("round", SmallInteger, comment="round of the problem")
    measure: Mapped[str] = mapped_column(comment="title of the measure")
    detail: Mapped[str] = mapped_column(comment="who does what, and how")
    kind: Mapped[str] = mapped_column(comment="corrective or preventive")
    dimension: Mapped[str] = mapped_column(comment="process, people, technology or product")
    state: Mapped[str] = mapped_column(comment="derived from the log")
    round: Mapped[int] = mapped_column(
        "own_round", SmallInteger, default=1, comment="rounds of the action itself"
    )
    department: Mapped[str] = mapped_column(ForeignKey("department.code"), comment="who does it")
    due_at: Mapped[Moment] = mapped_column(comment="deadline of implementation")
    went_live: Mapped[Moment | None] = mapped_column(comment="when it took effect")
    changed_at: Mapped[Moment] = mapped_column(comment="time of the last step")


class LogColumns:
    """Columns of every log: who did which step, when, why, and from which flow run."""

    id: Mapped[Key]
    seq: Mapped[int] = mapped_column(comment="1, 2, 3 … within the subject")
    step: Mapped[str] = mapped_column(comment="name of the step")
    state: Mapped[str] = mapped_column(comment="state it led to")
    at: Mapped[Moment] = mapped_column(comment="when it happened")
    by: Mapped[str] = mapped_column(comment="person:…, rule:… or system:…")
    run: Mapped[str | None] = mapped_column(comment="flow run it came from")
    facts: Mapped[Json] = mapped_column(comment="facts the step needs, and the reason given")


class CaseLog(LogColumns, Base):
    """Append-only log of cases."""

    __tablename__ = "case_log"
    __table_args__ = (UniqueConstraint("subject_id", "seq"),)
    subject_id: Mapped[int] = mapped_column(ForeignKey("case.id"), comment="case")


class ProblemLog(LogColumns, Base):
    """Append-only log of problems."""

    __tablename__ = "problem_log"
    __table_args__ = (UniqueConstraint("subject_id", "seq"),)
    subject_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), comment="problem")


class ActionLog(LogColumns, Base):
    """Append-only log of actions."""

    __tablename__ = "action_log"
    __table_args__ = (UniqueConstraint("subject_id", "seq"),)
    subject_id: Mapped[int] = mapped_column(ForeignKey("action.id"), comment="action")


class CaseTask(Base):
    """What one more department has to do about a case of safety or an outage."""

    __tablename__ = "case_task"
    __table_args__ = (
        UniqueConstraint("case_id", "department"),
        Index("ix_case_task_open", "department", "due_at", postgresql_where="done_at IS NULL"),
    )

    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), comment="case")
    department: Mapped[str] = mapped_column(ForeignKey("department.code"), comment="who was called in")
    task: Mapped[str] = mapped_column(comment="what is asked of it, in Chinese")
    asked_at: Mapped[Moment] = mapped_column(comment="when it was called in")
    due_at: Mapped[Moment] = mapped_column(comment="by when it has to say what it did")
    done_at: Mapped[Moment | None] = mapped_column(comment="when it said so")
    done_by: Mapped[str | None] = mapped_column(comment="who said so")
    result: Mapped[str | None] = mapped_column(comment="what was done")
