"""`voc similar` as people call it."""

import csv
import io

import pytest

PAIRS = "编号,问句,另一句\n1,怎么取消花呗,如何关闭花呗\n2,怎么取消花呗,今天天气很好\n3,,\n"


@pytest.fixture
def similar(voc, tmp_path):
    """Return a function that compares the pairs of a file."""
    (tmp_path / "pairs.csv").write_bytes(PAIRS.encode("gb18030"))
    return lambda *arguments: voc("similar", *arguments)


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_pair_gets_a_probability_and_a_word_beside_its_own_columns(similar, tmp_path):
    said = similar("pairs.csv", "--a", "问句", "--b", "另一句", "--out", "out.csv")
    rows = read((tmp_path / "out.csv").read_text("utf-8"))
    assert said.returncode == 0
    assert list(rows[0]) == ["编号", "问句", "另一句", "similarity", "same"]
    assert [row["编号"] for row in rows] == ["1", "2", "3"]
    assert [row["same"] for row in rows] == ["是", "否", "否"]
    assert (
        1 >= float(rows[0]["similarity"]) > float(rows[1]["similarity"]) >= float(rows[2]["similarity"]) == 0
    )


def test_the_threshold_can_be_chosen(similar):
    said = similar("pairs.csv", "--a", "问句", "--b", "另一句", "--out", "-", "--threshold", "1")
    assert [row["same"] for row in read(said.stdout)] == ["否", "否", "否"]
    assert "相似度达到 1" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--a", "问句", "--b", "问句"], "同一列「问句」"),
        (["--a", "问题", "--b", "另一句"], "没有列「问题」（--a）。是不是「问句」？"),
    ],
)
def test_mistakes_are_told_in_one_chinese_sentence(similar, tmp_path, arguments, sentence):
    said = similar("pairs.csv", *arguments, "--out", "out.csv")
    assert (said.returncode, sentence in said.stderr) == (1, True)
    assert not (tmp_path / "out.csv").exists()
