"""machines that talk to us: keys of the API, secrets of webhooks, and what has come in already

Revision: 0022
Follows: 0021
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SCOPES = "'feedback:write', 'cases:read', 'problems:read', 'actions:read', 'verifications:read'"
TEXTS = postgresql.ARRAY(sa.TEXT())
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("name", sa.Text(), nullable=False, comment="what people call it"),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False, comment="sha256 of the key"),
        sa.Column("scopes", TEXTS, nullable=False, comment="what it may do"),
        sa.Column("source_id", sa.BigInteger(), nullable=True, comment="source its feedback belongs to"),
        sa.Column("departments", TEXTS, nullable=False, comment="whose cases and measures it reads; empty: all"),
        sa.Column("per_minute", sa.BigInteger(), nullable=False, comment="requests it may make in a minute"),
        sa.Column("created_at", MOMENT, nullable=False, comment="when it was made"),
        sa.Column("created_by", sa.Text(), nullable=False, comment="by whom"),
        sa.Column("expires_at", MOMENT, nullable=True, comment="when it stops working by itself"),
        sa.Column("revoked_at", MOMENT, nullable=True, comment="when it was taken back"),
        sa.Column("used_at", MOMENT, nullable=True, comment="last use, to the minute"),
        sa.CheckConstraint(f"scopes <@ ARRAY[{SCOPES}]::text[]", name=op.f("ck_api_key_scopes_known")),
        sa.CheckConstraint("per_minute > 0", name=op.f("ck_api_key_some_allowance")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_api_key_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_key_key_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_api_key_name")),
    )
    op.create_table(
        "webhook_secret",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("source_id", sa.BigInteger(), nullable=False, comment="source it protects"),
        sa.Column(
            "secret", sa.Text(), nullable=False,
            comment="shared with the sender; signatures cannot be checked by a hash",
        ),
        sa.Column("created_at", MOMENT, nullable=False, comment="when it was made"),
        sa.Column("retired_at", MOMENT, nullable=True, comment="since when it is not accepted any more"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_webhook_secret_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_secret")),
    )
    op.create_index(
        "ix_webhook_secret_valid", "webhook_secret", ["source_id"], postgresql_where=sa.text("retired_at IS NULL")
    )
    op.create_table(
        "inbound_message",
        sa.Column("source_id", sa.BigInteger(), nullable=False, comment="source it came for"),
        sa.Column("message_id", sa.Text(), nullable=False, comment="id the sender gave it"),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False, comment="sha256 of its body"),
        sa.Column(
            "delivery_id", sa.BigInteger(), nullable=True,
            comment="what became of it; none: there was nothing to store",
        ),
        sa.Column("at", MOMENT, nullable=False, comment="when"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_inbound_message_source_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_inbound_message_delivery_id")),
        sa.PrimaryKeyConstraint("source_id", "message_id", name=op.f("pk_inbound_message")),
    )


def downgrade() -> None:
    for table in ("inbound_message", "webhook_secret", "api_key"):
        op.drop_table(table)
