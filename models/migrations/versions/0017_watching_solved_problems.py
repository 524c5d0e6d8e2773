"""watching solved problems for a relapse

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "relapse_watch",
        sa.Column(
            "problem_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="problem watched"
        ),
        sa.Column(
            "round", sa.BigInteger(), autoincrement=False, nullable=False, comment="round that was effective"
        ),
        sa.Column(
            "verification_id",
            sa.BigInteger(),
            nullable=False,
            comment="verdict whose level it is held against",
        ),
        sa.Column("model", sa.Text(), nullable=True, comment="model that read what is counted"),
        sa.Column("taxonomy", sa.Text(), nullable=True, comment="taxonomy of that reading"),
        sa.Column("reached", sa.Float(), nullable=False, comment="rate that was reached"),
        sa.Column("highest", sa.Float(), nullable=False, comment="highest rate that is no relapse"),
        sa.Column("phi", sa.Float(), nullable=False, comment="variance of weekly counts over their mean"),
        sa.Column(
            "through",
            sa.Date(),
            nullable=False,
            comment="last day judged; what comes later for it counts no more",
        ),
        sa.Column("weeks", sa.BigInteger(), nullable=False, comment="weeks judged"),
        sa.Column("logs", postgresql.JSONB(), nullable=False, comment="log weight of each size of relapse"),
        sa.Column(
            "evidence",
            sa.Float(),
            nullable=False,
            comment="e-value: how much likelier than none a relapse is",
        ),
        sa.Column(
            "relapsed_at", sa.DateTime(timezone=True), nullable=True, comment="when the problem was re-opened"
        ),
        sa.CheckConstraint("weeks >= 0 AND evidence >= 0", name=op.f("ck_relapse_watch_not_negative")),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_relapse_watch_problem_id")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verification.id"], name=op.f("fk_relapse_watch_verification_id")
        ),
        sa.PrimaryKeyConstraint("problem_id", "round", name=op.f("pk_relapse_watch")),
    )


def downgrade() -> None:
    op.drop_table("relapse_watch")
