"""whether a customer said the same before is found without reading what else he said

Revision: 0030
Follows: 0029
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_feedback_customer", "feedback", ["customer_id", "content_hash"])
    op.drop_index("ix_feedback_customer_id", "feedback")


def downgrade() -> None:
    op.create_index("ix_feedback_customer_id", "feedback", ["customer_id"])
    op.drop_index("ix_feedback_customer", "feedback")
