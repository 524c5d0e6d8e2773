"""departments that were called in and have not answered are watched like every other promise

Revision: 0029
Follows: 0028
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        INSERT INTO sla_watch (life, subject_id, next_at)
        SELECT 'joint', id, asked_at FROM case_task WHERE done_at IS NULL ON CONFLICT DO NOTHING
        """
    )


def downgrade() -> None:
    for table in ("sla_fired", "sla_lap", "sla_watch"):
        op.execute(f"DELETE FROM {table} WHERE life = 'joint'")  # noqa: S608  (names of this file)
