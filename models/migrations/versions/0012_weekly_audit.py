"""the weekly audit: stratified samples and what two readers say of them

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TYPES = "type IN ('praise', 'suggestion', 'complaint', 'enquiry')"


def upgrade() -> None:
    op.create_table(
        "audit_sample",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("week", sa.Text(), nullable=False, comment="ISO week, such as 2026-W21"),
        sa.Column("first_day", sa.Date(), nullable=False, comment="its Monday, in Asia/Shanghai"),
        sa.Column("seed", sa.BigInteger(), nullable=False, comment="seed of the lots"),
        sa.Column("population", sa.BigInteger(), nullable=False, comment="feedback of the week that counts"),
        sa.Column("strata", postgresql.JSONB(), nullable=False, comment="name, type and size of each stratum"),
        sa.Column("areas", postgresql.JSONB(), nullable=False, comment="feedback of the week by the model's area"),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample")),
        sa.UniqueConstraint("week", name=op.f("uq_audit_sample_week")),
    )
    op.create_table(
        "audit_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("sample_id", sa.BigInteger(), nullable=False, comment="sample"),
        sa.Column("feedback_id", sa.BigInteger(), nullable=False, comment="feedback"),
        sa.Column("stratum", sa.SmallInteger(), nullable=False, comment="place of its stratum in the sample's list"),
        sa.Column("chance", sa.Float(), nullable=False, comment="chance of being drawn"),
        sa.Column("type", sa.Text(), nullable=False, comment="type by the model"),
        sa.Column("area", sa.Text(), nullable=True, comment="area by the model, the surest"),
        sa.Column("model_version", sa.Text(), nullable=False, comment="model that read it"),
        sa.CheckConstraint("chance > 0 AND chance <= 1", name=op.f("ck_audit_item_chance_range")),
        sa.CheckConstraint(TYPES, name=op.f("ck_audit_item_type_known")),
        sa.ForeignKeyConstraint(["sample_id"], ["audit_sample.id"], name=op.f("fk_audit_item_sample_id")),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name=op.f("fk_audit_item_feedback_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_item")),
        sa.UniqueConstraint("sample_id", "feedback_id", name=op.f("uq_audit_item_sample_id_feedback_id")),
    )
    op.create_table(
        "audit_reading",
        sa.Column("item_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="row of the sample"),
        sa.Column("reader", sa.Text(), nullable=False, comment="name of the reader"),
        sa.Column("type", sa.Text(), nullable=False, comment="type by the reader"),
        sa.Column("area", sa.Text(), nullable=True, comment="area by the reader; empty text: none; NULL: not said"),
        sa.Column("note", sa.Text(), nullable=False, comment="what the reader noted"),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False, comment="when it was taken in"),
        sa.CheckConstraint(TYPES, name=op.f("ck_audit_reading_type_known")),
        sa.ForeignKeyConstraint(["item_id"], ["audit_item.id"], name=op.f("fk_audit_reading_item_id")),
        sa.PrimaryKeyConstraint("item_id", "reader", name=op.f("pk_audit_reading")),
    )


def downgrade() -> None:
    op.drop_table("audit_reading")
    op.drop_table("audit_item")
    op.drop_table("audit_sample")
