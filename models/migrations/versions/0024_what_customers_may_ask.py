"""what customer pages may ask of what they cannot see: a number with four digits, what was changed, a signature

Revision: 0024
Follows: 0023
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

FEEDBACK = "nullif(current_setting('voc.feedback', true), '')::bigint"
FUNCTIONS = {
    # The telephone stays in the vault; whoever knows the number and four of its digits gets the feedback.
    "tracked(text, text)": """
        CREATE FUNCTION tracked(number text, digits text) RETURNS bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT f.id FROM feedback f JOIN vault.contact c ON c.customer_id = f.customer_id
            WHERE f.tracking_number = number AND length(digits) = 4
              AND right(regexp_replace(c.phone, '[^0-9]', '', 'g'), 4) = digits
        $$""",
    # Measures that are live on the problems of the feedback of this page (or of the one it repeats).
    "tracked_changes()": f"""
        CREATE FUNCTION tracked_changes() RETURNS TABLE (
            measure text, went_live timestamptz, verdict text, change double precision, metric text, verification bigint)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT DISTINCT ON (a.id) a.measure, a.went_live, v.verdict,
                   CASE jsonb_typeof(v.result -> 'change') WHEN 'number'
                        THEN CAST(v.result ->> 'change' AS double precision) END,
                   COALESCE(v.result ->> 'metric', 'complaint_rate'), v.id
            FROM feedback f JOIN problem_member m ON m.feedback_id = COALESCE(f.copy_of, f.id)
            JOIN action a ON a.problem_id = m.problem_id AND a.went_live IS NOT NULL
             AND a.state IN ('implemented', 'verified')
            LEFT JOIN verification v ON v.action_id = a.id
            WHERE f.id = {FEEDBACK} AND a.went_live > f.occurred_at - interval '28 days'
            ORDER BY a.id, v.attempt DESC
        $$""",
    # The way to reach the customer of the page goes from the vault into the vault, seen by nobody.
    "sign_remark(bigint)": f"""
        CREATE FUNCTION sign_remark(raw bigint) RETURNS void
        LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            UPDATE vault.raw_record r
            SET payload = r.payload || jsonb_strip_nulls(jsonb_build_object('电话', c.phone, '邮箱', c.email))
            FROM feedback f JOIN vault.contact c ON c.customer_id = f.customer_id
            WHERE f.id = {FEEDBACK} AND r.id = raw AND r.outcome = 'pending' AND r.record_key LIKE 'remark-%'
        $$""",
    # Whether a record was erased, for those who take words in and may not look into the list.
    "anything_erased()": """
        CREATE FUNCTION anything_erased() RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT EXISTS (SELECT FROM vault.tombstone)
        $$""",
    "was_erased(text, bigint, text)": """
        CREATE FUNCTION was_erased(salt text, source bigint, key text) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT EXISTS (SELECT FROM vault.tombstone
                WHERE hash = encode(sha256(convert_to(salt || source || ':' || key, 'UTF8')), 'hex'))
        $$""",
}


def upgrade() -> None:
    for signature, made in FUNCTIONS.items():
        op.execute(made)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in ("voc_public", "voc_portal"):
            op.execute(
                f"""
                DO $$ BEGIN GRANT EXECUTE ON FUNCTION {signature} TO {role};
                EXCEPTION WHEN undefined_object THEN NULL; END $$
                """
            )


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
