"""The list of commands is what the modules add, so that one command imports one module."""

import subprocess
import sys
from importlib import import_module

import pytest
import typer

from cli import ENGINES, build
from cli.listing import COMMANDS, GROUPS

MODULES = {command.module for command in COMMANDS.values()}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_adds_the_commands_listed_for_it(module):
    app = typer.Typer()
    import_module(f"cli.{module}").attach(app)
    added = {entry.name for entry in (*app.registered_commands, *app.registered_groups)}
    assert added == {name for name, command in COMMANDS.items() if command.module == module}


def test_every_command_is_listed_once():
    names = [name for group in GROUPS.values() for name in group]
    assert len(names) == len(COMMANDS)
    assert set(names) >= ENGINES


def test_a_command_says_what_the_list_says():
    app = build(["score", "decide"])
    said = {
        entry.name: entry.short_help or entry.help
        for entry in (*app.registered_commands, *app.registered_groups)
    }
    assert said == {name: COMMANDS[name].words for name in said}


def test_the_list_is_shown_without_importing_what_the_commands_need():
    look = (
        "import sys, cli; cli.listed(); sys.exit(str({'prefect', 'sqlalchemy', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "set()"


def test_a_command_nobody_knows_is_told_so(run):
    said = run("problms")
    assert said.returncode == 2
    assert "problms" in said.stderr
