"""A new class in the text of a taxonomy."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import asset_text
from voc.errors import InputError
from voc.reading.classes import block, with_issue
from voc.reading.taxonomy import parse_taxonomy

TEXT = asset_text("taxonomy.toml")
NEW = ("logistics.cold_chain", "冷链断链", "冷链食品送到时已经化冻", "process", ["化冻", "解冻了"])


def test_a_new_class_is_read_and_everything_else_stays_as_it_is():
    before, after = parse_taxonomy(TEXT), parse_taxonomy(with_issue(TEXT, *NEW))
    assert {issue.code for issue in after.issues} - {issue.code for issue in before.issues} == {NEW[0]}
    assert after.issue(NEW[0]).area == "logistics"
    assert after.version == f"{before.version}+{NEW[0]}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({0: "cold"}, "领域.名称"),
        ({0: "nowhere.cold"}, "没有代码为「nowhere」"),
        ({0: "logistics.late"}, "已经有了"),
        ({3: "weather"}, "维度"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(change, said):
    with pytest.raises(InputError, match=said):
        with_issue(TEXT, *[change.get(place, value) for place, value in enumerate(NEW)])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_nothing_somebody_typed_can_end_the_value_it_stands_in(typed):
    (issue,) = tomllib.loads("[[area]]\n" + block(NEW[0], typed, *NEW[2:4], [typed]))["area"][0]["issues"]
    assert (issue["name"], issue["cues"]) == (typed, [typed])
