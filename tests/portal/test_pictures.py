"""Pictures and marked words escape what they are given, and leave out what is not there."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.pictures import columns, effect
from portal.sheets import Table, as_csv
from portal.texts import marked

PICTURE = {
    "start": ["2026-06-01", "2026-06-08", "2026-06-15"], "observed": [5, 4, 2], "expected": [None, 5, 5],
    "low": [None, 4, 4], "high": [None, 6, 6], "went_live": "2026-06-08", "unit": "<每千单投诉>",
}  # fmt: skip


def test_a_week_is_one_column_with_its_count() -> None:
    drawn = columns({date(2026, 6, 1): 3, date(2026, 6, 8): 7}, "每周")
    assert drawn.count("<rect") == 2
    assert "：7 条" in drawn


def test_no_weeks_are_no_picture() -> None:
    assert columns({}, "每周") == ""


def test_the_name_of_a_picture_is_escaped() -> None:
    assert "<script" not in columns({date(2026, 6, 1): 3}, '"><script>alert(1)</script>')


def test_an_effect_shows_both_courses_the_band_and_the_day() -> None:
    drawn = effect(PICTURE, "下降")
    assert [
        drawn.count(kind) for kind in ('class="observed"', 'class="expected"', 'class="band"', "措施上线")
    ] == [1] * 4
    assert "&lt;每千单投诉&gt;" in drawn


def test_a_line_stops_where_a_measure_settles() -> None:
    settled = {
        **PICTURE,
        "start": [*PICTURE["start"], "2026-07-06", "2026-07-13"],
        "observed": [5, 4, 2, 1, 1],
    }
    drawn = effect(settled, "下降")
    assert [len(line.split()) for line in re.findall('class="observed" points="([^"]+)"', drawn)] == [3, 2]


@given(st.floats(1e-3, 1e6))
def test_marks_are_few_round_and_reach_almost_to_the_top(top: float) -> None:
    drawn = effect({"start": ["2026-06-01", "2026-06-08"], "observed": [top, 0.0]}, "下降")
    marks = [float(each) for each in re.findall(r'text-anchor="end">([\d.]+(?:e[+-]\d+)?)</text>', drawn)]
    assert 3 <= len(marks) <= 6
    assert marks[0] == 0
    assert top * 0.6 <= marks[-1] <= top * 1.0001
    assert marks[1] == float(f"{marks[1]:.1g}")


@pytest.mark.parametrize("picture", [{}, {"start": ["2026-06-01"]}, {"start": [], "observed": []}])
def test_too_little_to_draw_is_no_picture(picture: dict[str, object]) -> None:
    assert effect(picture, "x") == ""


def test_a_place_is_marked_and_everything_is_escaped() -> None:
    assert marked("<b>坏了</b>很快", [(3, 5, -1), (9, 11, 1)]) == (
        '&lt;b&gt;<mark class="against" title="不满">坏了</mark>&lt;/b&gt;<mark class="for" title="满意">很快</mark>'
    )


@pytest.mark.parametrize("places", [[(0, 99, -1)], [(2, 2, -1)], [(0, 2, 1), (1, 3, -1)]])
def test_places_that_do_not_fit_never_lose_a_word(places: list[tuple[int, int, int]]) -> None:
    assert marked("很快就坏", places).striptags().replace(" ", "") == "很快就坏"


def test_a_table_as_a_file_holds_no_formula() -> None:
    table = Table("表", ("名",), [("=HYPERLINK(1)",), (-3,)])
    assert as_csv([table]).decode("utf-8-sig").splitlines()[2:4] == ["'=HYPERLINK(1)", "-3"]
