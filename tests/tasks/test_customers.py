"""What is known of customers, counted from feedback that went the whole way."""

import csv
from datetime import timedelta

import pytest

from models.customers import profiles
from models.engine import transaction
from tasks.operating import take_in_figures
from voc.customers import coverage, segment

COLUMNS = ("编号", "内容", "时间", "客户", "城市")
MAP = dict(zip(("external_id", "text", "occurred_at", "customer", "region"), COLUMNS, strict=True))
SAID = [
    ("R1", "约好的安装师傅没来，等了一天", "2026-05-20 09:00", "甲", "成都"),
    ("R2", "安装师傅又没来，打电话也不接", "2026-05-25 09:00", "甲", "成都"),
    ("R3", "退款一直不到账，等了半个月", "2026-06-01 09:00", "甲", "成都"),
    ("R4", "东西很好用，满意", "2026-06-02 09:00", "乙", "武汉"),
]


@pytest.fixture
def told(house):
    """Two customers: one complains three times over two weeks, the other praises once."""
    house.register(map=MAP)
    with (house.inbox / "web" / "a.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, *SAID])
    house.collect()
    house.understand()
    return house


def test_one_timeline_holds_everything_a_customer_said(told):
    with transaction() as session:
        known = profiles.heard(session, told.now - timedelta(days=90), told.now)
        second, first = sorted(known, key=lambda one: one.complaints)
        rows = profiles.timeline(session, first.customer)
    assert (first.complaints, first.feedback, second.complaints) == (3, 3, 0)
    assert [row["text"] for row in rows if row["what"] == "said"] == [text for _, text, *_ in SAID[:3]]
    assert segment(first, told.now) == "frequent"


def test_voices_are_set_against_the_customer_base(told, tmp_path):
    file = tmp_path / "base.csv"
    file.write_text("日期,地区,客户数\n2026-06-01,成都,100\n2026-06-01,武汉,300\n", encoding="utf-8")
    take_in_figures(file)
    span = (told.now - timedelta(days=90), told.now)
    with transaction() as session:
        answers, (figure, base) = (
            profiles.answers_by(session, "region", *span),
            profiles.base_by(session, "region", *span),
        )
    assert (figure, base) == ("customers", {"成都": 100.0, "武汉": 300.0})
    assert [(part.name, part.ratio) for part in coverage(answers, base)] == [
        ("武汉", pytest.approx(1 / 3)), ("成都", pytest.approx(3.0)),
    ]  # fmt: skip


def test_without_a_base_there_is_none(told):
    with transaction() as session:
        assert profiles.base_by(session, "region", told.now - timedelta(days=9), told.now) == ("", {})
        with pytest.raises(ValueError, match="rating"):
            profiles.answers_by(session, "rating", told.now, told.now)
