"""Who sees which rows: one line a table, held by PostgreSQL itself, whatever a page forgets to ask.

The portal connects as `voc_portal`, customer pages as `voc_public`: roles that own nothing and cannot go round
row-level security. What a transaction may see is said by settings local to it (models.people.rights); where nothing is
said, as on a connection fresh from the pool, nothing is seen. A new table needs a line here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from types import MappingProxyType

from sqlalchemy import Connection, text

from models.schema.intake import REMARKS

PORTAL, PUBLIC = "voc_portal", "voc_public"
# Written as sub-selects, so that PostgreSQL works them out once a query and not once a row.
_FAR = "(SELECT current_setting('voc.scope', true))"
_OWN = "(SELECT string_to_array(current_setting('voc.departments', true), ','))::text[]"
_PERSON = "(SELECT nullif(current_setting('voc.person', true), '')::bigint)"
_FEEDBACK = "(SELECT nullif(current_setting('voc.feedback', true), '')::bigint)"
HOUSE = f"{_FAR} = 'house'"
ALL = f"{_FAR} IN ('house', 'all')"
ANYBODY = f"{_FAR} IN ('house', 'all', 'own')"
NOBODY = "false"
_OWN_PROBLEMS = "ANY (ARRAY(SELECT own_problems()))"
# Asked past the rules of its table: a case and who is called in to it would ask about each other for ever.
_CALLED = """
    CREATE OR REPLACE FUNCTION called_to() RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT case_id FROM case_task
        WHERE department = ANY (string_to_array(current_setting('voc.departments', true), ','))
    $$"""
# A remark of the tracking page is feedback of its own; it belongs to whoever has the case it was added to.
_REMARKS = f"""
    CREATE OR REPLACE FUNCTION remarks_on(which bigint) RETURNS TABLE (said_at timestamptz, words text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT a.at, f.text FROM customer_answer a
        LEFT JOIN (feedback f JOIN source s ON s.id = f.source_id AND s.name = '{REMARKS}')
               ON f.record_key = 'remark-' || a.id AND f.superseded_by IS NULL
        WHERE a.feedback_id = which AND a.kind = 'remark'
          AND (current_setting('voc.scope', true) IN ('house', 'all') OR EXISTS (
               SELECT 1 FROM "case" k WHERE k.feedback_id = which
                 AND (k.department = ANY (string_to_array(current_setting('voc.departments', true), ','))
                      OR k.id IN (SELECT called_to()))))
        ORDER BY a.at
    $$"""  # noqa: S608  (of constants)


@dataclass(frozen=True)
class Guard:
    """What the two roles may do with a table, and with which of its rows."""

    rows: str
    may: str = "SELECT"
    public_rows: str = NOBODY
    public_may: str = ""
    written: str = ""  # which rows the portal may write, when those are fewer than it may read


def _own(
    rule: str, may: str = "SELECT, INSERT, UPDATE", public: str = "", public_may: str = "SELECT"
) -> Guard:
    return Guard(f"{ALL} OR {rule}", may, public or NOBODY, public_may if public else "")


def _of(table: str, key: str, public: bool = False, may: str = "SELECT, INSERT, UPDATE") -> Guard:
    """Whoever sees the row of another table sees what hangs on it."""
    rule = f"EXISTS (SELECT 1 FROM {table} parent WHERE parent.id = {key})"  # noqa: S608  (names of this file)
    return _own(rule, may, rule if public else "")


def _beside(table: str, may: str) -> Guard:
    """Whoever sees a case, a measure or a problem sees what lies beside it."""
    rules = (
        f"{table}.life = '{life}' AND EXISTS (SELECT 1 FROM \"{life}\" parent WHERE parent.id = {table}.subject_id)"  # noqa: S608
        for life in ("case", "action", "problem")
    )
    return _own(" OR ".join(f"({rule})" for rule in rules), may)


_CLOSED = Guard(NOBODY, "")
_SHARED = Guard(ANYBODY)
_OPERATORS = Guard(ALL)
_INTAKE = Guard(ALL, "SELECT, INSERT, UPDATE", f"{_FAR} = 'intake'", "SELECT, INSERT, UPDATE")

GUARDS: Mapping[str, Guard] = MappingProxyType(
    {
        # What customers said, and what was understood of it.
        "feedback": _own(
            'EXISTS (SELECT 1 FROM "case" k WHERE k.feedback_id = feedback.id)'
            " OR EXISTS (SELECT 1 FROM problem_member m"
            " WHERE m.feedback_id = COALESCE(feedback.copy_of, feedback.id))",
            "SELECT",
            f"id = {_FEEDBACK}",
        ),
        "annotation": _of("feedback", "feedback_id", may="SELECT"),
        "mention": _of("feedback", "feedback_id", may="SELECT"),
        "clarification": _of("feedback", "feedback_id", may="SELECT"),
        "evidence": _of("feedback", "feedback_id", may="SELECT"),
        "suspicion": Guard(ALL),
        "customer": _own("EXISTS (SELECT 1 FROM feedback f WHERE f.customer_id = customer.id)", "SELECT"),
        # The inner loop.
        "case": _own(
            f"department = ANY ({_OWN}) OR id = ANY (ARRAY(SELECT called_to()))",
            public=f"feedback_id = {_FEEDBACK}",
        ),
        "case_log": _of('"case"', "subject_id", public=True),
        "case_task": _own(
            f'department = ANY ({_OWN}) OR EXISTS (SELECT 1 FROM "case" parent WHERE parent.id = case_id)'  # noqa: S608
        ),
        # The outer loop.
        "problem": _own(f"id = {_OWN_PROBLEMS}"),
        "problem_log": _own(f"subject_id = {_OWN_PROBLEMS}"),
        "problem_member": _own(f"problem_id = {_OWN_PROBLEMS}", "SELECT, INSERT, UPDATE, DELETE"),
        "problem_lineage": _own(f"parent_id = {_OWN_PROBLEMS} OR child_id = {_OWN_PROBLEMS}"),
        "action": _own(f"problem_id = {_OWN_PROBLEMS}"),
        "action_log": _of("action", "subject_id"),
        "contract": _of("action", "action_id"),
        "contract_version": _of("action", "action_id", may="SELECT, INSERT"),
        "action_rollout": _of("action", "action_id", may="SELECT, INSERT, UPDATE"),
        "verification": _of("action", "action_id"),
        "relapse_watch": _OPERATORS,
        "rootcause": _own(
            f"department = ANY ({_OWN}) OR reviewer = ANY ({_OWN}) OR problem_id = {_OWN_PROBLEMS}"
        ),
        "rootcause_log": _of("rootcause", "subject_id"),
        # Deadlines and what was done about them.
        "sla_fired": Guard(ALL, "SELECT, INSERT, UPDATE"),
        "sla_lap": Guard(ALL, "SELECT, INSERT, UPDATE"),
        "sla_watch": Guard(ALL, "SELECT, INSERT, UPDATE"),
        # What customers are given, and what they answer.
        "tracking_link": Guard(ALL, "SELECT", "true", "SELECT"),
        "customer_answer": _own(
            "EXISTS (SELECT 1 FROM feedback f WHERE f.id = feedback_id)",
            "SELECT, INSERT",
            f"feedback_id = {_FEEDBACK}",
            "SELECT, INSERT",
        ),
        "customer_preference": _own(
            NOBODY,
            "SELECT",
            f"customer_id = (SELECT f.customer_id FROM feedback f WHERE f.id = {_FEEDBACK})",  # noqa: S608
            "SELECT, INSERT, UPDATE",
        ),
        "erasure": _own(NOBODY, "SELECT, UPDATE", f"feedback_id = {_FEEDBACK}", "SELECT, INSERT"),
        "survey": Guard(ANYBODY, "SELECT, UPDATE", "true", "SELECT", written=HOUSE),
        "campaign": Guard(ANYBODY, "SELECT, UPDATE", "true", "SELECT", written=HOUSE),
        "survey_invitation": Guard(ALL, "SELECT, UPDATE", written=HOUSE),
        # Alarms.
        "alarm": _own(f"department = ANY ({_OWN})", "SELECT"),
        "review": _own(f"department = ANY ({_OWN})"),
        "review_log": _of("review", "subject_id"),
        # What people leave at their desk: whoever sees the case, measure or problem sees it.
        "desk_note": _beside("desk_note", "SELECT, INSERT"),
        "desk_file": _beside("desk_file", "SELECT, INSERT"),
        "desk_holder": _beside("desk_holder", "SELECT, INSERT, UPDATE, DELETE"),
        "sop_run": Guard(ANYBODY, "SELECT, INSERT, UPDATE"),
        "sop_log": Guard(ANYBODY, "SELECT, INSERT"),
        "knowledge": Guard(ANYBODY, "SELECT, INSERT, UPDATE"),
        "knowledge_version": Guard(ANYBODY, "SELECT, INSERT"),
        "knowledge_use": Guard(ANYBODY, "SELECT, INSERT"),
        # Decisions people are asked for.
        "approval": _own(f"asked_of = ANY ({_OWN})"),
        "approval_log": _of("approval", "subject_id"),
        # What everybody who is logged in may know.
        "department": Guard(ANYBODY, "SELECT", "true", "SELECT"),
        "taxonomy_version": _SHARED,
        "issue_day": _SHARED,
        "metric_observation": Guard(ANYBODY, "SELECT, INSERT, UPDATE", written=HOUSE),
        "operation_figure": _SHARED,
        "business_event": Guard(ANYBODY, "SELECT, INSERT", written=ALL),
        "coding_break": _SHARED,
        "model_adoption": _SHARED,
        # A department reads the reports on itself once leadership has been told.
        "report": _own(f"department = ANY ({_OWN}) AND released_at IS NOT NULL", "SELECT"),
        # Operating the house.
        "source": Guard(ALL, "SELECT, INSERT, UPDATE", f"{_FAR} = 'intake'", "SELECT, UPDATE"),
        "delivery": _INTAKE,
        "batch": _INTAKE,
        "quarantine": _INTAKE,
        "vault.raw_record": Guard(HOUSE, "INSERT", f"{_FAR} = 'intake'", "INSERT"),
        "vault.contact": _CLOSED,
        "vault.tombstone": _CLOSED,
        "outbox": Guard(ALL, "SELECT, INSERT, UPDATE"),
        "channel_bucket": _CLOSED,
        "channel_stop": Guard(ALL, "SELECT, INSERT, DELETE"),
        "event_outbox": Guard(ALL, "SELECT, INSERT"),
        "audit_sample": _OPERATORS,
        "audit_item": _OPERATORS,
        "audit_reading": Guard(ALL, "SELECT, INSERT"),
        "label": Guard(ALL, "SELECT, INSERT"),
        "label_draw": Guard(ALL, "SELECT"),
        # Who works here.
        "app_user": Guard(ANYBODY, "SELECT, INSERT, UPDATE", written=HOUSE),
        "credential": Guard(HOUSE, "SELECT, INSERT, UPDATE"),
        "second_factor": Guard(HOUSE, "SELECT, INSERT, UPDATE, DELETE"),
        "user_skill": Guard(ANYBODY, "SELECT, INSERT, DELETE", written=HOUSE),
        "user_link": Guard(HOUSE, "SELECT, INSERT, UPDATE, DELETE"),
        "user_session": Guard(HOUSE, "SELECT, INSERT, UPDATE"),
        "audit_event": Guard(ALL, "SELECT, INSERT", written=HOUSE),
        "allowance": Guard(HOUSE, "SELECT, INSERT, UPDATE, DELETE", "true", "SELECT, INSERT, UPDATE"),
        "api_key": Guard(HOUSE, "SELECT, UPDATE"),
        "webhook_secret": Guard(HOUSE, "SELECT"),
        "inbound_message": Guard(HOUSE, "SELECT, INSERT"),
        # Workings of the pipeline.
        "index_block": _CLOSED,
        "index_run": _CLOSED,
        # Members that a person splits off get a group of their own.
        "registry_apart": Guard(HOUSE, "SELECT, INSERT"),
        "registry_group": Guard(HOUSE, "SELECT, INSERT"),
        "registry_member": Guard(HOUSE, "SELECT, UPDATE"),
        "watch": _CLOSED,
        "watched_batch": _CLOSED,
    }
)
# Enough to know a record again, and nothing that was said.
_RAW_COLUMNS = "id, source_id, batch_id, row, record_key, payload_hash, outcome"


def guard(connection: Connection) -> bool:
    """Put the table above in force where it is not; return whether anything had to be done.

    Without the two roles (the migration could not make them) nothing is done, and the portal does not start.
    """
    if not _roles_exist(connection):
        return False
    there = [name for name in GUARDS if _exists(connection, name)]
    if "case_task" not in there:  # a schema of before: its next migration comes first
        return False
    rules = [(name, astuple(GUARDS[name])) for name in there]
    wanted = hashlib.sha256(repr((rules, _CALLED, _REMARKS, _around())).encode()).hexdigest()
    in_force = connection.scalar(text("SELECT obj_description('vault'::regnamespace)"))
    if in_force == wanted:
        return False
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('guard'))"))
    connection.exec_driver_sql(_CALLED)
    connection.exec_driver_sql(_REMARKS)
    for name in there:
        for statement in _statements(name, GUARDS[name]):
            connection.exec_driver_sql(statement)
    for statement in _around():
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"COMMENT ON SCHEMA vault IS '{wanted}'")
    return True


def _roles_exist(connection: Connection) -> bool:
    query = text("SELECT count(*) FROM pg_roles WHERE rolname IN (:portal, :public)")
    return bool(connection.scalar(query, {"portal": PORTAL, "public": PUBLIC}) == 2)


def _exists(connection: Connection, name: str) -> bool:
    return connection.scalar(text("SELECT to_regclass(:name)"), {"name": _quoted(name)}) is not None


def _quoted(name: str) -> str:
    return ".".join(f'"{part}"' for part in name.split("."))


def _statements(name: str, rule: Guard) -> list[str]:
    table = _quoted(name)
    made = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"REVOKE ALL ON {table} FROM {PORTAL}, {PUBLIC}",
        # Forced, the rules hold for the owner too: the pipeline needs one of its own.
        *_policy(table, "house_owner", "CURRENT_USER", "true", "true"),
    ]
    for role, rows, written, may in (
        (PORTAL, rule.rows, rule.written or rule.rows, rule.may),
        (PUBLIC, rule.public_rows, rule.public_rows, rule.public_may),
    ):
        made += _policy(table, role, role, rows, written)
        if may:
            made.append(f"GRANT {may} ON {table} TO {role}")
    return made


def _policy(table: str, name: str, role: str, rows: str, written: str) -> list[str]:
    return [
        f"DROP POLICY IF EXISTS {name} ON {table}",
        f"CREATE POLICY {name} ON {table} TO {role} USING ({rows}) WITH CHECK ({written})",
    ]


def _around() -> list[str]:
    both = f"{PORTAL}, {PUBLIC}"
    return [
        f"GRANT USAGE ON SCHEMA public, vault TO {both}",
        f"GRANT SELECT ({_RAW_COLUMNS}) ON vault.raw_record TO {both}",
        f"GRANT SELECT ON reachable TO {PORTAL}",
        "REVOKE EXECUTE ON FUNCTION called_to(), remarks_on(bigint) FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION own_problems(), called_to(), remarks_on(bigint) TO {PORTAL}",
    ]
