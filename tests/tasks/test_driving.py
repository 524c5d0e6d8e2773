"""What satisfaction hangs on and how staff stand, counted from feedback that went the whole way."""

import csv
from datetime import UTC, date, datetime, timedelta

import pytest

from models.analysis.driving import most_against, rated, served
from models.analysis.newest import lately
from models.engine import transaction
from voc.drivers import drivers

COLUMNS = ("编号", "内容", "时间", "评分", "工号")
MAP = dict(zip(("external_id", "text", "occurred_at", "rating", "agent"), COLUMNS, strict=True))
LATE, FINE = "约好的安装师傅没来，等了一天", "东西很好用，满意"


@pytest.fixture
def told(house):
    """Sixty answers: twenty wait for the fitter in vain and rate 1, all of them served by K1."""
    house.register(map=MAP)
    rows = [
        (
            f"R{n}",
            f"{LATE if n < 20 else FINE}{n}",
            "2026-06-01 09:00",
            1 if n < 20 else 5,
            f"K{1 + (n >= 30)}",
        )
        for n in range(60)
    ]
    with (house.inbox / "web" / "a.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, *rows])
    house.collect()
    house.understand()
    return house, (house.now - timedelta(days=30), house.now)


def test_rated_feedback_is_counted_by_what_it_complains_of(told):
    with transaction() as session:
        cells = rated(session, *told[1], "area")
    against = {cell.rating: cell.against for cell in cells}
    assert against == {1.0: frozenset({"installation"}), 5.0: frozenset()}
    assert sum(cell.count for cell in cells) == told[0].value(
        "SELECT count(*) FROM feedback WHERE disposition = 'accepted'"
    )


def test_too_few_complaints_make_no_driver(told):
    with transaction() as session:
        assert drivers(rated(session, *told[1], "issue")) == []


def test_staff_are_counted_with_what_is_held_against_them(told):
    with transaction() as session:
        rows = {row.agent: row for row in served(session, *told[1])}
        worst = most_against(session, ["K1", "K2"], *told[1])
    assert (rows["K1"].complaints > 0, rows["K2"].complaints) == (True, 0)
    assert {agent: issue for agent, (issue, _) in worst.items()} == {"K1": "installation.late"}


def test_only_known_levels_reach_the_query(told):
    with transaction() as session, pytest.raises(ValueError, match="rating"):
        rated(session, *told[1], "rating")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 6, 8, 1, tzinfo=UTC), datetime(2026, 6, 8, 1, tzinfo=UTC)),
        (datetime(2028, 1, 1, tzinfo=UTC), datetime(2026, 5, 4, 1, 0, 1, tzinfo=UTC)),
    ],
    ids=["fed", "an old file"],
)
def test_the_last_days_are_those_before_the_newest_feedback_where_none_is_of_late(house, make, now, until):
    house.take_in(make["daily"](date(2026, 5, 4), 1, lambda day: 1, 0))
    with transaction() as session:
        assert lately(session, 60, now) == (until - timedelta(days=60), until)
