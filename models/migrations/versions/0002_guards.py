"""logs are append-only, locked contracts stay as they are

Revision: 0002
Follows: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LOGS = ("case_log", "problem_log", "action_log")


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME; END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION keep_locked_contract() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'contract % is locked', OLD.id; END $$
        """
    )
    for log in LOGS:
        op.execute(
            f"CREATE TRIGGER {log}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {log} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER contract_locked BEFORE UPDATE OR DELETE ON contract FOR EACH ROW "
        "WHEN (OLD.locked_at IS NOT NULL) EXECUTE FUNCTION keep_locked_contract()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER contract_locked ON contract")
    for log in LOGS:
        op.execute(f"DROP TRIGGER {log}_append_only ON {log}")
    op.execute("DROP FUNCTION keep_locked_contract()")
    op.execute("DROP FUNCTION refuse_change()")
