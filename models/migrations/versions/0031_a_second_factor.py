"""people can prove who they are by an app on their telephone, beside the password

Revision: 0031
Follows: 0030
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="whose it is"),
        sa.Column(
            "sealed_secret",
            sa.LargeBinary(),
            nullable=False,
            comment="shared with the app; encrypted, the key is not in the database",
        ),
        sa.Column(
            "last_step",
            sa.BigInteger(),
            nullable=False,
            comment="half minute of the code used last: none works twice",
        ),
        sa.Column(
            "spares",
            postgresql.ARRAY(sa.LargeBinary()),
            nullable=False,
            comment="sha256 of the one-time codes that are left",
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="when it was set up"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_second_factor_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )


def downgrade() -> None:
    op.drop_table("second_factor")
