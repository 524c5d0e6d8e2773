"""The security guide names tests that are there, and the limits that hold."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[\w/.]+)`", PAGE))))
def test_every_test_the_guide_names_is_there(path):
    assert (ROOT / path).exists()


def test_every_line_of_the_table_says_whether_it_is_met():
    lines = [line for line in PAGE.splitlines() if re.match(r"\| \d", line)]
    assert len(lines) > 40
    states = [line.split("|")[3].strip() for line in lines]
    assert [one for one in states if not re.match(r"(not met|met|partly|left to)", one)] == []
    assert any(state.startswith("not met") for state in states)
