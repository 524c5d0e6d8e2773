"""notes, files and versions of entries give way to erasing, and to nothing else

Revision: 0027
Follows: 0026
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KEPT = ("desk_note", "desk_file", "knowledge_version")
# Said for one transaction by models.customers.erasing; the roles of the portal may not update these tables at all.
GIVES_WAY = """
    CREATE FUNCTION refuse_change_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('voc.erasing', true) = 'yes' AND TG_OP <> 'TRUNCATE' THEN RETURN NULL; END IF;
        RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;
    END $$
    """


def upgrade() -> None:
    op.execute(GIVES_WAY)
    _guard("refuse_change_but_erasing")


def downgrade() -> None:
    _guard("refuse_change")
    op.execute("DROP FUNCTION refuse_change_but_erasing()")


def _guard(function: str) -> None:
    for table in KEPT:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
