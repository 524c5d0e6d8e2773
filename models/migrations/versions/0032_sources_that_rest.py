"""a source can rest: it is not read and not waited for until somebody wakes it

Revision: 0032
Follows: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    at = sa.Column("paused_at", sa.DateTime(timezone=True), comment="since when it is not read; empty: it is")
    op.add_column("source", at)
    op.add_column("source", sa.Column("paused_because", sa.Text(), comment="why it is not read"))
    told = "(paused_at IS NULL) = (paused_because IS NULL)"
    op.create_check_constraint(op.f("ck_source_paused"), "source", told)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_source_paused"), "source")
    for column in ("paused_at", "paused_because"):
        op.drop_column("source", column)
