"""What is asked after loading instead of a look-up for each foreign key: no row without the row it refers to."""

import pytest
from sqlalchemy import text

from models.analysis.analysing import ORPHANS, array_of
from models.engine import transaction

WORDS = "安装师傅迟到了三个小时，电话也打不通，我请假白等了一上午"


def orphans(session):
    feedback, annotations = (
        array_of(session.scalars(text(f"SELECT id FROM {table}"))) for table in ("feedback", "annotation")
    )
    values = {"feedback": feedback, "annotations": annotations}
    return [session.execute(text(query), values).first() is not None for query in ORPHANS]


def test_after_loading_no_reference_leads_nowhere(house):
    house.take_in([["R1", WORDS, "2026-06-01 10:00", "1", "13800000010", "成都"]])
    with transaction() as session:
        assert orphans(session) == [False] * len(ORPHANS)


@pytest.mark.parametrize(
    ("table", "change", "found"),
    [
        ("feedback", "raw_record_id = -1", 0),
        ("feedback", "batch_id = -1", 1),
        ("feedback", "source_id = -1", 1),
        ("feedback", "customer_id = -1", 0),
        ("feedback", "disposition = 'near_duplicate', copy_of = -1", 0),
        ("annotation", "feedback_id = -1", 2),
        ("annotation", "taxonomy_version = 'none'", 3),
        ("mention", "annotation_id = -1", 4),
    ],
)
def test_a_reference_to_a_row_that_is_not_there_is_found(house, table, change, found):
    house.register()
    house.put([["R1", WORDS, "2026-06-01 10:00", "1", "13800000010", "成都"]])
    house.collect()
    house.understand()
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(f"UPDATE {table} SET {change}"))
        assert orphans(session)[found]
        session.rollback()
