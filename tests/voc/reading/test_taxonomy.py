from __future__ import annotations

from pathlib import Path

import pytest

from voc.errors import ConfigError
from voc.reading.taxonomy import parse_taxonomy

ASSET = Path(__file__).resolve().parents[3] / "voc" / "data" / "taxonomy.toml"
HEAD = 'version = "1"\n[[area]]\ncode = "a"\nname = "甲"\n'


def issue(code: str = "a.x", **fields: str) -> str:
    values = {"name": "名", "problem": f"问题{code}", "dimension": "process"} | fields
    lines = "".join(f'{key} = "{value}"\n' for key, value in values.items())
    return f'[[area.issues]]\ncode = "{code}"\n{lines}'


def test_the_shipped_taxonomy_can_be_read() -> None:
    taxonomy = parse_taxonomy(ASSET.read_text(encoding="utf-8"))
    assert len(taxonomy.issues) == 74
    assert taxonomy.issue("installation.late").problem == "安装师傅未按预约时间上门"
    assert taxonomy.areas["app"] == "应用与网站"


def test_every_shipped_issue_can_be_recognised() -> None:
    taxonomy = parse_taxonomy(ASSET.read_text(encoding="utf-8"))
    assert [found.code for found in taxonomy.issues if not found.cues] == []


def test_codes_are_looked_up() -> None:
    taxonomy = parse_taxonomy(HEAD + issue("a.x") + issue("a.y"))
    assert "a.y" in taxonomy
    assert "a.z" not in taxonomy
    assert taxonomy.issue("a.y").area_name == "甲"


def test_word_groups_are_put_into_cues() -> None:
    text = (
        HEAD.replace("[[area]]", '[words]\nbad = "差|烂"\n[[area]]', 1) + issue() + 'cues = ["态度{bad}"]\n'
    )
    assert parse_taxonomy(text).issue("a.x").cues == ("态度(?:差|烂)",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = ", "不是有效的 TOML"),
        ("[[area]]\ncode = 'a'\nname = '甲'\n", "缺少版本号"),
        ('version = "1"\n', "没有任何问题"),
        (HEAD + issue() + issue(problem="别的"), "代码重复：a.x"),
        (HEAD + issue() + issue("a.y", problem="问题a.x"), "问题句重复"),
        (HEAD + issue("b.x"), "应以所属领域「a.」开头"),
        (HEAD + issue(dimension="magic"), "维度「magic」不存在"),
        (HEAD + issue(name=" "), "缺少 name"),
        (HEAD + issue() + 'cues = ["态度{worse}"]\n', "未定义的词组「worse」"),
        (HEAD + issue() + 'cues = ["(差"]\n', "不是有效的正则表达式"),
        (HEAD + issue() + 'cues = ["(?:差)?"]\n', "会匹配空文字"),
        (HEAD + issue() + 'cues = "差"\n', "应为非空文字的列表"),
        (HEAD + issue() + 'cues = ["~差"]\n', "没有给出语境"),
    ],
)
def test_mistakes_are_told_in_chinese(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_taxonomy(text)
