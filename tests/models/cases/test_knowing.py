"""The knowledge base keeps versions, finds by words and meaning, and learns from what was solved."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from models.cases import knowing
from models.cases.knowing import Words
from models.change import By
from models.engine import transaction
from voc.errors import InputError

NOW = datetime(2026, 6, 8, 1, tzinfo=UTC)
BY = By("person:voc", NOW)
MOVED = Words(
    "怎么修改收货地址",
    "下单后一小时内可在订单页修改。",
    phrasings=("地址填错了怎么办",),
    issue="mall.address",
)
REFUND = Words("退款多久到账", "审核通过后一至三个工作日。", "已同意退款")


@pytest.fixture
def base(home):
    """Two published entries and a draft; their numbers."""
    with transaction() as session:
        return [
            knowing.add(session, MOVED, BY, "published"),
            knowing.add(session, REFUND, BY, "published"),
            knowing.add(session, Words("运费谁承担", "由我们承担。"), BY),
        ]


def found(question, **more):
    """Search in a transaction of its own."""
    with transaction() as session:
        return [row["id"] for row in knowing.search(session, question, **more)]


def test_an_entry_is_found_by_another_way_of_asking(base):
    assert found("我的地址填错了")[0] == base[0]


def test_a_draft_is_not_found_until_it_is_released(base):
    assert base[2] not in found("运费谁承担")
    with transaction() as session:
        knowing.settle(session, base[2], "published", "审核通过", BY)
    assert found("运费谁承担")[0] == base[2]


def test_what_was_retired_is_not_found(base):
    with transaction() as session:
        knowing.settle(session, base[1], "retired", "政策已变", BY)
    assert base[1] not in found("退款多久到账")


def test_a_revision_is_a_new_version_and_the_old_one_stays(base):
    with transaction() as session:
        knowing.revise(session, base[1], Words("退款多久到账", "当天到账。"), "published", "提速", BY)
        told = knowing.versions(session, base[1])
    assert [(row["version"], row["answer"]) for row in told] == [
        (2, "当天到账。"),
        (1, "审核通过后一至三个工作日。"),
    ]


def test_a_version_cannot_be_changed(base):
    with pytest.raises(InternalError, match="append-only"), transaction() as session:
        session.execute(text("UPDATE knowledge_version SET answer = 'x'"))


def test_personal_data_in_an_entry_is_masked(home):
    with transaction() as session:
        id_ = knowing.add(session, Words("怎么联系师傅", "请拨打 13812345678"), BY, "published")
        assert "13812345678" not in knowing.entry(session, id_).answer


def test_an_entry_without_answer_is_refused(home):
    with pytest.raises(InputError), transaction() as session:
        knowing.add(session, Words("怎么办", "  "), BY)


def test_the_issue_of_a_case_brings_its_entry_where_words_do_not(base):
    with transaction() as session:
        assert [row["id"] for row in knowing.suggest(session, "xyz", "mall.address")] == [base[0]]


def test_nothing_is_made_twice_of_the_same_origin(home):
    with transaction() as session:
        assert knowing.add(session, REFUND, BY, origin="problem:1") is not None
        assert knowing.add(session, REFUND, BY, origin="problem:1") is None


def test_harvesting_an_empty_house_makes_nothing(home):
    with transaction() as session:
        assert knowing.harvest(session, NOW - timedelta(days=28), BY) == (0, 0)
