"""The release that troubles, and the file of changes the company keeps."""

from collections import Counter
from datetime import timedelta

from voc.causes.changes import read_changes
from voc.simulation.company import Scenario
from voc.simulation.dice import Dice, generator
from voc.simulation.feedback import block
from voc.simulation.releases import BLAMED, HEADER, NEW, RELEASED, changes, version_used

SCENARIO = Scenario()


def shares(day, issue, count=2000):
    dice = Dice(generator(1, day))
    used = Counter(
        version_used(SCENARIO.start + timedelta(days=day), issue, SCENARIO, dice) for _ in range(count)
    )
    return used[NEW] / count


def test_nobody_has_a_release_before_it_is_out():
    assert shares(RELEASED - 1, BLAMED) == 0


def test_a_release_spreads_and_who_it_troubles_has_it_more_often():
    assert 0 < shares(RELEASED + 14, None) < shares(RELEASED + 42, None) < 0.7
    assert shares(RELEASED + 14, BLAMED) > 2 * shares(RELEASED + 14, None)


def test_only_the_application_knows_its_version():
    known = {draft.source for draft in block(SCENARIO, 6, "fresh", 0.2, {}) if "app_version" in draft.row}
    assert known == {"app"}


def test_the_file_of_changes_can_be_read_whole():
    rows = changes(SCENARIO)
    read = read_changes(HEADER, rows, range(2, 2 + len(rows)))
    assert read.errors == ()
    assert len(read.changes) == len(rows)
