"""What the documents promise is there: commands, targets, links, paths, settings, tables."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer

from cli import app
from settings import Settings
from voc.effect.names import NAMES
from voc.intake.rows import FIELDS, definition_from_dict, parse_definition
from voc.lifecycle import LIVES, next_state

ROOT = Path(__file__).resolve().parents[1]
COMMAND = typer.main.get_command(app)  # made once: all subcommands with their options
READMES = ("README.md", "README.zh-CN.md")
TRACKED = subprocess.run(
    ["git", "-c", "core.quotepath=off", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"],
    cwd=ROOT, capture_output=True, text=True, check=True,
).stdout.splitlines()  # fmt: skip
DOCUMENTS = sorted(name for name in TRACKED if name.endswith(".md"))
# Names that only one machine has. They are put together here, so that this file does not hold them.
PLACES = [
    re.compile(rf"(?<![\w.])/(?:{'|'.join(('wo' + 'rk', 'tm' + 'p', 'ro' + 'ot', 'ho' + 'me'))})(?:/|\b)"),
    re.compile(
        "|".join(
            ("py" + r"pi\.", "python" + "hosted", r"(?<!no-emit)-index" + "-url", "https?://mir" + "ror")
        )
    ),
]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text, language=""):
    """Return the fenced blocks of a document that are written in a language."""
    fenced = re.findall(r"^ *```(\w*)\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [body for kind, body in fenced if kind == language]


def commands(name):
    """Return the commands of a document, as lists of words, without their comments."""
    text = read(name)
    shown = [line for block in blocks(text) for line in block.splitlines()]
    told = re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL))
    words = [shlex.split(line, comments=True) for line in shown + told if re.match(r"(?:voc|make) ", line)]
    return [command for command in words if len(command) > 1]


def known(words):
    """Return the command of `voc` that words lead to, and the words that follow it."""
    command = COMMAND
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    return command, words


def named(part):
    return part if isinstance(part, str) else " ".join(part)


VOC = sorted({tuple(command) for name in DOCUMENTS for command in commands(name) if command[0] == "voc"})
MAKE = sorted(
    {word for name in DOCUMENTS for command in commands(name) if command[0] == "make" for word in command[1:]}
)
LINKS = sorted(
    {
        (name, target.partition("#")[0])
        for name in DOCUMENTS
        for target in re.findall(r"\]\(([^)\s]+)\)", read(name))
        if not re.match(r"[a-z]+:|#", target)
    }
)
SHOWN_PATHS = sorted(
    {
        (name, line.split()[0])
        for name in READMES
        for block in blocks(read(name))
        if block.startswith("settings.py")
        for line in block.splitlines()
    }
)
SETTINGS = {f"VOC_{field.upper()}" for field in Settings.model_fields} | {"VOC_PUBLIC_DATA"}
VARIABLES = sorted({(name, word) for name in DOCUMENTS for word in re.findall(r"\bVOC_[A-Z_]+", read(name))})


def test_the_documents_show_commands_links_paths_and_settings():
    assert min(map(len, (VOC, MAKE, LINKS, SHOWN_PATHS, VARIABLES))) > 5


@pytest.mark.parametrize("command", VOC, ids=named)
def test_every_voc_command_of_a_document_exists_with_its_options(command):
    found, rest = known(command[1:])
    options = {o for parameter in found.params for o in (*parameter.opts, *parameter.secondary_opts)}
    assert getattr(found, "commands", None) is None, f"{named(command)} stops at a group"
    assert {word for word in rest if word.startswith("-")} <= options


@pytest.mark.parametrize("target", MAKE)
def test_every_make_target_of_a_document_exists(target):
    assert re.search(rf"^{target}:", read("Makefile"), re.MULTILINE)


def test_both_readmes_show_the_same_commands():
    first, second = (sorted(commands(name)) for name in READMES)
    assert first == second


@pytest.mark.parametrize(("name", "target"), LINKS, ids=named)
def test_every_relative_link_leads_somewhere(name, target):
    assert ((ROOT / name).parent / target).exists()


@pytest.mark.parametrize(("name", "path"), SHOWN_PATHS, ids=named)
def test_every_path_of_the_tree_in_a_readme_exists(name, path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("name", "variable"), VARIABLES, ids=named)
def test_every_environment_variable_of_a_document_is_a_setting(name, variable):
    assert variable in SETTINGS


@pytest.mark.parametrize("name", READMES)
def test_the_source_definition_of_a_readme_can_be_read(name):
    (example,) = blocks(read(name), "toml")
    assert parse_definition(example).mapping.keys() <= set(FIELDS)


@pytest.mark.parametrize("name", READMES)
def test_a_readme_lists_every_field_of_a_mapping(name):
    assert f"`{' '.join(FIELDS)}`" in read(name)


@pytest.mark.parametrize("name", READMES)
def test_the_mapping_of_a_readme_can_be_read(name):
    (mapping,) = {word for command in commands(name) for word in command if word.startswith("text=评价内容")}
    assert definition_from_dict({"name": "x", "channel": "web", "map": mapping}).mapping["rating"] == "星级"


@pytest.mark.parametrize(
    ("life", "step"),
    [pytest.param(life, step, id=f"{life.name}-{step}") for life in LIVES.values() for step in life.steps],
)
def test_the_tables_of_the_lives_say_what_the_code_says(life, step):
    rule = life.steps[step]
    table = read("docs/architecture.md").split(f" {life.title}**", 1)[1].split("**", 1)[0]
    (row,) = (line for line in table.splitlines() if re.match(rf"\| (?:\w+, )*{step}(?:, \w+)* \|", line))
    _, _, sources, target, needs, _ = (cell.strip() for cell in row.split("|"))
    assert sources == ", ".join(source or "–" for source in rule.sources)
    assert target == (rule.target or "as it is") + ", next round" * rule.next_round
    assert needs == ", ".join(rule.requires)
    state = rule.sources[0]
    assert next_state(life, 1, state, step, dict.fromkeys(rule.requires, "x")) == rule.leads(state)


@pytest.mark.parametrize("verdict", NAMES.values())
def test_the_glossary_explains_every_verdict(verdict):
    assert f"| {verdict} |" in read("docs/glossary.md")


def test_the_index_of_decisions_lists_every_decision_once():
    listed = re.findall(r"\]\((\d{4}[^)]*\.md)\)", read("docs/decisions/README.md"))
    assert sorted(listed) == sorted(path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))


def test_decisions_say_context_choice_rejected_and_consequence():
    parts = ("**Context.**", "**Choice.**", "**Rejected.**", "**Consequence.**")
    paths = (ROOT / "docs" / "decisions").glob("[0-9]*.md")
    assert [path.name for path in paths if not all(part in path.read_text("utf-8") for part in parts)] == []


@pytest.mark.parametrize("pattern", PLACES, ids=("paths", "indexes"))
def test_no_tracked_text_names_a_machine_or_a_package_index(pattern):
    texts = ((name, (ROOT / name).read_bytes()) for name in TRACKED if (ROOT / name).is_file())
    readable = ((name, body.decode("utf-8", "replace")) for name, body in texts if b"\0" not in body)
    assert [(name, found.group()) for name, body in readable for found in pattern.finditer(body)] == []
