"""What PostgreSQL itself lets a person see, whatever a page asks for."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import InternalError, ProgrammingError

from models.change import By, advance, audit, begin
from models.engine import engine, engine_as, migrate, transaction
from models.guarding import GUARDS, PORTAL, PUBLIC, guard
from models.measures import deciding
from models.measures.improving import store_departments
from models.people.rights import NotTheirs, Unseen, acting, customer, house, session_for
from models.people.sessions import Person
from models.schema.feedback import Feedback
from models.schema.intake import Contact
from models.schema.loop import Action, Case, CaseLog, Problem, ProblemMember
from models.schema.tables import Base
from models.trail import broken, note
from tasks.aggregate import organisation

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
BY = By("person:李雷", NOW)


def person(role, *departments):
    return Person(7, "someone", "某人", frozenset({role}), frozenset(departments))


OWNER = person("handler", "logistics")
COLLEAGUE = person("head", "aftersales")
STAFF = person("voc")
NOBODY = Person(8, "none", "无", frozenset(), frozenset({"logistics"}))


@pytest.fixture
def problem(home):
    """A problem of 物流部 with a measure, two reporters (one of them a copy) and a case of 物流部."""
    with transaction() as session:
        store_departments(session, organisation())
        session.execute(text(ROWS))
        session.add(Contact(customer_id=1, phone="13800001111"))
    with transaction() as session:
        row = {
            "key": "issue:logistics.late", "issue": "logistics.late", "area": "logistics", "name": "配送超时",
            "department": "logistics", "first_seen_at": NOW, "detected_at": NOW, "alarm_from": NOW,
            "alarm_until": NOW,
        }  # fmt: skip
        (id_,) = begin(session, "problem", "detect", [row], BY)
        session.add(ProblemMember(problem_id=id_, feedback_id=1, method="rule"))
        case = {
            "feedback_id": 1, "issue": None, "category": "配送", "priority": "high", "opened_at": NOW,
            "respond_by": NOW, "resolve_by": NOW,
        }  # fmt: skip
        (case_id,) = begin(session, "case", "open", [case], BY)
        advance(session, "case", "acknowledge", {case_id: {}}, BY)
        advance(session, "case", "assign", {case_id: {"department": "logistics"}}, BY)
        deciding.confirm(session, id_, BY)
        advance(session, "problem", "diagnose", {id_: {"root_cause": "排班", "dimension": "process"}}, BY)
        measure = {
            "problem_id": id_, "problem_round": 1, "measure": "催办", "detail": "…", "kind": "corrective",
            "dimension": "process", "department": "logistics", "due_at": NOW,
        }  # fmt: skip
        begin(session, "action", "propose", [measure], BY)
    return id_


ROWS = """
INSERT INTO source (name, title, kind, channel, definition) VALUES ('s', '来源', 'csv', 'web', '{}');
INSERT INTO delivery (source_id, origin, fingerprint, started_at) VALUES (1, 'a.csv', 'x', now());
INSERT INTO batch (delivery_id, part, state, collected_at, rows_read, rows_stored, rows_duplicate,
  rows_near_duplicate, rows_rejected, rows_quarantined, rows_blank)
  VALUES (1, 1, 'analysed', now(), 3, 3, 0, 0, 0, 0, 0);
INSERT INTO vault.raw_record (source_id, batch_id, "row", record_key, payload_hash, payload, outcome)
  SELECT 1, 1, n, 'k' || n, '', '{"text": "secret"}', 'stored' FROM generate_series(1, 3) n;
INSERT INTO customer (pseudonym, value, first_seen_at) SELECT 'c' || n, 0, now() FROM generate_series(1, 3) n;
INSERT INTO feedback (tracking_number, raw_record_id, batch_id, source_id, record_key, channel, occurred_at,
  customer_id, text, content_hash, disposition, copy_of)
  SELECT 'VOC-' || n, n, 1, 1, 'k' || n, 'web', now(), n, '送得太慢', n,
         CASE n WHEN 2 THEN 'near_duplicate' ELSE 'accepted' END, CASE n WHEN 2 THEN 1 END
  FROM generate_series(1, 3) n;
