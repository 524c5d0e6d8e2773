"""changes in the business that may be why a problem began

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = ("release", "campaign", "supplier", "policy", "price", "staff", "process", "facility", "outage", "other")


def upgrade() -> None:
    op.create_table(
        "business_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("kind", sa.Text(), nullable=False, comment="release, campaign, supplier, policy, price, staff, …"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it began to hold"),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True, comment="when it ended, if it did"),
        sa.Column("title", sa.Text(), nullable=False, comment="what changed, in Chinese"),
        sa.Column("product", sa.Text(), nullable=False, comment="product it is limited to, empty for none"),
        sa.Column("region", sa.Text(), nullable=False, comment="region it is limited to, empty for none"),
        sa.Column("channel", sa.Text(), nullable=False, comment="channel it is limited to, empty for none"),
        sa.Column("version", sa.Text(), nullable=False, comment="release it is about, empty for none"),
        sa.Column("source", sa.Text(), nullable=False, comment="who or what says so"),
        sa.CheckConstraint(
            "kind IN (" + ", ".join(f"'{kind}'" for kind in KINDS) + ")",
            name=op.f("ck_business_event_kind_known"),
        ),
        sa.CheckConstraint("until >= at", name=op.f("ck_business_event_ends_after_it_begins")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_event")),
        sa.UniqueConstraint(
            "kind", "at", "title", "product", "region", "channel", "version", name=op.f("uq_business_event_kind_at_title_product_region_channel_version")
        ),
    )
    op.create_index("ix_business_event_at", "business_event", ["at"])


def downgrade() -> None:
    op.drop_table("business_event")
