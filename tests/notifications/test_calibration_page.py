"""The page of a rehearsal says what was counted, and names a promise that was broken."""

import re

import pytest

from notifications.calibration_page import render_calibration
from voc.calibration.loops import Tally, Terms
from voc.calibration.summary import Row
from voc.calibration.world import World


def row(credited, name="<b>送货</b>迟到"):
    nothing = Tally(loops=1000, credited=credited, covered=948, below=26, above=26, drop=150, poisson=210)
    half = Tally(loops=100, credited=90)
    return Row(World(30, 2, 0.3, 0.15, name), nothing, {0.5: half})


@pytest.fixture
def page(home):
    return render_calibration([row(21), row(90, "安装")], Terms(), own=True)


def test_every_rate_stands_on_the_page(page):
    assert {"2.1%", "15.0%", "21.0%", "94.8%"} <= set(re.findall(r"[\d.]+%", page))


def test_a_broken_promise_is_named_and_marked(page):
    assert "超出约定的 2.5%（安装）" in page
    assert page.count('class="n ours over"') == 1


def test_names_are_escaped_everywhere(page):
    assert "<b>送货</b>" not in page


def test_the_page_stands_alone_with_three_pictures(page):
    assert page.count("<svg") == 3
    assert not re.search(r'(?:src|href)="http', page)


def test_without_true_effects_there_is_no_curve(home):
    alone = render_calibration([Row(World(), Tally(loops=100, covered=95), {})], Terms(), own=False)
    assert alone.count("<svg") == 2
