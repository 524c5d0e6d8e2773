"""events that Prefect is to hear of, in one table for all of them

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("event", sa.Text(), nullable=False, comment="what happened, such as voc.alarm.raised"),
        sa.Column("key", sa.Text(), nullable=False, comment="makes it one of its kind: the same key again is the same event"),
        sa.Column("event_id", sa.Uuid(), nullable=False, comment="id under which it is posted, however often"),
        sa.Column("resource", sa.Text(), nullable=False, comment="what it happened to, such as voc.alarm.12"),
        sa.Column("payload", postgresql.JSONB(), nullable=False, comment="facts for the reaction, without personal data"),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False, comment="when it happened"),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, posted, or expired: too old to be reacted to"),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True, comment="when Prefect had taken it"),
        sa.CheckConstraint("state IN ('waiting', 'posted', 'expired')", name=op.f("ck_event_outbox_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_outbox")),
        sa.UniqueConstraint("event", "key", name=op.f("uq_event_outbox_event_key")),
    )
    op.create_index("ix_event_outbox_waiting", "event_outbox", ["id"], postgresql_where=sa.text("state = 'waiting'"))
    op.drop_column("alarm", "emitted_at")


def downgrade() -> None:
    op.add_column("alarm", sa.Column("emitted_at", sa.DateTime(timezone=True), nullable=True, comment="when the event voc.alarm.raised was sent"))
    op.drop_index("ix_event_outbox_waiting", table_name="event_outbox")
    op.drop_table("event_outbox")