"""


def seen(who, table):
    with session_for(who) as session:
        return set(session.scalars(select(table.id)))


@pytest.mark.parametrize("role", [PORTAL, PUBLIC])
def test_a_connection_fresh_from_the_pool_sees_nothing(problem, role):
    readable = [name for name, rule in GUARDS.items() if name not in SHOWN_TO_ALL]
    with engine_as(role).connect() as connection:
        told = {name: rows(connection, name) for name in readable}
    assert {name: count for name, count in told.items() if count} == {}


SHOWN_TO_ALL = {"department", "allowance"}


def rows(connection, name):
    """Count what can be read; nothing at all where even asking is refused."""
    quoted = ".".join(f'"{part}"' for part in name.split("."))
    with connection.begin_nested():
        allowed = connection.scalar(text("SELECT has_table_privilege(:name, 'SELECT')"), {"name": quoted})
    return connection.scalar(text(f"SELECT count(*) FROM {quoted}")) if allowed else 0


def test_what_a_person_may_see_does_not_stay_with_the_connection(problem):
    assert seen(OWNER, Case) == {1}
    with engine_as(PORTAL).connect() as connection:
        assert rows(connection, "case") == 0


@pytest.mark.parametrize("role", [PORTAL, PUBLIC])
def test_the_roles_own_nothing_and_cannot_go_round_the_rules(home, role):
    query = text(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = :role"
    )
    owned = text("SELECT count(*) FROM pg_class WHERE relowner = CAST(:role AS regrole)")
    with engine().connect() as connection:
        assert tuple(connection.execute(query, {"role": role}).one()) == (False, False, False, False)
        assert connection.scalar(owned, {"role": role}) == 0


def test_every_table_has_its_line_and_its_rules_are_forced_on_the_owner_too(home):
    missing = {table.fullname for table in Base.metadata.tables.values()} ^ set(GUARDS)
    assert missing == set(), "give the new table a line in models/guarding.py"
    query = text(
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r'"
        " AND nspname IN ('public', 'vault') AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    with engine().connect() as connection:
        assert set(connection.scalars(query)) == {"alembic_version"}


@pytest.mark.parametrize("table", [Case, CaseLog, Problem, Action])
def test_a_department_sees_its_own_and_another_one_does_not(problem, table):
    assert seen(OWNER, table)
    assert seen(STAFF, table) == seen(OWNER, table)
    assert seen(COLLEAGUE, table) == set()
    assert seen(NOBODY, table) == set()


def test_a_department_sees_what_was_said_of_its_problems_copies_included(problem):
    assert seen(OWNER, Feedback) == {1, 2}
    assert seen(COLLEAGUE, Feedback) == set()
    assert seen(STAFF, Feedback) == {1, 2, 3}


def test_a_department_with_a_measure_on_anothers_problem_sees_the_problem(problem):
    with transaction() as session:
        session.get_one(Action, 1).department = "aftersales"
    assert seen(COLLEAGUE, Problem) == {problem}
    assert seen(COLLEAGUE, Feedback) == {1, 2}


@pytest.mark.parametrize("role", [PORTAL, PUBLIC])
@pytest.mark.parametrize("query", ["SELECT payload FROM vault.raw_record", "SELECT * FROM vault.contact"])
def test_the_vault_cannot_be_read_by_the_portal(problem, role, query):
    with engine_as(role).connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(query))


def test_looking_changes_nothing(problem):
    with session_for(STAFF) as session, pytest.raises(InternalError, match="read-only transaction"):
        session.execute(text("UPDATE source SET title = 'x'"))


def test_an_auditor_changes_nothing_even_where_writing_was_asked_for(problem):
    auditor = session_for(person("auditor"), write=True)
    with auditor as session, pytest.raises(InternalError, match="read-only transaction"):
        session.execute(text("UPDATE source SET title = 'x'"))


def test_a_department_cannot_write_rows_of_another(problem):
    with session_for(COLLEAGUE, write=True) as session:
        done = session.execute(text("UPDATE action SET detail = 'x'"))
        assert done.rowcount == 0


def test_the_owner_takes_a_step_and_what_follows_is_whole(problem):
    with acting(OWNER, "action", 1) as session:
        deciding.approve(session, 1, BY)
        deciding.accept(session, 1, date(2026, 6, 20), BY)
        deciding.start(session, 1, BY)
        deciding.implement(session, 1, NOW, BY)
    with transaction() as session:
        assert session.get_one(Action, 1).state == "implemented"
        assert audit(session, "action") + audit(session, "problem") == []
        told = session.scalars(text("SELECT recipient FROM outbox WHERE event = 'action_implemented'")).all()
    assert told == ["customer:1"]


def test_a_colleague_who_sees_a_measure_of_another_department_cannot_act_on_it(problem):
    with transaction() as session:
        session.execute(text("UPDATE problem SET department = 'aftersales'"))
    with pytest.raises(NotTheirs), acting(COLLEAGUE, "action", 1):
        pass


@pytest.mark.parametrize("number", [1, 999])
def test_what_is_not_theirs_and_what_is_not_there_look_the_same(problem, number):
    with pytest.raises(Unseen), acting(COLLEAGUE, "action", number):
        pass


def test_a_customer_page_sees_the_one_feedback_it_was_opened_for(problem):
    with customer(1) as session:
        assert set(session.scalars(select(Feedback.id))) == {1}
        assert set(session.scalars(select(Case.id))) == {1}
    with customer(3) as session:
        assert set(session.scalars(select(Case.id))) == set()
    with customer() as session:
        assert set(session.scalars(select(Feedback.id))) == set()


def test_the_rules_are_put_in_force_once(home):
    migrate()
    with engine().begin() as connection:
        assert guard(connection) is False
        connection.exec_driver_sql("COMMENT ON SCHEMA vault IS 'of before'")
        assert guard(connection) is True


def test_what_a_department_does_is_written_behind_what_everybody_did(problem):
    with house() as session:
        note(session, NOW, "system:test", "a", "case:1")
    with session_for(OWNER, write=True) as session:
        note(session, NOW, "person:x", "b", "case:1")
        assert set(session.scalars(select(Case.id))) == {1}
    with transaction() as session:
        assert broken(session) == []


def test_a_department_that_is_called_in_sees_the_case_and_the_owner_sees_who_was_called(problem):
    with transaction() as session:
        session.execute(
            text("INSERT INTO case_task (case_id, department, task, asked_at, due_at)"
                 " VALUES (1, 'aftersales', '核查', now(), now())")
        )  # fmt: skip
    assert seen(COLLEAGUE, Case) == {1}
    assert seen(COLLEAGUE, Feedback) == {1}
    with session_for(OWNER) as session:
        assert session.scalar(text("SELECT count(*) FROM case_task")) == 1
    with session_for(person("handler", "finance")) as session:
        assert session.scalar(text("SELECT count(*) FROM case_task")) == 0
