"""indexes of copies and of the registry in sorted runs instead of a row for each key; made anew from what is stored

Revision: 0028
Follows: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def _number(name: str, comment: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False, comment=comment)


def upgrade() -> None:
    op.drop_table("duplicate_band")
    op.drop_table("registry_anchor")
    op.drop_table("registry_day")
    op.create_table(
        "index_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("kind", sa.Text(), nullable=False, comment="index it belongs to"),
        sa.Column(
            "token", sa.Text(), nullable=False, comment="names it for ever, whatever becomes of its id"
        ),
        sa.Column("entries", sa.BigInteger(), nullable=False, comment="entries it has"),
        sa.Column("width", sa.BigInteger(), nullable=False, comment="numbers of an entry"),
        sa.Column(
            "heads",
            sa.LargeBinary(),
            nullable=False,
            comment="first two numbers of each block, 64 bits each, lowest byte first",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_run")),
        sa.UniqueConstraint("token", name=op.f("uq_index_run_token")),
    )
    op.create_index("ix_index_run_kind", "index_run", ["kind"])
    op.create_table(
        "index_block",
        sa.Column("run_id", sa.BigInteger(), nullable=False, comment="run"),
        _number("place", "0, 1, 2 … within the run"),
        sa.Column(
            "body", sa.LargeBinary(), nullable=False, comment="entries, 64 bits a number, lowest byte first"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["index_run.id"], name=op.f("fk_index_block_run_id")),
        sa.PrimaryKeyConstraint("run_id", "place", name=op.f("pk_index_block")),
    )
    # Hashes do not become smaller, so nobody should try.
    op.execute("ALTER TABLE index_block ALTER body SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE index_run ALTER heads SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("index_block")
    op.drop_table("index_run")
    op.create_table(
        "duplicate_band",
        _number("key", "hash of the band"),
        _number("feedback_id", "feedback"),
        sa.PrimaryKeyConstraint("key", "feedback_id", name=op.f("pk_duplicate_band")),
    )
    op.create_table(
        "registry_anchor",
        _number("key", "rare pair of characters"),
        _number("at", "when it was said, seconds since 1970"),
        _number("feedback_id", "feedback"),
        _number("stream", "as in registry_member"),
        sa.PrimaryKeyConstraint("key", "at", "feedback_id", name=op.f("pk_registry_anchor")),
    )
    op.create_table(
        "registry_day",
        _number("stream", "as in registry_member"),
        _number("key", "rare pair of characters; 0: everything"),
        _number("day", "days since 1970, UTC"),
        _number("events", "feedback of that day"),
        sa.CheckConstraint("events > 0", name=op.f("ck_registry_day_not_empty")),
        sa.PrimaryKeyConstraint("stream", "key", "day", name=op.f("pk_registry_day")),
    )
