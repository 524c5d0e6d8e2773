"""alarms and their reviews

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watch",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False, comment="always 1"),
        sa.Column(
            "looked_until", sa.Date(), nullable=False, comment="last day that was looked at, in Asia/Shanghai"
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_watch_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
    )
    op.create_table(
        "alarm",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("kind", sa.Text(), nullable=False, comment="what kind of happening"),
        sa.Column("series", sa.Text(), nullable=False, comment="code of the series it happened in"),
        sa.Column("label", sa.Text(), nullable=False, comment="Chinese name of the series"),
        sa.Column("issue", sa.Text(), nullable=True, comment="issue it is about, if one"),
        sa.Column("department", sa.Text(), nullable=False, comment="who reviews it"),
        sa.Column("started_on", sa.Date(), nullable=False, comment="first day, in Asia/Shanghai"),
        sa.Column("ended_on", sa.Date(), nullable=False, comment="last day so far"),
        sa.Column(
            "observed", sa.BigInteger(), nullable=False, comment="how many from the first day to the last"
        ),
        sa.Column("expected", sa.Float(), nullable=False, comment="how many its own past led one to expect"),
        sa.Column("p_value", sa.Float(), nullable=True, comment="chance of so many, had nothing changed"),
        sa.Column("urgent", sa.Boolean(), nullable=False, comment="safety or an outage"),
        sa.Column(
            "words",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="words that stand out against its past",
        ),
        sa.Column(
            "quotations",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what customers said, masked",
        ),
        sa.Column("cause", sa.Text(), nullable=False, comment="likely cause, one Chinese sentence"),
        sa.Column(
            "evidence",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what the cause was drawn from: slices, issues, feedback",
        ),
        sa.Column(
            "raised_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="end of the day on which it would have been seen",
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="when it was computed"),
        sa.Column(
            "late",
            sa.Boolean(),
            nullable=False,
            comment="found in rows that came after the day had been looked at",
        ),
        sa.Column(
            "emitted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the event voc.alarm.raised was sent",
        ),
        sa.CheckConstraint(
            "kind IN ('spike', 'safety', 'silence', 'praise_burst', 'copy_wave')",
            name=op.f("ck_alarm_kind_known"),
        ),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_alarm_ends_after_start")),
        sa.ForeignKeyConstraint(["department"], ["department.code"], name=op.f("fk_alarm_department")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        sa.UniqueConstraint("kind", "series", "raised_at", name=op.f("uq_alarm_kind_series_raised_at")),
    )
    op.create_index("ix_alarm_raised", "alarm", ["raised_at"], unique=False)
    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("alarm_id", sa.BigInteger(), nullable=False, comment="alarm it is about"),
        sa.Column("state", sa.Text(), nullable=False, comment="derived from the log"),
        sa.Column("round", sa.SmallInteger(), nullable=False, comment="always 1; every life has one"),
        sa.Column("department", sa.Text(), nullable=False, comment="who reviews it"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="deadline of the conclusion"),
        sa.Column("conclusion", sa.Text(), nullable=True, comment="what it was, in the reviewer's words"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="time of the last step"),
        sa.CheckConstraint(
            "state IN ('open', 'archived', 'real', 'false_alarm', 'known')",
            name=op.f("ck_review_state_known"),
        ),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("fk_review_alarm_id")),
        sa.ForeignKeyConstraint(["department"], ["department.code"], name=op.f("fk_review_department")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("alarm_id", name=op.f("uq_review_alarm_id")),
    )
    op.create_index("ix_review_state", "review", ["state"], unique=False)
    op.create_table(
        "review_log",
        sa.Column("subject_id", sa.BigInteger(), nullable=False, comment="review"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="1, 2, 3 … within the subject"),
        sa.Column("step", sa.Text(), nullable=False, comment="name of the step"),
        sa.Column("state", sa.Text(), nullable=False, comment="state it led to"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it happened"),
        sa.Column("by", sa.Text(), nullable=False, comment="person:…, rule:… or system:…"),
        sa.Column("run", sa.Text(), nullable=True, comment="flow run it came from"),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="facts the step needs, and the reason given",
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["review.id"], name=op.f("fk_review_log_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_log")),
        sa.UniqueConstraint("subject_id", "seq", name=op.f("uq_review_log_subject_id_seq")),
    )
    op.execute(
        "CREATE TRIGGER review_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON review_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_table(
        "watched_batch",
        sa.Column("batch_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="batch"),
        sa.Column("watched_at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_watched_batch_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_watched_batch")),
    )


def downgrade() -> None:
    op.drop_table("watched_batch")
    op.execute("DROP TRIGGER review_log_append_only ON review_log")
    op.drop_table("review_log")
    op.drop_index("ix_review_state", table_name="review")
    op.drop_table("review")
    op.drop_index("ix_alarm_raised", table_name="alarm")
    op.drop_table("alarm")
    op.drop_table("watch")
