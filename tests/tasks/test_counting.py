"""What is counted by day while feedback arrives is what counting everything again comes to."""

from datetime import date

from models.analysis.recurring import count_again
from models.engine import transaction

MONDAY = date(2026, 6, 1)
COUNTED = "SELECT issue, day, events, moments, customers FROM issue_day WHERE events > 0 ORDER BY issue, day"


def test_counts_kept_while_rows_arrive_are_those_of_all_rows(house, make, set_to):
    set_to(batch_rows=100)
    rows = make["daily"](MONDAY, 5, lambda day: 40, 20)
    house.take_in(rows[:130], "a.csv")
    house.take_in(
        [*rows[100:], ["R7", "安装师傅又没来，打电话也不接", "2026-06-02 12:00", "1", "", ""]], "b.csv"
    )
    assert house.value("SELECT count(*) FROM feedback WHERE superseded_by IS NOT NULL") == 1
    kept = house.rows(COUNTED)
    with transaction() as session:
        count_again(session)
    again = house.rows(COUNTED)
    assert [(row["issue"], row["day"], row["events"]) for row in kept] == [
        (row["issue"], row["day"], row["events"]) for row in again
    ]
    assert sum(row["events"] for row in kept if row["issue"] == "") == 300


def test_of_a_busy_day_the_first_complaints_are_kept_one_by_one(house, make):
    house.take_in(make["daily"](MONDAY, 1, lambda day: 40, 0))
    (row,) = house.rows("SELECT * FROM issue_day WHERE issue <> ''")
    assert (row["events"], len(row["moments"]), len(set(row["customers"]))) == (40, 32, 32)
    assert row["moments"] == sorted(row["moments"])


def test_where_a_raw_record_went_is_told_in_one_view(house):
    house.take_in(
        [
            ["A", "退款一直不到账，问了三次都没有人管，太气人了", "2026-06-01 10:00", "1", "", ""],
            ["B", "退款一直不到账，问了三次都没有人管，太气人啦", "2026-06-01 11:00", "1", "", ""],
            ["C", "此用户没有填写评价内容", "2026-06-01 10:00", "5", "", ""],
            ["D", "质量很好", "上上个礼拜", "5", "", ""],
            ["E", "", "2026-06-01 10:00", "", "", ""],
        ]
    )
    assert house.pairs("SELECT record_key, outcome FROM vault.raw_outcome") == {
        "A": "stored", "B": "near_duplicate", "C": "rejected", "D": "quarantined", "E": "blank",
    }  # fmt: skip
