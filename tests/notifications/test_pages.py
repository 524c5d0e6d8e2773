from datetime import UTC, date, datetime

import pytest

from notifications.pages import day


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        (datetime(2019, 7, 18, 17, 10, tzinfo=UTC), "2019年7月19日"),
        (datetime(2019, 7, 18, 15, 59, tzinfo=UTC), "2019年7月18日"),
        (date(2019, 7, 18), "2019年7月18日"),
        (None, "—"),
    ],
)
def test_the_day_of_a_moment_is_that_in_china(when, shown):
    assert day(when) == shown
