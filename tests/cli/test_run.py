"""`voc run` as people call it: one JSON object, rows that add up, and one Chinese sentence for what is wrong."""

import gc
import json
import os
import subprocess
import sys

import pytest
import xlsxwriter

from cli import main
from models.intake.collecting import reading
from settings import get_settings

HEADER = "编号,内容,时间,评分\n"
ROWS = HEADER + "".join(f"R{n},第{n}位客户等安装师傅等了一天,2026-06-0{n} 10:00,1\n" for n in range(1, 8))
# Prefect's client keeps sockets of its event and log threads open past the loop they were made in.
SOCKETS = (
    "ignore:unclosed <socket:ResourceWarning",
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning",
)
PARTS = ("stored", "duplicate", "near_duplicate", "rejected", "quarantined", "blank")


@pytest.fixture
def say(home, monkeypatch, capsys):
    """Return a function that runs a command in this process."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["voc", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, left.value.code, said.out, said.err)

    return run


@pytest.fixture
def voc(say, prefect_api):
    """Return a function that runs a command that starts flows in this process."""
    yield say
    gc.collect()  # sockets that Prefect forgot are found here, where they are known, and not in the next test


@pytest.fixture
def alone(home, prefect_api, tmp_path):
    """Return a function that runs the command as people do: in a process and a folder of its own."""

    def run(*arguments):
        environment = {**os.environ, "PREFECT_API_URL": prefect_api, "COLUMNS": "200"}
        command = [sys.executable, "-m", "cli", *map(str, arguments)]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=200
        )

    return run


def with_prefect(test):
    """Mark a test whose command starts flows."""
    for known in SOCKETS:
        test = pytest.mark.filterwarnings(known)(test)
    return pytest.mark.prefect(test)


def put(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@with_prefect
def test_one_json_object_whose_parts_add_up_and_a_second_run_that_stores_nothing(alone, voc, tmp_path):
    good = put(tmp_path, "good.csv", ROWS + "R8,时间写错,上上周,2\n,,,\n")
    done = alone("run", good, "--json")
    result = json.loads(done.stdout)
    (file,) = result["files"]
    assert (done.returncode, file["read"], file["quarantined"], file["blank"]) == (0, 9, 1, 1)
    assert file["read"] == sum(file[part] for part in PARTS)
    assert result["failed"] == []
    again = json.loads(voc("run", good, "--json", "--map", "rating=评分").stdout)["files"][0]
    assert (again["read"], again["stored"], again["duplicate"]) == (9, 0, 8)


@with_prefect
def test_every_kind_of_malformed_file_is_taken_in_or_named_row_by_row(voc, tmp_path):
    files = [
        put(tmp_path, "gbk.csv", ROWS.encode("gb18030")),
        put(tmp_path, "wide.csv", ROWS.encode("utf-16")),
        put(tmp_path, "quote.csv", ROWS + 'R8,"没有关上的引号,2026-06-01 10:00,2\n'),
        put(tmp_path, "nul.csv", ROWS + "R8,中间有\x00空字符,2026-06-01 10:00,2\n"),
        put(tmp_path, "huge.csv", ROWS + f"R8,{'长' * 200_000},2026-06-01 10:00,2\n"),
        put(tmp_path, "header.csv", HEADER),
    ]
    shop = 'name = "shop"\nkind = "csv"\nchannel = "web"\n[map]\ntext = "内容"\noccurred_at = "时间"\nrating = "评分"\n'
    done = voc("run", *files, "--source", put(tmp_path, "shop.toml", shop), "--json")
    found = {os.path.basename(file["path"]): file for file in json.loads(done.stdout)["files"]}
    assert {name: (file["read"], file["quarantined"]) for name, file in found.items()} == {
        "gbk.csv": (7, 0), "wide.csv": (7, 0), "quote.csv": (8, 1), "nul.csv": (8, 0), "huge.csv": (8, 1),
        "header.csv": (0, 0),
    }  # fmt: skip
    assert all(file["read"] == sum(file[part] for part in PARTS) for file in found.values())
    assert "Traceback" not in done.stderr


@with_prefect
def test_a_file_that_breaks_later_is_named_and_the_good_one_is_taken_in(voc, tmp_path):
    good, bad = put(tmp_path, "good.csv", ROWS), put(tmp_path, "bad.csv", "编号,正文\n1,很好\n")
    done = voc("run", good, bad, "--map", "text=内容,occurred_at=时间,rating=评分,external_id=编号", "--json")
    result = json.loads(done.stdout)
    assert done.returncode == 1
    assert [file["stored"] > 0 for file in result["files"]] == [True, False]
    assert "缺少列：内容、时间、评分" in result["files"][1]["error"]
    assert "采集：bad.csv：缺少列" in result["failed"][0]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", "", "文件「empty.csv」是空的"),
        ("blank.csv", "\n\n\n", "没有表头"),
        ("columns.csv", "甲,乙\n1,2\n", "认不出哪一列是反馈内容；文件里有的列：甲、乙"),
        ("excel.csv", b"PK\x03\x04\x00", "不是完整的 Excel 文件"),
        ("broken.xlsx", b"PK\x03\x04\x00", "不是完整的 Excel 文件"),
        ("notes.pdf", b"%PDF-1.7", "不认识「notes.pdf」的类型"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_chinese_sentence(say, tmp_path, name, content, sentence):
    done = say("run", put(tmp_path, name, content))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("出错：")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_first_sheet_without_a_table_is_told_with_the_other_sheets(say, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "two.xlsx") as book:
        book.add_worksheet("说明").write(0, 0, "本表由系统导出")
        book.add_worksheet("评价").write_column(0, 0, ["内容", "很好"])
    done = say("run", tmp_path / "two.xlsx")
    assert done.returncode == 1
    assert "认不出哪一列是反馈内容；文件里有的列：本表由系统导出" in done.stderr
    assert "没有读入：评价；要读哪一张，请用 --sheet 指明" in done.stderr


def test_a_missing_file_is_named_even_when_the_columns_are_given(say, tmp_path):
    done = say("run", tmp_path / "gone.csv", "--map", "text=内容")
    assert (done.returncode, "找不到文件「gone.csv」" in done.stderr) == (1, True)


def test_two_files_of_one_name_are_not_mixed_up(say, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    done = say("run", put(tmp_path, "a/x.csv", ROWS), put(tmp_path, "b/x.csv", ROWS))
    assert (done.returncode, "同名「x.csv」" in done.stderr) == (1, True)


def test_a_second_run_of_a_source_that_is_being_read_says_so_and_leaves(say, tmp_path):
    good = put(tmp_path, "good.csv", ROWS)
    with reading("good"):
        done = say("run", good)
    assert (done.returncode, "正在被另一个任务采集" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["approve", "404", "--yes"], "没有编号为 404"),
        (["accept", "404"], "没有编号为 404 的措施"),
        (["implement", "404"], "没有编号为 404 的措施"),
        (["problem", "dismiss", "404", "--reason", "无"], "没有编号为 404 的问题"),
        (["quarantine", "release", "404"], "没有编号为 404"),
        (["quarantine", "discard", "404"], "没有编号为 404"),
        (["accept", "1", "--live-on", "明天"], "没有编号为 1 的措施"),
    ],
)
def test_a_number_that_is_not_there_is_one_chinese_sentence(say, arguments, sentence):
    done = say(*arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_one_chinese_sentence(say, monkeypatch):
    with monkeypatch.context() as wrong:
        wrong.setenv("VOC_BATCH_ROWS", "many")
        get_settings.cache_clear()
        done = say("problems")
    get_settings.cache_clear()
    assert (done.returncode, "[VOC-007]" in done.stderr, "Traceback" in done.stderr) == (1, True, False)
