"""who works here: people, passwords, sessions, what they did, and how much they may do just now

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ROLES = "ARRAY['admin', 'voc', 'agent', 'handler', 'head', 'leader', 'auditor']::text[]"
TEXTS = postgresql.ARRAY(sa.TEXT())
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # The table has been empty until today: nothing could log in, and no command wrote it.
    op.drop_table("app_user")
    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("login", sa.Text(), nullable=False, comment="log-in name"),
        sa.Column("name", sa.Text(), nullable=False, comment="name shown"),
        sa.Column("roles", TEXTS, nullable=False, comment="what the person may do"),
        sa.Column("departments", TEXTS, nullable=False, comment="departments the person works for"),
        sa.Column("created_at", MOMENT, nullable=False, comment="when the account was made"),
        sa.Column("disabled_at", MOMENT, nullable=True, comment="since when the person may not log in"),
        sa.CheckConstraint(f"roles <@ {ROLES}", name=op.f("ck_app_user_roles_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("login", name=op.f("uq_app_user_login")),
    )
    op.create_table(
        "credential",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="whose password it is"),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="argon2id, with its salt and parameters"),
        sa.Column("changed_at", MOMENT, nullable=False, comment="when it was set"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_credential_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_credential")),
    )
    op.create_table(
        "user_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("user_id", sa.BigInteger(), nullable=False, comment="who it is here"),
        sa.Column("issuer", sa.Text(), nullable=False, comment="who vouches: issuer of the tokens, or wecom:corp id"),
        sa.Column("subject", sa.Text(), nullable=False, comment="the identity there, which never changes"),
        sa.Column("linked_at", MOMENT, nullable=False, comment="when"),
        sa.Column("linked_by", sa.Text(), nullable=False, comment="who decided it"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_link_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_link")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_user_link_issuer_subject")),
    )
    op.create_index(op.f("ix_user_link_user_id"), "user_link", ["user_id"])
    op.create_table(
        "user_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="sha256 of the cookie"),
        sa.Column("user_id", sa.BigInteger(), nullable=False, comment="who"),
        sa.Column("method", sa.Text(), nullable=False, comment="how the person proved who it is"),
        sa.Column("browser", sa.Text(), nullable=False, comment="browser and system in a few words, to recognise it by"),
        sa.Column("started_at", MOMENT, nullable=False, comment="when"),
        sa.Column("seen_at", MOMENT, nullable=False, comment="last use, to the minute"),
        sa.Column("ended_at", MOMENT, nullable=True, comment="when it was ended"),
        sa.Column("ended_by", sa.Text(), nullable=True, comment="logged out, revoked or timed out"),
        sa.CheckConstraint("method IN ('password', 'oidc', 'wecom')", name=op.f("ck_user_session_method_known")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    op.create_index(
        "ix_user_session_open", "user_session", ["user_id"], postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("at", MOMENT, nullable=False, comment="when"),
        sa.Column("who", sa.Text(), nullable=False, comment="person:id, key:id or system:…"),
        sa.Column("action", sa.Text(), nullable=False, comment="code of what was done"),
        sa.Column("subject", sa.Text(), nullable=False, comment="kind:id of what it was done to"),
        sa.Column("detail", postgresql.JSONB(), nullable=False, comment="ids and codes, never words or personal data"),
        sa.Column("previous", sa.LargeBinary(), nullable=False, comment="hash of the row before; empty for the first"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="sha256 over the row and `previous`"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_event_hash")),
    )
    op.execute(
        "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_table(
        "allowance",
        sa.Column("key", sa.Text(), nullable=False, comment="what is limited: log-in, key, address, hashed"),
        sa.Column("tokens", sa.Float(), nullable=False, comment="left at `at`"),
        sa.Column("at", MOMENT, nullable=False, comment="when that was"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_allowance")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    for table in ("allowance", "audit_event", "user_session", "user_link", "credential", "app_user"):
        op.drop_table(table)
    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("login", sa.Text(), nullable=False, comment="log-in name"),
        sa.Column("name", sa.Text(), nullable=False, comment="name shown"),
        sa.Column("role", sa.Text(), nullable=False, comment="what the person may do"),
        sa.Column("department", sa.Text(), nullable=True, comment="where the person works"),
        sa.CheckConstraint(
            "role IN ('admin', 'voc', 'agent', 'handler', 'head', 'leader', 'auditor')",
            name=op.f("ck_app_user_role_known"),
        ),
        sa.ForeignKeyConstraint(["department"], ["department.code"], name=op.f("fk_app_user_department")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("login", name=op.f("uq_app_user_login")),
    )
