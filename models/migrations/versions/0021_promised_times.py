"""promised times: what was promised to a case, and what the clocks show

Revision: 0021
Follows: 0020
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

OPEN = "state IN ('running', 'paused', 'overdue')"
STATES = "state IN ('running', 'paused', 'overdue', 'met', 'missed', 'dropped')"
WHOSE = "case, action, review, approval or rootcause"
ALREADY_THERE = (
    """SELECT 'case', id FROM "case" """,
    "SELECT 'action', id FROM action",
    "SELECT 'review', id FROM review WHERE state = 'open'",
)


def upgrade() -> None:
    op.add_column(
        "case",
        sa.Column("terms", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb"),
                  comment="what was promised: promise → [hours, calendar] …"),
    )
    op.alter_column("case", "respond_by", comment="deadline of the first answer, as the clock shows it")
    op.alter_column("case", "resolve_by", comment="deadline of the solution, as the clock shows it")
    _watch()
    _lap()
    _fired()
    # What is there already is looked at by the next sweep.
    for query in ALREADY_THERE:
        op.execute(f"INSERT INTO sla_watch (life, subject_id, next_at) SELECT w.*, now() FROM ({query}) w")  # noqa: S608


def _whose() -> list[sa.Column[Any]]:
    return [
        sa.Column("life", sa.Text(), nullable=False, comment=WHOSE),
        sa.Column("subject_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="subject"),
    ]


def _watch() -> None:
    op.create_table(
        "sla_watch",
        *_whose(),
        sa.Column("next_at", sa.DateTime(timezone=True), comment="look again after this moment; NULL: nothing runs"),
        sa.Column("provisional", sa.Boolean(), server_default=sa.text("false"), nullable=False,
                  comment="a deadline rests on holidays that are not published yet"),
        sa.Column("basis", sa.Text(), server_default="", nullable=False, comment="calendar it was computed on"),
        sa.PrimaryKeyConstraint("life", "subject_id", name=op.f("pk_sla_watch")),
    )
    op.create_index("ix_sla_watch_next", "sla_watch", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL"))
    op.create_index("ix_sla_watch_provisional", "sla_watch", ["basis"], postgresql_where=sa.text("provisional"))


def _lap() -> None:
    op.create_table(
        "sla_lap",
        *_whose(),
        sa.Column("promise", sa.Text(), nullable=False, comment="what was promised"),
        sa.Column("lap", sa.SmallInteger(), autoincrement=False, nullable=False, comment="1, 2 …"),
        sa.Column("state", sa.Text(), nullable=False, comment="running, paused, overdue, met, missed or dropped"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False, comment="start of the clock"),
        sa.Column("due_at", sa.DateTime(timezone=True), comment="when it falls or fell due; NULL while paused"),
        sa.Column("ended_at", sa.DateTime(timezone=True), comment="when it was kept, missed or dropped"),
        sa.Column("worked_s", sa.BigInteger(), nullable=False, comment="working seconds so far"),
        sa.Column("granted_s", sa.BigInteger(), nullable=False, comment="working seconds promised"),
        sa.Column("provisional", sa.Boolean(), nullable=False,
                  comment="rests on holidays that are not published yet: 暂估"),
        sa.CheckConstraint(STATES, name=op.f("ck_sla_lap_state_known")),
        sa.PrimaryKeyConstraint("life", "subject_id", "promise", "lap", name=op.f("pk_sla_lap")),
    )
    op.create_index("ix_sla_lap_started", "sla_lap", ["life", "started_at"])
    op.create_index("ix_sla_lap_open", "sla_lap", ["life", "due_at"], postgresql_where=sa.text(OPEN))


def _fired() -> None:
    op.create_table(
        "sla_fired",
        *_whose(),
        sa.Column("promise", sa.Text(), nullable=False, comment="what was promised"),
        sa.Column("lap", sa.SmallInteger(), autoincrement=False, nullable=False, comment="lap"),
        sa.Column("level", sa.Text(), nullable=False, comment="rung, such as due_soon or overdue"),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False, comment="when it was reached"),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False, comment="when it was seen"),
        sa.PrimaryKeyConstraint("life", "subject_id", "promise", "lap", "level", name=op.f("pk_sla_fired")),
    )


def downgrade() -> None:
    op.drop_table("sla_fired")
    op.drop_table("sla_lap")
    op.drop_table("sla_watch")
    op.alter_column("case", "respond_by", comment="deadline of the first answer")
    op.alter_column("case", "resolve_by", comment="deadline of the solution")
    op.drop_column("case", "terms")
