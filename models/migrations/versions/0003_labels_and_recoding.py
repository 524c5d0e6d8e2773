"""labels, adopted models, breaks in the coding, and which annotation is current

Revision: 0003
Follows: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
MOMENT = sa.DateTime(timezone=True)


def annotation_columns() -> "list[sa.Column[Any]]":
    return [
        sa.Column("current", sa.Boolean(), server_default=sa.text("true"), nullable=False,
                  comment="the annotation that figures are made from"),
        sa.Column("tone", sa.Text(), nullable=True, comment="positive, neutral or negative"),
        sa.Column("dimension_confidence", sa.Float(), nullable=True, comment="calibrated, 0–1"),
        sa.Column("areas", JSONB, nullable=True,
                  comment="business areas spoken of: area, sentiment, start, end, confidence"),
        sa.Column("unsure", JSONB, nullable=True, comment="what the model does not dare to say"),
    ]


def upgrade() -> None:
    for column in annotation_columns():
        op.add_column("annotation", column)
    op.create_check_constraint(
        op.f("ck_annotation_tone_known"), "annotation", "tone IN ('positive', 'neutral', 'negative')"
    )
    op.create_index(
        "uq_annotation_current", "annotation", ["feedback_id"], unique=True, postgresql_where="current"
    )
    op.add_column(
        "mention",
        sa.Column("current", sa.Boolean(), server_default=sa.text("true"), nullable=False,
                  comment="belongs to the current annotation"),
    )
    op.create_table(
        "label_draw",
        sa.Column("feedback_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="feedback"),
        sa.Column("stratum", sa.Text(), nullable=False,
                  comment="audit: drawn at random; active: chosen to learn from"),
        sa.Column("drawn_at", MOMENT, nullable=False, comment="when it was drawn"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was chosen"),
        sa.Column("frame", sa.BigInteger(), nullable=False,
                  comment="highest feedback id there was when it was drawn"),
        sa.CheckConstraint("stratum IN ('audit', 'active')", name=op.f("ck_label_draw_stratum_known")),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name=op.f("fk_label_draw_feedback_id")),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_label_draw")),
    )
    op.create_table(
        "label",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("feedback_id", sa.BigInteger(), nullable=False, comment="drawn feedback"),
        sa.Column("labeller", sa.Text(), nullable=False, comment="who says so"),
        sa.Column("labelled_at", MOMENT, nullable=False, comment="time of the last answer"),
        sa.Column("type", sa.Text(), nullable=True, comment="praise, suggestion, complaint or enquiry"),
        sa.Column("tone", sa.Text(), nullable=True, comment="positive, neutral or negative"),
        sa.Column("issues", JSONB, nullable=True, comment="issue code → polarity −1, 0, 1; empty: none"),
        sa.Column("areas", JSONB, nullable=True, comment="area code → polarity −1, 0, 1; empty: none"),
        sa.Column("note", sa.Text(), nullable=True, comment="remark of the labeller"),
        sa.CheckConstraint("type IN ('praise', 'suggestion', 'complaint', 'enquiry')",
                           name=op.f("ck_label_type_known")),
        sa.CheckConstraint("tone IN ('positive', 'neutral', 'negative')", name=op.f("ck_label_tone_known")),
        sa.ForeignKeyConstraint(["feedback_id"], ["label_draw.feedback_id"], name=op.f("fk_label_feedback_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
        sa.UniqueConstraint("feedback_id", "labeller", name=op.f("uq_label_feedback_id_labeller")),
    )
    op.create_table(
        "model_adoption",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("step", sa.Text(), nullable=False, comment="adopt, or back to the one before"),
        sa.Column("version", sa.Text(), nullable=False, comment="model in use from now on"),
        sa.Column("replaced", sa.Text(), nullable=False, comment="model in use until now"),
        sa.Column("at", MOMENT, nullable=False, comment="when"),
        sa.Column("by", sa.Text(), nullable=False, comment="who"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why, in Chinese"),
        sa.Column("facts", JSONB, nullable=False, comment="the comparison on held-out rows"),
        sa.CheckConstraint("step IN ('adopt', 'back')", name=op.f("ck_model_adoption_step_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_adoption")),
    )
    op.execute(
        "CREATE TRIGGER model_adoption_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON model_adoption "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_table(
        "coding_break",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("model_version", sa.Text(), nullable=False, comment="model that read again"),
        sa.Column("taxonomy_version", sa.Text(), nullable=False, comment="taxonomy used"),
        sa.Column("replaced", JSONB, nullable=False, comment="pairs of model and taxonomy that had read before"),
        sa.Column("since", MOMENT, nullable=True, comment="only feedback from then on was read again"),
        sa.Column("started_at", MOMENT, nullable=False, comment="when reading again began"),
        sa.Column("finished_at", MOMENT, nullable=True, comment="when all was read; null while under way"),
        sa.Column("rows_recoded", sa.BigInteger(), nullable=False, comment="feedback read again"),
        sa.Column("type_changed", sa.BigInteger(), nullable=False, comment="rows whose type changed"),
        sa.Column("issue_changed", sa.BigInteger(), nullable=False, comment="rows whose complaints changed"),
        sa.Column("areas", JSONB, nullable=False, comment="area → complaints before and after"),
        sa.Column("by", sa.Text(), nullable=False, comment="who asked for it"),
        sa.Column("run", sa.Text(), nullable=True, comment="flow run it came from"),
        sa.CheckConstraint("rows_recoded >= 0", name=op.f("ck_coding_break_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding_break")),
    )


def downgrade() -> None:
    op.execute("DELETE FROM mention WHERE NOT current")
    op.execute("DELETE FROM annotation WHERE NOT current")
    for table in ("coding_break", "model_adoption", "label", "label_draw"):
        op.drop_table(table)
    op.drop_column("mention", "current")
    op.drop_index("uq_annotation_current", "annotation")
    for column in reversed(annotation_columns()):
        op.drop_column("annotation", column.name)
