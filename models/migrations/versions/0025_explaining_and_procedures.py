"""root-cause reports, departments called in, skills of people, and standard procedures

Revision: 0025
Follows: 0024
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STATES = "state IN ('draft', 'submitted', 'returned', 'accepted', 'closed', 'dropped')"
STEPS = "step IN ('done', 'skip', 'pause', 'resume', 'note')"


def upgrade() -> None:
    _rootcause()
    _case_task()
    _skills()
    _sop()
    for log in ("rootcause_log", "sop_log"):
        op.execute(
            f"CREATE TRIGGER {log}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {log} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _key() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key")


def _moment(name: str, comment: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def _text(name: str, comment: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _rootcause() -> None:
    op.create_table(
        "rootcause",
        _key(),
        sa.Column("problem_id", sa.BigInteger(), nullable=False, comment="problem that came back"),
        sa.Column("problem_round", sa.SmallInteger(), nullable=False, comment="round of the problem it explains"),
        _text("department", "who writes it"),
        _text("reviewer", "whose people accept it"),
        _moment("asked_at", "when it was asked for"),
        _moment("due_at", "deadline of the accepted report"),
        _text("state", "derived from the log"),
        sa.Column("round", sa.SmallInteger(), nullable=False, comment="always 1; every life has one"),
        _moment("changed_at", "time of the last step"),
        sa.Column("whys", postgresql.JSONB(), nullable=True, comment="each why answers the one before"),
        sa.Column("fishbone", postgresql.JSONB(), nullable=True, comment="dimension → causes"),
        _text("root_cause", "what has to change", nullable=True),
        _text("preventive", "measure that keeps it from coming back", nullable=True),
        _moment("preventive_due", "deadline of the preventive measure", nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_rootcause_state_known")),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_rootcause_problem_id")),
        sa.ForeignKeyConstraint(["department"], ["department.code"], name=op.f("fk_rootcause_department")),
        sa.ForeignKeyConstraint(["reviewer"], ["department.code"], name=op.f("fk_rootcause_reviewer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rootcause")),
        sa.UniqueConstraint("problem_id", "problem_round", name=op.f("uq_rootcause_problem_id_problem_round")),
    )
    op.create_table(
        "rootcause_log",
        sa.Column("subject_id", sa.BigInteger(), nullable=False, comment="root-cause report"),
        _key(),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="1, 2, 3 … within the subject"),
        _text("step", "name of the step"),
        _text("state", "state it led to"),
        _moment("at", "when it happened"),
        _text("by", "person:…, rule:… or system:…"),
        _text("run", "flow run it came from", nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False, comment="facts the step needs, and the reason given"),
        sa.ForeignKeyConstraint(["subject_id"], ["rootcause.id"], name=op.f("fk_rootcause_log_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rootcause_log")),
        sa.UniqueConstraint("subject_id", "seq", name=op.f("uq_rootcause_log_subject_id_seq")),
    )


def _case_task() -> None:
    op.create_table(
        "case_task",
        _key(),
        sa.Column("case_id", sa.BigInteger(), nullable=False, comment="case"),
        _text("department", "who was called in"),
        _text("task", "what is asked of it, in Chinese"),
        _moment("asked_at", "when it was called in"),
        _moment("due_at", "by when it has to say what it did"),
        _moment("done_at", "when it said so", nullable=True),
        _text("done_by", "who said so", nullable=True),
        _text("result", "what was done", nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_task_case_id")),
        sa.ForeignKeyConstraint(["department"], ["department.code"], name=op.f("fk_case_task_department")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_task")),
        sa.UniqueConstraint("case_id", "department", name=op.f("uq_case_task_case_id_department")),
    )
    op.create_index(
        "ix_case_task_open", "case_task", ["department", "due_at"], postgresql_where=sa.text("done_at IS NULL")
    )


def _skills() -> None:
    op.create_table(
        "user_skill",
        sa.Column("user_id", sa.BigInteger(), nullable=False, comment="who"),
        _text("skill", "issue, area, type of feedback, or vip"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_skill_user_id")),
        sa.PrimaryKeyConstraint("user_id", "skill", name=op.f("pk_user_skill")),
    )


def _sop() -> None:
    op.create_table(
        "sop_run",
        _key(),
        _text("code", "procedure"),
        sa.Column("body", postgresql.JSONB(), nullable=False, comment="its nodes as they were at the start"),
        _text("subject", "what it is about, such as case:12; empty: itself"),
        _text("title", "what people call this run"),
        _moment("started_at", "when its first node began"),
        _text("started_by", "who started it"),
        _moment("ended_at", "when its last node was done or skipped", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sop_run")),
    )
    op.create_index("ix_sop_run_open", "sop_run", ["started_at"], postgresql_where=sa.text("ended_at IS NULL"))
    op.create_index("ix_sop_run_subject", "sop_run", ["subject"])
    op.create_table(
        "sop_log",
        _key(),
        sa.Column("run_id", sa.BigInteger(), nullable=False, comment="run"),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="1, 2, 3 … within the run"),
        _text("node", "key of the node; empty: the whole run"),
        _text("step", "done, skip, pause, resume or note"),
        _moment("at", "when"),
        _text("by", "who"),
        _text("note", "what was noted"),
        sa.CheckConstraint(STEPS, name=op.f("ck_sop_log_step_known")),
        sa.ForeignKeyConstraint(["run_id"], ["sop_run.id"], name=op.f("fk_sop_log_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sop_log")),
        sa.UniqueConstraint("run_id", "seq", name=op.f("uq_sop_log_run_id_seq")),
    )


def downgrade() -> None:
    for table in ("sop_log", "sop_run", "user_skill", "case_task", "rootcause_log", "rootcause"):
        op.drop_table(table)
