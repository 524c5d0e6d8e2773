"""feedback that is kept and answered but not counted: bought praise, copy waves, crawler artefacts

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feedback", sa.Column(
        "suspect", sa.Text(), nullable=True,
        comment="why it counts neither as praise nor as complaint; its case is answered all the same"))
    op.create_check_constraint(
        op.f("ck_feedback_suspect_known"), "feedback", "suspect IN ('praise_burst', 'copy_wave', 'crawler')")


def downgrade() -> None:
    op.drop_column("feedback", "suspect")
