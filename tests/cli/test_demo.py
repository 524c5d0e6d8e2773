"""voc demo clears away what an earlier demo made, and nothing else."""

import pytest

from cli.demo import COMPANY, make_room, name_company
from models.engine import transaction
from models.house.playing import is_unused
from models.intake.collecting import register_source
from settings import get_settings
from voc.simulation.sources import definitions


@pytest.fixture
def lived_in(home):
    """Return a function that registers a source with a file waiting for it, and returns the file."""

    def live(name, definition):
        folder = get_settings().folder(f"inbox/{name}")
        (folder / "a.csv").write_text("编号,内容\n", encoding="utf-8")
        with transaction() as session:
            register_source(session, name, {**definition, "path": str(folder / "*")})
        return folder / "a.csv"

    return live


def test_a_house_with_data_of_ones_own_is_refused_and_left_as_it_is(lived_in, voc_at_home):
    file = lived_in("own", {"title": "自己的来源"})
    done = voc_at_home("demo")
    assert (done.returncode, file.exists()) == (1, True)
    assert "里已有您自己的数据，演示不会动它" in done.stderr


def test_an_earlier_demo_is_cleared_away(lived_in):
    file = lived_in(*next(iter(definitions().items())))
    make_room()
    with transaction() as session:
        assert is_unused(session)
    assert not file.exists()


def test_the_name_of_the_company_stays_with_its_data(home):
    name_company()
    assert get_settings().company == COMPANY


def test_a_name_somebody_gave_is_left_as_it_is(home):
    (get_settings().folder("config") / "voc.toml").write_text('company = "我们"', "utf-8")
    name_company()
    assert get_settings().company == "我们"
