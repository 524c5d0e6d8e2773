"""Days are written one way, and an instant falls on its day in China."""

from datetime import UTC, date, datetime

from voc.zone import day_of_year, day_words


def test_a_day_is_written_without_spaces_and_leading_noughts():
    assert day_words(date(2026, 1, 5)) == "2026年1月5日"
    assert day_of_year(date(2026, 11, 21)) == "11月21日"


def test_an_instant_late_in_utc_is_the_next_day_in_china():
    late = datetime(2026, 12, 31, 20, 0, tzinfo=UTC)
    assert day_words(late) == "2027年1月1日"
    assert day_of_year(late) == "1月1日"
