"""bursts of bought praise and waves of copied text, as people are shown them

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suspicion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("kind", sa.Text(), nullable=False, comment="praise_burst or copy_wave"),
        sa.Column("source_id", sa.BigInteger(), nullable=False, comment="source it happened in"),
        sa.Column("product", sa.Text(), nullable=False, comment="product it happened to; empty: the whole source"),
        sa.Column("anchor", sa.BigInteger(), nullable=False, comment="feedback whose words come back; 0 for a burst"),
        sa.Column("started_on", sa.Date(), nullable=False, comment="first day, in Asia/Shanghai"),
        sa.Column("ended_on", sa.Date(), nullable=False, comment="last day so far"),
        sa.Column("seen_on", sa.Date(), nullable=False, comment="day on which it would have been seen first"),
        sa.Column("observed", sa.BigInteger(), nullable=False, comment="top ratings in a burst, customers in a wave"),
        sa.Column("expected", sa.Float(), nullable=False, comment="how many its own past led one to expect"),
        sa.Column("chance", sa.Float(), nullable=False, comment="chance of so many, had nothing changed"),
        sa.Column("signs", postgresql.JSONB(), nullable=False, comment="signs of one hand"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why, one Chinese sentence"),
        sa.Column("feedback", sa.BigInteger(), nullable=False, comment="rows marked"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="when it was last computed"),
        sa.CheckConstraint("kind IN ('praise_burst', 'copy_wave')", name=op.f("ck_suspicion_kind_known")),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_suspicion_ends_after_start")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_suspicion_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspicion")),
        sa.UniqueConstraint("kind", "source_id", "product", "started_on", "anchor",
                            name=op.f("uq_suspicion_kind_source_id_product_started_on_anchor")),
    )


def downgrade() -> None:
    op.drop_table("suspicion")
