"""The definitions of the simulated sources fit the files and the reader of definitions."""

import pytest

from voc.intake.rows import CHANNELS as KNOWN_CHANNELS
from voc.intake.rows import FIELDS, definition_from_dict, map_rows, parse_ratings, parse_times
from voc.simulation.company import Scenario
from voc.simulation.sources import definitions
from voc.simulation.weeks import ChannelFile, simulate_week

WEEK = simulate_week(Scenario(), 6, {})
TRUTH = {(t.source, t.external_id): t.kind for t in WEEK.truth}
FILES = {file.source: file for file in WEEK.files}
DEPARTMENTS = {"logistics", "installation", "aftersales", "service", "product", "app", "finance", "mall",
               "quality", "store", "voc"}  # fmt: skip


def _sound(file: ChannelFile) -> list[dict[str, str]]:
    mapping = definitions()[file.source]["map"]
    return [row for row in file.rows if TRUTH[file.source, row[mapping["external_id"]]] != "broken"]


def test_there_is_one_definition_per_file() -> None:
    assert set(definitions()) == set(FILES)


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_reader_of_definitions_accepts_it(name: str) -> None:
    definition = definition_from_dict(definitions()[name])
    assert definition.channel in KNOWN_CHANNELS
    assert definition.owner in DEPARTMENTS
    assert set(definition.mapping) <= set(FIELDS)


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_sound_row_has_a_readable_time_and_rating(name: str) -> None:
    definition = definition_from_dict(definitions()[name])
    mapped = map_rows(_sound(FILES[name]), definition).require()
    given = [rating for rating in mapped["rating"] if rating]
    assert None not in parse_times(mapped["occurred_at"])
    assert None not in parse_ratings(given, definition.rating_scale)


@pytest.mark.parametrize("name", sorted(FILES))
def test_times_lie_in_the_week_or_in_the_two_before_it(name: str) -> None:
    mapped = map_rows(_sound(FILES[name]), definition_from_dict(definitions()[name]))
    days = {moment.date().isoformat() for moment in parse_times(mapped["occurred_at"]) if moment}
    assert min(days) >= "2026-06-21"
    assert max(days) <= "2026-07-12"


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_rows_have_the_columns_the_file_names(name: str) -> None:
    columns = set(FILES[name].columns)
    assert all(set(row) - {"__raw__"} == columns for row in FILES[name].rows)


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_encoding_can_write_every_cell(name: str) -> None:
    file = FILES[name]
    "".join(cell for row in file.rows for cell in row.values()).encode(file.encoding or "utf-8")
