"""Lines of Chinese are filled to their end, and no line begins with a mark that closes."""

from hypothesis import given
from hypothesis import strategies as st
from rich._wrap import words
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from cli.breaking import CLOSING, break_chinese

break_chinese()
CONSOLE = Console(width=200)


def wrapped(text, width):
    return [line.plain for line in Text(text, overflow="fold").wrap(CONSOLE, width)]


def test_chinese_after_a_latin_word_stays_in_its_line():
    assert wrapped("Excel 工作表的名字或序号", 16) == ["Excel 工作表的名", "字或序号"]


def test_a_line_begins_with_no_closing_mark_and_ends_with_no_opening_one():
    assert wrapped("质量很好，会回购", 8) == ["质量很", "好，会回", "购"]
    assert wrapped("请填写「类型」一列", 8) == ["请填写", "「类型」", "一列"]


def test_options_and_paths_stay_whole():
    assert wrapped("请用 --map text=评价内容 指明", 12) == ["请用 --map ", "text=评价内", "容 指明"]


@given(st.text("甲乙，。「」（）ab -./ \n").filter(str.strip))
def test_nothing_is_lost(text):
    assert "".join(word for _, _, word in words(text)) == text


@given(st.lists(st.sampled_from(["甲", "乙，", "「丙", "丁」。"]), min_size=1), st.integers(8, 20))
def test_lines_are_as_full_as_the_marks_let_them_be(parts, width):
    lines = wrapped("".join(parts), width)
    assert not [line for line in lines if line[0] in CLOSING or (line[-1] == "「" and line is not lines[-1])]
    assert all(cell_len(line) > width - 8 for line in lines[:-1])
