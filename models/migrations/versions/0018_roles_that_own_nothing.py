"""roles that own nothing, for the portal and for customer pages, and what they need of what they may not see

Revision: 0018
Follows: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ROLES = ("voc_portal", "voc_public")


def upgrade() -> None:
    for role in ROLES:
        # Roles belong to the whole server: another database of it may have made them. Who may not make roles
        # goes on without; the portal says what is missing when it is started.
        op.execute(
            f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
                END IF;
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN RAISE NOTICE 'role {role} has to be made by an administrator';
            END $$
            """
        )
    # Who can be told something, without how: the vault stays closed to those who ask.
    op.execute("CREATE VIEW reachable AS SELECT customer_id FROM vault.contact")
    op.execute(
        """
        CREATE FUNCTION own_problems() RETURNS SETOF bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
            SELECT id FROM problem
            WHERE department = ANY (string_to_array(current_setting('voc.departments', true), ','))
            UNION
            SELECT problem_id FROM action
            WHERE department = ANY (string_to_array(current_setting('voc.departments', true), ','))
        $$
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION own_problems() FROM PUBLIC")


def downgrade() -> None:
    # The rules of models/guarding.py hang on functions and tables that go. The roles stay: other databases of
    # the server may use them.
    op.execute(
        """
        DO $$ DECLARE rule record; BEGIN
            FOR rule IN SELECT policyname, schemaname, tablename FROM pg_policies
                        WHERE policyname IN ('house_owner', 'voc_portal', 'voc_public')
            LOOP
                EXECUTE format('DROP POLICY %I ON %I.%I', rule.policyname, rule.schemaname, rule.tablename);
            END LOOP;
        END $$
        """
    )
    op.execute("COMMENT ON SCHEMA vault IS NULL")
    op.execute("DROP FUNCTION own_problems()")
    op.execute("DROP VIEW reachable")
