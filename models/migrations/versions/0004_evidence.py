"""evidence that comes with feedback, and what it made of vague complaints

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("feedback_id", sa.BigInteger(), autoincrement=False, nullable=False,
                  comment="feedback it came with"),
        sa.Column("text", sa.Text(), nullable=False,
                  comment="records under the titles of their columns, masked"),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name=op.f("fk_evidence_feedback_id")),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_evidence")),
    )
    op.create_table(
        "clarification",
        sa.Column("annotation_id", sa.BigInteger(), autoincrement=False, nullable=False,
                  comment="annotation it explains"),
        sa.Column("feedback_id", sa.BigInteger(), nullable=False, comment="the vague complaint"),
        sa.Column("author", sa.Text(), nullable=False,
                  comment="rule, or assistant:… with the name of its model"),
        sa.Column("issue", sa.Text(), nullable=True, comment="issue the citation shows"),
        sa.Column("source", sa.Text(), nullable=True, comment="title of the record that is cited"),
        sa.Column("span_start", sa.BigInteger(), nullable=True,
                  comment="first character of the quotation in the evidence"),
        sa.Column("span_end", sa.BigInteger(), nullable=True, comment="one past its last character"),
        sa.Column("quote", sa.Text(), nullable=True, comment="the quotation, masked like all evidence"),
        sa.Column("confidence", sa.Float(), nullable=True, comment="0–1"),
        sa.Column("question", sa.Text(), nullable=True,
                  comment="what the customer is asked while nothing shows it"),
        sa.CheckConstraint("(issue IS NULL) = (question IS NOT NULL)", name=op.f("ck_clarification_cited_or_asked")),
        sa.CheckConstraint("num_nulls(issue, source, span_start, span_end, quote, confidence) IN (0, 6)",
                           name=op.f("ck_clarification_cited_whole")),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name=op.f("fk_clarification_annotation_id")),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name=op.f("fk_clarification_feedback_id")),
        sa.PrimaryKeyConstraint("annotation_id", name=op.f("pk_clarification")),
    )
    op.create_index("ix_clarification_feedback_id", "clarification", ["feedback_id"])


def downgrade() -> None:
    op.drop_table("clarification")
    op.drop_table("evidence")
