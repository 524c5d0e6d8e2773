from __future__ import annotations

import pytest

from voc.privacy.places import abroad


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("本场埃因霍温客场", "埃因霍温"),
        ("朴茨茅斯近期反弹", "朴茨茅"),
        ("里昂主场不败", "里昂"),
        ("去了伊斯坦布尔", "坦布尔"),
    ],
)
def test_clubs_and_towns_are_known_whole_and_in_part(text: str, value: str) -> None:
    start = text.index(value)
    assert abroad(text, start, start + len(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [("丹尼斯来电", "丹尼斯"), ("华金·菲尼克斯", "华金·菲尼克斯"), ("王建国去了里昂", "王建国")],
)
def test_names_that_hold_or_stand_beside_a_town_stay_names(text: str, value: str) -> None:
    start = text.index(value)
    assert not abroad(text, start, start + len(value))
