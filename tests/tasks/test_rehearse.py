"""A rehearsal begins in an empty house and touches nothing in any other."""

from dataclasses import replace

import pytest

from models.engine import transaction
from models.house.playing import is_played
from settings import get_settings
from tasks.improve import open_cases
from tasks.parameters import Rehearse
from tasks.rehearse import evening_of, found_company, scenario, work_a_week
from voc.errors import InputError
from voc.simulation.company import Scenario


def own_file():
    path = get_settings().folder("inbox/web") / "own.csv"
    path.write_text("编号,内容\n1,师傅没来\n", encoding="utf-8")
    return path


def test_an_empty_house_becomes_that_of_the_simulated_company(house):
    found_company.fn(Scenario(weeks=1))
    with transaction() as session:
        assert is_played(session)


def test_files_that_wait_in_the_inbox_are_never_cleared_away(house):
    path = own_file()
    with pytest.raises(InputError, match="演练只能用于空库"):
        found_company.fn(Scenario(weeks=1))
    assert path.exists()


def test_a_house_with_a_source_of_its_own_is_refused(house):
    house.register()
    with pytest.raises(InputError, match="演练只能用于空库"):
        found_company.fn(Scenario(weeks=1))


def test_only_a_customer_who_is_not_content_gives_a_reason(house):
    what = Rehearse(weeks=1)
    now = evening_of(scenario(what), 0)
    replace(house, now=now).take_in(
        [["R1", "约好的安装师傅没来", "2026-05-31 10:00", "1", "13900000001", "成都"]]
    )
    open_cases.fn(now)
    work_a_week.fn(what, 0)
    assert house.value('SELECT state FROM "case"') == "confirmed"
    assert house.rows("SELECT step FROM case_log WHERE facts ->> 'reason' IS NOT NULL") == []
