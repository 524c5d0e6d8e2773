"""what people leave at their desk, the knowledge base, and the order in which a desk is worked through

Revision: 0020
Follows: 0019
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

LIFE = "life IN ('case', 'action', 'problem')"
TEXTS = postgresql.ARRAY(sa.TEXT())
MOMENT = sa.DateTime(timezone=True)
KEPT = ("desk_note", "desk_file", "knowledge_version")


def _key() -> sa.Column[Any]:
    return sa.Column(
        "id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"
    )


def _subject(**values: Any) -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        sa.Column("life", sa.Text(), nullable=False, comment="case, action or problem"),
        sa.Column("subject_id", sa.BigInteger(), nullable=False, comment="number of it", **values),
    )


def _words() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("question", sa.Text(), nullable=False, comment="as customers ask, or what happened"),
        sa.Column("phrasings", TEXTS, nullable=False, comment="other ways of asking"),
        sa.Column("answer", sa.Text(), nullable=False, comment="what is answered, or what was done"),
        sa.Column("scenario", sa.Text(), nullable=False, comment="when it holds; empty: always"),
    )


def upgrade() -> None:
    op.create_table(
        "desk_note",
        _key(),
        *_subject(),
        sa.Column("kind", sa.Text(), nullable=False, comment="comment or progress"),
        sa.Column("percent", sa.SmallInteger(), nullable=True, comment="how much of the work is done"),
        sa.Column("text", sa.Text(), nullable=False, comment="what was said, masked"),
        sa.Column("at", MOMENT, nullable=False, comment="when"),
        sa.Column("by", sa.Text(), nullable=False, comment="person:…"),
        sa.CheckConstraint(LIFE, name=op.f("ck_desk_note_life_known")),
        sa.CheckConstraint("kind IN ('comment', 'progress')", name=op.f("ck_desk_note_kind_known")),
        sa.CheckConstraint(
            "(kind = 'progress') = (percent IS NOT NULL)", name=op.f("ck_desk_note_progress_told")
        ),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_desk_note_percent_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_note")),
    )
    op.create_index("ix_desk_note_subject", "desk_note", ["life", "subject_id"])
    op.create_table(
        "desk_file",
        _key(),
        *_subject(),
        sa.Column("name", sa.Text(), nullable=False, comment="name of the file, made harmless"),
        sa.Column("media_type", sa.Text(), nullable=False, comment="what its first bytes show it to be"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column("sha256", sa.Text(), nullable=False, comment="of the content"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="the file"),
        sa.Column("at", MOMENT, nullable=False, comment="when it was put there"),
        sa.Column("by", sa.Text(), nullable=False, comment="person:…"),
        sa.CheckConstraint(LIFE, name=op.f("ck_desk_file_life_known")),
        sa.CheckConstraint("size = octet_length(content) AND size > 0", name=op.f("ck_desk_file_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_file")),
        sa.UniqueConstraint("life", "subject_id", "sha256", name=op.f("uq_desk_file_life_subject_id_sha256")),
    )
    op.create_table(
        "desk_holder",
        *_subject(autoincrement=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False, comment="who"),
        sa.Column("since", MOMENT, nullable=False, comment="when it was handed to them"),
        sa.Column("by", sa.Text(), nullable=False, comment="person:… who handed it"),
        sa.CheckConstraint(LIFE, name=op.f("ck_desk_holder_life_known")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_desk_holder_user_id")),
        sa.PrimaryKeyConstraint("life", "subject_id", name=op.f("pk_desk_holder")),
    )
    op.create_index(op.f("ix_desk_holder_user_id"), "desk_holder", ["user_id"])
    _knowledge()
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.create_index(
        "ix_case_to_answer",
        "case",
        ["department", "respond_by"],
        postgresql_where=sa.text("state = 'assigned'"),
    )
    op.create_index(
        "ix_case_to_solve",
        "case",
        ["department", "resolve_by"],
        postgresql_where=sa.text("state = 'responded'"),
    )
    op.create_index("ix_action_department", "action", ["department", "due_at"])


def _knowledge() -> None:
    op.create_table(
        "knowledge",
        _key(),
        sa.Column("kind", sa.Text(), nullable=False, comment="standard answer, or case worth learning from"),
        sa.Column("state", sa.Text(), nullable=False, comment="draft, published or retired"),
        sa.Column("issue", sa.Text(), nullable=True, comment="issue of the taxonomy it belongs to"),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="newest version"),
        *_words(),
        sa.Column("terms", TEXTS, nullable=False, comment="words and pairs of characters it is found by"),
        sa.Column(
            "origin", sa.Text(), nullable=True, comment="problem:12 or feedback:34 it was made from, once"
        ),
        sa.Column("changed_at", MOMENT, nullable=False, comment="when it was last changed"),
        sa.CheckConstraint("kind IN ('answer', 'case')", name=op.f("ck_knowledge_kind_known")),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'retired')", name=op.f("ck_knowledge_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge")),
        sa.UniqueConstraint("origin", name=op.f("uq_knowledge_origin")),
    )
    op.create_index(op.f("ix_knowledge_issue"), "knowledge", ["issue"])
    op.create_index(
        "ix_knowledge_terms",
        "knowledge",
        ["terms"],
        postgresql_using="gin",
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "knowledge_version",
        sa.Column("knowledge_id", sa.BigInteger(), nullable=False, comment="entry"),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False, comment="1, 2, 3 …"),
        sa.Column("state", sa.Text(), nullable=False, comment="state from then on"),
        *_words(),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was changed"),
        sa.Column("at", MOMENT, nullable=False, comment="when"),
        sa.Column("by", sa.Text(), nullable=False, comment="person:…, rule:… or system:…"),
        sa.ForeignKeyConstraint(
            ["knowledge_id"], ["knowledge.id"], name=op.f("fk_knowledge_version_knowledge_id")
        ),
        sa.PrimaryKeyConstraint("knowledge_id", "version", name=op.f("pk_knowledge_version")),
    )
    op.create_table(
        "knowledge_use",
        _key(),
        sa.Column("knowledge_id", sa.BigInteger(), nullable=False, comment="entry"),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="its version then"),
        sa.Column("case_id", sa.BigInteger(), nullable=False, comment="case answered with it"),
        sa.Column("at", MOMENT, nullable=False, comment="when"),
        sa.Column("by", sa.Text(), nullable=False, comment="person:…"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_knowledge_use_case_id")),
        sa.ForeignKeyConstraint(
            ["knowledge_id"], ["knowledge.id"], name=op.f("fk_knowledge_use_knowledge_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_use")),
    )
    op.create_index(op.f("ix_knowledge_use_knowledge_id"), "knowledge_use", ["knowledge_id"])
    op.create_index(op.f("ix_knowledge_use_case_id"), "knowledge_use", ["case_id"])


def downgrade() -> None:
    op.drop_index("ix_action_department", "action")
    op.drop_index("ix_case_to_solve", "case")
    op.drop_index("ix_case_to_answer", "case")
    for table in ("knowledge_use", "knowledge_version", "knowledge", "desk_holder", "desk_file", "desk_note"):
        op.drop_table(table)
