"""who was asked to fill in a questionnaire, and whose answer came back

Revision: 0026
Follows: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SIGN = """
    CREATE FUNCTION sign_answer(raw bigint, invitation bigint) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        UPDATE vault.raw_record r
        SET payload = r.payload || jsonb_strip_nulls(jsonb_build_object('手机号', c.phone, '邮箱', c.email))
        FROM survey_invitation i JOIN vault.contact c ON c.customer_id = i.customer_id
        WHERE i.id = invitation AND r.id = raw AND r.outcome = 'pending' AND r.record_key = 'i-' || i.id
    $$"""


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "survey_invitation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("survey_id", sa.BigInteger(), nullable=False, comment="questionnaire"),
        sa.Column("customer_id", sa.BigInteger(), nullable=False, comment="who was asked"),
        sa.Column("subject", sa.Text(), nullable=False, comment="what about: case:12 or quarter:2026Q2"),
        sa.Column("asked_at", moment, nullable=False, comment="when it was decided to ask"),
        sa.Column("expires_at", moment, nullable=False, comment="not answered through its link after this"),
        sa.Column("answered_at", moment, nullable=True, comment="when it was answered"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_survey_invitation_customer_id")
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_invitation_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_invitation")),
        sa.UniqueConstraint("subject", "customer_id", name=op.f("uq_survey_invitation_subject_customer_id")),
    )
    op.create_index("ix_survey_invitation_customer", "survey_invitation", ["customer_id", "asked_at"])
    op.execute(SIGN)
    op.execute("REVOKE EXECUTE ON FUNCTION sign_answer(bigint, bigint) FROM PUBLIC")
    op.execute(
        """
        DO $$ BEGIN GRANT EXECUTE ON FUNCTION sign_answer(bigint, bigint) TO voc_portal;
        EXCEPTION WHEN undefined_object THEN NULL; END $$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION sign_answer(bigint, bigint)")
    op.drop_table("survey_invitation")
