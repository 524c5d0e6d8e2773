"""where a measure goes live, and contracts that may be written anew until it does

Revision: 0023
Follows: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

REFUSE = "RAISE EXCEPTION 'contract % is locked', OLD.id;"
# Until the go-live a locked contract may be replaced by the next one, locked as well; the old one is kept.
ANEW = f"""
    IF TG_OP = 'UPDATE' AND NEW.action_id = OLD.action_id AND NEW.revision = OLD.revision + 1
       AND NEW.locked_at IS NOT NULL AND NEW.locked_at >= OLD.locked_at
       AND NOT EXISTS (SELECT 1 FROM action WHERE id = OLD.action_id AND went_live IS NOT NULL) THEN
        INSERT INTO contract_version (action_id, revision, body, locked_hash, locked_at, locked_by)
        VALUES (OLD.action_id, OLD.revision, OLD.body, OLD.locked_hash, OLD.locked_at, COALESCE(OLD.locked_by, ''));
        RETURN NEW;
    END IF;
    {REFUSE}
"""


def upgrade() -> None:
    op.add_column(
        "contract",
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False,
                  comment="1, and one more each time it is written anew before the go-live"),
    )
    op.create_table(
        "contract_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("action_id", sa.BigInteger(), nullable=False, comment="measure it judged"),
        sa.Column("revision", sa.BigInteger(), nullable=False, comment="1, 2, 3 …"),
        sa.Column("body", sa.Text(), nullable=False, comment="canonical JSON"),
        sa.Column("locked_hash", sa.Text(), nullable=False, comment="sha256 of the body"),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False, comment="when it was locked"),
        sa.Column("locked_by", sa.Text(), nullable=False, comment="who locked it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_version")),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_contract_version_action_id")),
        sa.UniqueConstraint("action_id", "revision", name=op.f("uq_contract_version_action_id_revision")),
    )
    op.create_table(
        "action_rollout",
        sa.Column("action_id", sa.BigInteger(), nullable=False, comment="measure"),
        sa.Column("kind", sa.Text(), nullable=False, comment="region, product or agent"),
        sa.Column("unit", sa.Text(), nullable=False, comment="its name as feedback has it"),
        sa.Column("live_on", sa.Date(), nullable=False, comment="day it goes or went live there, in Asia/Shanghai"),
        sa.CheckConstraint("kind IN ('region', 'product', 'agent')", name=op.f("ck_action_rollout_kind_known")),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_action_rollout_action_id")),
        sa.PrimaryKeyConstraint("action_id", "kind", "unit", name=op.f("pk_action_rollout")),
    )
    _keep(ANEW)
    op.execute(
        "CREATE TRIGGER contract_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON contract_version "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    _keep(REFUSE)
    op.drop_table("action_rollout")
    op.drop_table("contract_version")
    op.drop_column("contract", "revision")


def _keep(body: str) -> None:
    op.execute(
        f"CREATE OR REPLACE FUNCTION keep_locked_contract() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    )
