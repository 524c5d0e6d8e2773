import polars as pl
import pytest
from sqlalchemy import text

from models.engine import transaction
from models.loading import copy_bytes, copy_frame, look_again, references_by_batch

WORDS = ["", '逗号,引号"换行\n回车\r制表\t', "\\N", "\\.", "反斜杠\\", "🙂"]


def test_every_text_arrives_as_it_was_and_nothing_is_not_empty(home):
    with transaction() as session:
        session.execute(text("CREATE TEMP TABLE said (id bigint, words text)"))
        copy_frame(session, "said", pl.DataFrame({"id": range(7), "words": [*WORDS, None]}))
        assert list(session.scalars(text("SELECT words FROM said ORDER BY id"))) == [*WORDS, None]


def test_bytes_and_whole_numbers_of_any_size_arrive_as_they_were(home):
    bodies = [b"", bytes(range(256)), b"\\x00\n\t"]
    with transaction() as session:
        session.execute(text("CREATE TEMP TABLE packed (id bigint, at bigint, body bytea)"))
        numbers = {"id": range(3), "at": [-(2**63), 0, 2**63 - 1]}
        copy_bytes(session, "packed", numbers, "body", bodies)
        rows = session.execute(text("SELECT at, body FROM packed ORDER BY id")).all()
    assert [(at, bytes(body)) for at, body in rows] == list(zip(numbers["at"], bodies, strict=True))


def test_a_row_without_its_parent_is_found_after_loading(home):
    frame = pl.DataFrame({"customer_id": [1], "phone": ["13900000000"]})
    check = """SELECT 1 FROM vault.contact k WHERE NOT EXISTS (SELECT 1 FROM customer c WHERE c.id = k.customer_id)"""
    with (
        pytest.raises(RuntimeError, match="does not exist"),
        transaction() as session,
        references_by_batch(session, check),
    ):
        copy_frame(session, "vault.contact", frame)
    with transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM vault.contact")) == 0


def test_references_are_looked_up_row_by_row_again_afterwards(home):
    with transaction() as session:
        with references_by_batch(session):
            pass
        assert session.scalar(text("SHOW session_replication_role")) == "origin"


def looked_at(session, loaded):
    session.execute(text("CREATE TABLE said (id bigint)"))
    copy_frame(session, "said", pl.DataFrame({"id": range(1_000)}))
    look_again(session, {"said": "id"}, loaded)
    known = session.scalar(text("SELECT reltuples FROM pg_class WHERE oid = 'said'::regclass"))
    session.execute(text("DROP TABLE said"))
    return known


def test_a_table_that_grew_is_looked_at_again(home):
    with transaction() as session:
        assert looked_at(session, 1_000) == 1_000


def test_a_table_that_did_not_grow_is_left_alone(home):
    with transaction() as session:
        assert looked_at(session, 0) == -1
