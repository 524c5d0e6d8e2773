"""A house of the simulated company is known by its sources; anything else is somebody's own."""

import pytest

from models.engine import transaction
from models.house.playing import is_played, is_unused
from models.intake.collecting import register_source
from voc.simulation.sources import definitions

COMPANY = {name: {**one, "path": f"inbox/{name}/*"} for name, one in definitions().items()}
NAME, DEFINITION = next(iter(COMPANY.items()))


@pytest.fixture
def told(home):
    """Return a function that registers sources and tells whether the house is unused, and whether it is played."""

    def tell(sources):
        with transaction() as session:
            for name, definition in sources.items():
                register_source(session, name, definition)
            return is_unused(session), is_played(session)

    return tell


@pytest.mark.parametrize(
    ("sources", "unused_and_played"),
    [
        ({}, (True, False)),
        (COMPANY, (False, True)),
        ({**COMPANY, "own": DEFINITION}, (False, False)),
        ({**COMPANY, NAME: {**DEFINITION, "title": "自己的来源"}}, (False, False)),
    ],
    ids=["empty", "demo", "demo and a source of one's own", "a source of the same name"],
)
def test_only_the_sources_of_the_simulated_company_make_a_demo(told, sources, unused_and_played):
    assert told(sources) == unused_and_played
