"""`voc calibrate` with given volumes needs no database; with none it reads the habits of the user's own data."""

import json
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from models.engine import transaction
from models.problems.habits import own_worlds


def test_volumes_are_rehearsed_and_told_as_json_and_page(voc, tmp_path):
    page = tmp_path / "out" / "page.html"
    asked = ("--volume", "40", "--dispersion", "1", "--loops", "100", "--power", "0", "--weeks", "12")
    told = voc("calibrate", *asked, "--page", page, "--json")
    assert told.returncode == 0
    found = json.loads(told.stdout)
    assert found["worlds"][0]["loops"] == 100
    assert found["sentence"].startswith("100 次什么都没改的闭环里，我们误判有效")
    assert found["sentence"] in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("volume", ["很多", "0", "10,,x", ","])
def test_a_volume_that_is_none_is_named(voc, volume):
    told = voc("calibrate", "--volume", volume)
    assert told.returncode == 1
    assert "不是每周条数" in told.stderr


def test_the_habits_are_read_off_the_complaints_of_each_issue(home):
    rng = np.random.default_rng(1)
    rows = [
        {"issue": issue, "day": date(2025, 1, 6) + timedelta(days=n), "events": int(rng.poisson(mean))}
        for issue, mean in (("", 50), ("logistics_delay", 10), ("一个没有名字的", 2))
        for n in range(364)
    ]
    with transaction() as session:
        session.execute(text("INSERT INTO issue_day VALUES (:issue, :day, :events, '{}', '{}')"), rows)
        worlds = own_worlds(session)
    assert [round(world.weekly / 7) for world in worlds] == [2, 10]
    assert worlds[1].dispersion < 1.5
