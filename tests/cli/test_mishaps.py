"""Nobody is shown a traceback; whoever mends it finds it in a file."""

import re
from pathlib import Path

import pytest

from cli.mishaps import unforeseen


@pytest.fixture
def tell(capsys, monkeypatch, tmp_path):
    """Return a function that meets an error and gives what was said and the file it was kept in."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def tell(error):
        assert unforeseen(error) == 1
        said = capsys.readouterr().err
        return said, Path(re.search("记在「(.+?)」", said)[1]).read_text()

    return tell


def test_an_error_is_one_sentence_and_its_place_is_kept_in_a_file(tell):
    said, kept = tell(ValueError("twice\nover"))
    assert said.startswith("出错：程序遇到没有预料到的情况（ValueError：twice over）。\n")
    assert "Traceback" not in said
    assert "ValueError: twice" in kept


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied", "/a/b"), "出错：「/a/b」：没有权限。"),
        (OSError(28, "No space left on device", "/a/b"), "出错：「/a/b」：磁盘已满。"),
        (OSError(5, "Input/output error", "/a/b"), "出错：「/a/b」：Input/output error。"),
    ],
)
def test_what_the_system_refuses_is_told_with_its_file(tell, error, sentence):
    said, _ = tell(error)
    assert said.startswith(sentence)
