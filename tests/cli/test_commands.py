"""The list of commands is what the modules add, so that one command imports one module."""

from importlib import import_module

import pytest
import typer

from cli import COMMANDS, ENGINES


@pytest.mark.parametrize("module", COMMANDS)
def test_a_module_adds_the_commands_listed_for_it(module):
    app = typer.Typer()
    import_module(f"cli.{module}").attach(app)
    added = {entry.name for entry in (*app.registered_commands, *app.registered_groups)}
    assert added == set(COMMANDS[module])


def test_every_command_is_added_by_one_module():
    names = [name for names in COMMANDS.values() for name in names]
    assert len(names) == len(set(names))
    assert set(names) >= ENGINES


def test_a_command_nobody_knows_is_told_so(run):
    said = run("problms")
    assert said.returncode == 2
    assert "problms" in said.stderr
