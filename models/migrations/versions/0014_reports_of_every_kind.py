"""reports of every kind, on paper and as a workbook, and their release

Revision: 0014
Follows: 0013
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATE = """CASE WHEN refused_at IS NOT NULL THEN 'refused' WHEN released_at IS NOT NULL THEN 'released'
WHEN asked_at IS NOT NULL THEN 'waiting' ELSE 'draft' END"""
OLD, NEW = "'run', 'weekly', 'monthly'", "'run', 'weekly', 'monthly', 'action', 'department', 'meeting'"


def upgrade() -> None:
    _kinds(NEW)
    for column in _columns():
        op.add_column("report", column)
    op.alter_column("report", "kind", comment="run, weekly, monthly, action, department or meeting")
    op.alter_column("report", "path", comment="page, relative to the home folder")
    op.alter_column("report", "sha256", comment="of the page")
    op.alter_column("report", "facts", comment="the numbers it prints")
    op.create_foreign_key(op.f("fk_report_department"), "report", "department", ["department"], ["code"])
    op.create_foreign_key(op.f("fk_report_action_id"), "report", "action", ["action_id"], ["id"])
    op.create_check_constraint(op.f("ck_report_decided_once"), "report", "released_at IS NULL OR refused_at IS NULL")


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("title", sa.Text(), nullable=False, server_default="", comment="Chinese title, as printed"),
        sa.Column("department", sa.Text(), comment="department it is about, if it is about one"),
        sa.Column("action_id", sa.BigInteger(), comment="action it is about, if it is about one"),
        sa.Column("pdf_path", sa.Text(), comment="the same for paper, relative to the home folder"),
        sa.Column("xlsx_path", sa.Text(), comment="its figures as a workbook, relative to the home folder"),
        sa.Column("scope", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb"),
                  comment="what it takes to write it again: time, run, versions"),
        sa.Column("approval_id", sa.BigInteger(), comment="approval that was asked for"),
        sa.Column("asked_at", sa.DateTime(timezone=True), comment="when approval was asked for"),
        sa.Column("released_at", sa.DateTime(timezone=True), comment="when leadership was told"),
        sa.Column("refused_at", sa.DateTime(timezone=True), comment="when it was sent back"),
        sa.Column("state", sa.Text(), sa.Computed(STATE, persisted=True), nullable=False,
                  comment="draft, waiting, released or refused; follows from the moments"),
    ]


def _kinds(listed: str) -> None:
    op.drop_constraint(op.f("ck_report_kind_known"), "report", type_="check")
    op.create_check_constraint(op.f("ck_report_kind_known"), "report", f"kind IN ({listed})")


def downgrade() -> None:
    op.execute("DELETE FROM report WHERE kind NOT IN ('run', 'weekly', 'monthly')")
    op.drop_constraint(op.f("ck_report_decided_once"), "report", type_="check")
    op.drop_column("report", "state")
    for column in _columns()[:-1]:
        op.drop_column("report", column.name)
    _kinds(OLD)
    op.alter_column("report", "kind", comment="run, weekly or monthly")
    op.alter_column("report", "path", comment="file, relative to the home folder")
    op.alter_column("report", "sha256", comment="of the file")
    op.alter_column("report", "facts", comment="the numbers it shows")
