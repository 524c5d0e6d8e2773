"""Help pages and wrong calls are told in Chinese, whatever the command."""

import re

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer._click.exceptions import UsageError

from cli import build
from cli.listing import COMMANDS, GROUPS
from cli.usage import in_chinese, sentence

ENGLISH = re.compile(
    r"Usage|Options|Arguments|Commands|Show this|default:|required|Invalid|Missing|Input should|No such"
    r"|<(str|int|float|path|file|directory|bool)>|list\["
)
CALLS = [
    (("score",), "缺少"),
    (("problms",), "没有命令 problms；是不是 problems"),
    (("source", "lost"), "没有命令 lost；是不是 list"),
    (("score", "x.csv", "--oot", "y"), "没有选项 --oot；是不是 --out"),
    (("score", "x.csv", "--out"), "选项 --out 后面要跟一个值"),
    (("score", "x.csv", "y.csv", "--out", "z.csv"), "多出了 y.csv"),
    (("calibrate", "--loops", "许多"), "--loops 要写整数"),
    (("calibrate", "--loops", "3"), "--loops 不能小于 100"),
    (("calibrate", "--season", "2"), "--season 不能大于 1"),
    (("calibrate", "--season", "大"), "--season 要写数"),
    (("effect", "x.csv", "--design", "guess"), "--design 不能是 guess，只能是 auto、"),
]


def commands():
    """Every command of every module, with the words that call it."""
    for module in dict.fromkeys(command.module for command in COMMANDS.values()):
        for words, command in _below((), in_chinese(typer.main.get_command(build([module])))):
            yield pytest.param(words, command, id=" ".join(words))


def _below(words, command):
    for name, each in getattr(command, "commands", {}).items():
        yield (*words, name), each
        yield from _below((*words, name), each)


EVERY = list(commands())


@pytest.mark.parametrize(("call", "told"), CALLS)
def test_a_wrong_call_is_told_in_one_chinese_sentence(run, call, told):
    said = run(*call)
    assert said.returncode == 2
    assert told in said.stderr
    assert not ENGLISH.search(said.stderr)


@pytest.mark.parametrize(("words", "command"), EVERY)
def test_every_help_page_is_chinese_and_cuts_nothing_off(words, command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    command(["--help"], standalone_mode=False)
    page = capsys.readouterr().out
    assert "用法：" in page
    assert not ENGLISH.search(page)
    assert not re.search(r"(?<!…)…(?!…)", page)


@pytest.mark.parametrize(("words", "command"), EVERY)
def test_a_value_that_an_option_cannot_take_is_told_in_chinese(words, command):
    told = [_told(command, option) for option in command.params if option.metavar in ("整数", "数")]
    assert all(re.fullmatch(r"--\S+ 要写(整数|数)", each) for each in told)


def _told(command, option):
    with pytest.raises(UsageError) as refused:
        command([option.opts[0], "许多"], standalone_mode=False)
    return sentence(refused.value.format_message())


def test_the_list_of_commands_goes_along_the_loop(run):
    page = run("--help").stdout
    places = [page.index(f"─ {title} ─") for title in GROUPS]
    assert places == sorted(places)


@given(st.text())
def test_what_the_library_never_says_stays_as_it_is(words):
    assert sentence(f"壹{words}") == f"壹{words}"
