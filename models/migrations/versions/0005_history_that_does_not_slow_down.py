"""history that does not slow new rows down: one index for bands, complaints counted by day, outcomes in a view

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# In UTC: a day is only a bucket of the window here, and UTC days need no time zone of the session.
COUNTED = """
    INSERT INTO issue_day (issue, day, events, moments, customers)
    SELECT issue, day, count(*), (array_agg(moment ORDER BY moment, customer))[1:32],
           (array_agg(customer ORDER BY moment, customer))[1:32]
    FROM (SELECT m.issue, (f.occurred_at AT TIME ZONE 'UTC')::date AS day,
                 extract(epoch FROM f.occurred_at)::bigint AS moment, COALESCE(f.customer_id, -f.id) AS customer
          FROM mention m JOIN feedback f ON f.id = m.feedback_id
          WHERE m.polarity = -1 AND m.current AND f.superseded_by IS NULL) complaint GROUP BY issue, day
    UNION ALL
    SELECT '', (occurred_at AT TIME ZONE 'UTC')::date, count(*), '{}', '{}' FROM feedback
    WHERE disposition = 'accepted' AND superseded_by IS NULL GROUP BY 2
"""
# What became of a raw record stands in one place: with the feedback it became, or in the record if it became none.
OUTCOMES = """
    CREATE VIEW vault.raw_outcome AS
    SELECT r.id, r.source_id, r.batch_id, r."row", r.record_key,
           CASE f.disposition WHEN 'accepted' THEN 'stored' ELSE COALESCE(f.disposition, r.outcome) END AS outcome,
           COALESCE(f.reason, 'feedback:' || f.copy_of, r.reason) AS reason
    FROM vault.raw_record r LEFT JOIN feedback f ON f.raw_record_id = r.id
"""


def upgrade() -> None:
    op.drop_constraint("pk_duplicate_band", "duplicate_band", type_="primary")
    op.drop_constraint("fk_duplicate_band_feedback_id", "duplicate_band", type_="foreignkey")
    op.drop_index("ix_duplicate_band_key", "duplicate_band")
    op.drop_column("duplicate_band", "band")
    op.create_primary_key("pk_duplicate_band", "duplicate_band", ["key", "feedback_id"])
    op.drop_index("ix_feedback_content", "feedback")
    op.create_table(
        "issue_day",
        sa.Column("issue", sa.Text(), nullable=False, comment="issue code; empty: all accepted feedback"),
        sa.Column("day", sa.Date(), nullable=False, comment="day in UTC"),
        sa.Column("events", sa.BigInteger(), nullable=False, comment="complaints of that day"),
        sa.Column(
            "moments",
            postgresql.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="when the first of them were made, in seconds since 1970; more do not change a priority",
        ),
        sa.Column(
            "customers", postgresql.ARRAY(sa.BigInteger()), nullable=False, comment="by whom those were made"
        ),
        sa.CheckConstraint("events >= 0", name=op.f("ck_issue_day_not_negative")),
        sa.PrimaryKeyConstraint("issue", "day", name=op.f("pk_issue_day")),
    )
    op.execute(COUNTED)
    op.execute(OUTCOMES)


def downgrade() -> None:
    op.execute("DROP VIEW vault.raw_outcome")
    op.drop_table("issue_day")
    op.create_index("ix_feedback_content", "feedback", ["content_hash"])
    op.drop_constraint("pk_duplicate_band", "duplicate_band", type_="primary")
    op.add_column(
        "duplicate_band",
        sa.Column("band", sa.SmallInteger(), nullable=True, comment="number of the band"),
    )
    op.execute(
        """
        UPDATE duplicate_band b SET band = n.band FROM (SELECT key, feedback_id, row_number() OVER (
            PARTITION BY feedback_id ORDER BY key) - 1 AS band FROM duplicate_band) n
        WHERE n.key = b.key AND n.feedback_id = b.feedback_id
        """
    )
    op.alter_column("duplicate_band", "band", nullable=False)
    op.create_primary_key("pk_duplicate_band", "duplicate_band", ["feedback_id", "band"])
    op.create_index("ix_duplicate_band_key", "duplicate_band", ["key"])
    op.create_foreign_key(
        "fk_duplicate_band_feedback_id", "duplicate_band", "feedback", ["feedback_id"], ["id"]
    )
