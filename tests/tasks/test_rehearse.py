"""A rehearsal begins in an empty house and touches nothing in any other."""

import pytest

from models.engine import transaction
from models.house.playing import is_played
from settings import get_settings
from tasks.rehearse import found_company
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
