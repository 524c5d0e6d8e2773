"""The command in this process, in a folder of its own."""

import subprocess
import sys

import pytest

from cli import main
from settings import get_settings


@pytest.fixture
def voc(tmp_path, monkeypatch, run):
    """Return a function that runs the command in this process, in a folder of its own."""
    monkeypatch.setenv("VOC_HOME", str(tmp_path / "home"))
    get_settings.cache_clear()
    yield run
    get_settings.cache_clear()


@pytest.fixture
def voc_at_home(home, run):
    """Return a function that runs the command in this process, against the database all tests share."""
    return run


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """Return a function that runs the command in this process and catches what it says."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["voc", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, left.value.code, said.out, said.err)

    return run
