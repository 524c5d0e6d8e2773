"""The command in this process, in a folder of its own."""

import subprocess
import sys

import pytest

from cli import main
from settings import get_settings


@pytest.fixture
def voc(tmp_path, monkeypatch, capfd):
    """Return a function that runs the command in this process, in a folder of its own."""
    monkeypatch.setenv("VOC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    get_settings.cache_clear()

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["voc", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, left.value.code, said.out, said.err)

    yield run
    get_settings.cache_clear()
