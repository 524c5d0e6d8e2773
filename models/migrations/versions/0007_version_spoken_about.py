"""feedback names the release it speaks of: application, firmware or product version as given

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feedback", sa.Column(
        "version", sa.Text(), nullable=True, comment="release of the application, firmware or product, as given"))


def downgrade() -> None:
    op.drop_column("feedback", "version")
