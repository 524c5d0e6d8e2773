"""Pictures go on a page without what nobody sees, and look as they were drawn."""

import re
from datetime import date, timedelta

import pytest

from notifications import charts
from notifications.vector import responsive

WEEKS = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(12)]


@pytest.fixture(scope="module")
def picture() -> str:
    return charts.trend(WEEKS, [float(n % 5) for n in range(12)], "走势<b>", WEEKS[6])


def drawn(inside: str) -> str:
    return responsive(f'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50">{inside}</svg>', "图")


def test_only_the_picture_as_a_whole_speaks_and_in_the_words_it_was_given(picture: str) -> None:
    assert re.findall(r'(?:role|aria-\w+|class)="([^"]*)"', picture) == ["chart", "img", "走势&lt;b&gt;"]


def test_marks_labels_and_the_go_live_stay(picture: str) -> None:
    assert re.findall(r"<text[^>]*>([^<]*)</text>", picture)[-1] == "措施上线"
    assert len(re.findall(r'<path[^>]* fill="#2f5d8a"', picture)) == len(WEEKS)
    assert picture.count("font-family") == 1


def test_groups_that_say_nothing_and_marks_without_colour_are_left_out() -> None:
    light = drawn(
        '<g class="a"><g transform="translate(0,0)"><path class="background" d="M0,0h9"/></g>'
        '<path class="background" d="M1,1h9" fill="#fff"/><line x2="9" stroke="#000" opacity="1"/></g>'
        '<g transform="translate(3,0)"/><path d="M2,2h9" fill="red" display="none"/>'
    )
    assert re.sub(r"^<svg[^>]*>", "", light) == (
        '<path d="M1,1h9" fill="#fff" /><line x2="9" stroke="#000" /></svg>'
    )


def test_places_keep_two_digits_and_words_keep_all() -> None:
    light = drawn('<text transform="translate(51.871921182266014,-1.2e-15)" fill="#000">2.718281828</text>')
    assert 'transform="translate(51.87,0)"' in light
    assert ">2.718281828<" in light


def test_fonts_that_differ_stay_with_their_words() -> None:
    light = drawn('<text font-family="A">a</text><text font-family="B">b</text>')
    assert re.findall(r'font-family="(\w)"', light) == ["A", "B"]


def test_words_take_the_room_of_chinese_signs_whatever_fonts_the_machine_has() -> None:
    name = "设备连不上网或频繁离线"
    drawn = charts.bars([{"name": name, "value": 1, "text": "1 条"}], "投诉")
    left = float(re.search(r"translate\(([\d.]+),", drawn)[1])
    assert left >= 12 * len(name)


def test_counts_stand_on_an_axis_of_whole_numbers():
    few, rates = [0, 1, 2, 1] * 3, [0.2, 1.0, 1.7, 1.1] * 3
    assert not re.findall(r">\d\.\d<", charts.trend(WEEKS, few, "走势"))
    assert re.findall(r">\d\.\d<", charts.trend(WEEKS, rates, "走势"))
