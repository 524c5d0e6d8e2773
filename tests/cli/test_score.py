"""`voc score` as people call it: one output row per input row, whatever the file is like."""

import csv
import io
import json
import subprocess
import sys

import pytest
import xlsxwriter

from voc.reading.scoring import COLUMNS

LONG = "安装师傅迟到了三个小时，电话也打不通，我请假白等了一上午"
NEARLY = "安装师傅迟到了三个小时，电话也打不通，我请假白等了一下午"
WORDS = [
    "空调制冷很好，师傅也热情",
    "",
    LONG,
    "请问这款空调支持多大面积？",
    LONG,
    NEARLY,
    "此用户未填写评价内容",
]


def table(rows, columns=("编号", "内容")):
    buffer = io.StringIO()
    csv.writer(buffer).writerows([columns, *rows])
    return buffer.getvalue()


def put(path, content, encoding="utf-8"):
    path.write_bytes(content.encode(encoding))
    return path


def read(path, encoding="utf-8"):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


@pytest.fixture
def words(tmp_path):
    return put(tmp_path / "words.csv", table(enumerate(WORDS)))


def test_there_is_one_row_for_each_row_with_the_input_first_and_unchanged(voc, words, tmp_path):
    assert voc("score", words, "--text", "内容", "--out", "out.csv").returncode == 0
    rows = read(tmp_path / "out.csv")
    assert [(row["编号"], row["内容"]) for row in rows] == [(str(n), text) for n, text in enumerate(WORDS)]
    assert list(rows[0]) == ["编号", "内容", *COLUMNS]


def test_the_labels_are_chinese_words_and_lists_are_json(voc, words, tmp_path):
    voc("score", words, "--text", "内容", "--out", "out.csv")
    rows = read(tmp_path / "out.csv")
    assert [row["type"] for row in rows[:4]] == ["表扬", "", "投诉", "咨询"]
    assert (rows[6]["type"], rows[6]["sentiment"], rows[6]["areas"]) == ("", "", "[]")  # the platform's words
    assert [row["sentiment"] for row in rows[:3]] == ["正面", "", "负面"]
    assert -1 <= float(rows[2]["sentiment_score"]) < 0 < float(rows[2]["confidence"]) <= 1
    areas = json.loads(rows[2]["areas"])
    assert [rows[2]["masked_text"][area["start"] : area["end"]] for area in areas] == [
        a["text"] for a in areas
    ]
    assert "installation" in {area["code"] for area in areas}
    assert {
        json.dumps(json.loads(row[name])) for row in rows[1:2] for name in ("areas", "pii", "unsure")
    } == {"[]"}


def test_copies_name_the_first_row_and_are_labelled_like_it(voc, words, tmp_path):
    voc("score", words, "--text", "内容", "--out", "out.csv")
    rows = read(tmp_path / "out.csv")
    assert [(row["reject_reason"], row["duplicate_of"]) for row in rows] == [
        ("", ""), ("空白", ""), ("", ""), ("", ""), ("重复", "3"), ("近似重复", "3"), ("平台默认评价", ""),
    ]  # fmt: skip
    assert rows[4]["type"] == rows[2]["type"]


def test_a_second_customer_with_the_same_short_words_is_heard(voc, tmp_path):
    file = put(
        tmp_path / "a.csv",
        table([("甲", "师傅服务很好"), ("乙", "师傅服务很好"), ("甲", "师傅服务很好")], ("客户", "内容")),
    )
    voc("score", file, "--text", "内容", "--customer", "客户", "--out", "out.csv")
    assert [row["duplicate_of"] for row in read(tmp_path / "out.csv")] == ["", "", "1"]
    voc("score", file, "--text", "内容", "--out", "out.csv")
    assert [row["duplicate_of"] for row in read(tmp_path / "out.csv")] == ["", "1", "1"]


def test_personal_data_is_placed_in_the_original_and_never_repeated_outside_it(voc, tmp_path):
    text = "师傅　　没来，，，，，请打１３８１２３４５６７８找我"
    voc("score", put(tmp_path / "a.csv", table([("1", text)])), "--text", "内容", "--out", "out.csv")
    (row,) = read(tmp_path / "out.csv")
    (piece,) = json.loads(row["pii"])
    assert text[piece["start"] : piece["end"]] == "１３８１２３４５６７８"
    assert piece["token"] in row["masked_text"]
    assert "13812345678" not in "".join(cell for name, cell in row.items() if name != "内容")


TRADITIONAL = "空調壞了，客服說明天會派人來，結果一直沒有人來，電話也沒有人接，我要退貨"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8-sig", LONG), ("gb18030", LONG), ("utf-16", LONG), ("big5", TRADITIONAL), ("utf-8", TRADITIONAL)],
)
def test_any_chinese_encoding_is_read_and_utf_8_is_written(voc, tmp_path, encoding, said):
    file = put(tmp_path / "a.csv", table([("1", said)], ("no", "text")), encoding)
    assert voc("score", file, "--text", "text", "--out", "out.csv").returncode == 0
    (row,) = read(tmp_path / "out.csv")
    assert (row["text"], row["type"]) == (said, "投诉")


def test_a_file_with_a_header_and_no_rows_gives_a_header_and_no_rows(voc, tmp_path):
    put(tmp_path / "a.csv", "编号,内容\n")
    assert voc("score", "a.csv", "--text", "内容", "--out", "out.csv").returncode == 0
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines() == [
        ",".join(["编号", "内容", *COLUMNS])
    ]


def test_a_workbook_is_read_from_the_sheet_that_is_named(voc, tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        book.add_worksheet("说明").write_string(0, 0, "看第二张")
        sheet = book.add_worksheet("评价")
        for place, cell in enumerate(["内容", LONG]):
            sheet.write_string(place, 0, cell)
    assert (
        voc("score", tmp_path / "a.xlsx", "--text", "内容", "--sheet", "评价", "--out", "out.csv").returncode
        == 0
    )
    assert [row["内容"] for row in read(tmp_path / "out.csv")] == [LONG]
    refused = voc("score", tmp_path / "a.xlsx", "--text", "内容", "--sheet", "别的", "--out", "out.csv")
    assert "有的是：说明、评价" in refused.stderr


def test_json_lines_give_all_their_columns_even_late_ones(voc, tmp_path):
    lines = [{"text": "很好用"}, {}, {"text": LONG, "店铺": "一店"}]
    file = put(tmp_path / "a.jsonl", "\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    voc("score", file, "--text", "text", "--out", "out.csv")
    assert [(row["text"], row["店铺"]) for row in read(tmp_path / "out.csv")] == [
        ("很好用", ""), ("", ""), (LONG, "一店"),
    ]  # fmt: skip


def test_empty_lines_are_no_rows_and_broken_rows_are_kept_with_a_reason(voc, tmp_path):
    content = f"编号,内容\n1,{LONG}\n\n2,多,了,几格\n,\n3,很好\n"
    said = voc("score", put(tmp_path / "a.csv", content), "--text", "内容", "--out", "out.csv")
    rows = read(tmp_path / "out.csv")
    assert [row["reject_reason"] for row in rows] == ["", "无法读取", "空白", ""]
    assert rows[1]["内容"] == "2,多,了,几格"
    assert "第 4 行读出 4 格" in said.stderr


def test_line_ends_and_quotes_in_cells_survive(voc, tmp_path):
    said = '第一行\n第二行\r\n"引号"，逗号,和\t制表'
    voc("score", put(tmp_path / "a.csv", table([("1", said)])), "--text", "内容", "--out", "out.csv")
    (row,) = read(tmp_path / "out.csv")
    assert (row["内容"], row["model_version"] != "") == (said, True)


def test_stars_and_times_and_titles_are_taken_into_account(voc, tmp_path):
    columns = ("标题", "内容", "星", "时间")
    rows = [
        ("到货", "还没装", "1", "2026-06-01"),
        ("到货", "还没装", "5", "2026-06-02"),
        ("无", "", "1", "乱写"),
    ]
    file = put(tmp_path / "a.csv", table(rows, columns))
    said = voc("score", file, "--text", "标题+内容", "--rating", "星", "--time", "时间", "--out", "out.csv")
    scores = [float(row["sentiment_score"]) for row in read(tmp_path / "out.csv")]
    assert scores[0] < scores[1]
    assert "1 行的时间看不懂" in said.stderr


def test_more_complaints_of_one_issue_raise_its_priority(voc, tmp_path):
    one = [(str(n), f"第{n}次了，安装师傅迟到，等了{n}个小时没人来") for n in range(1, 31)]
    voc("score", put(tmp_path / "few.csv", table(one[:1])), "--text", "内容", "--out", "few.out")
    voc("score", put(tmp_path / "many.csv", table(one)), "--text", "内容", "--out", "many.out")
    few, many = read(tmp_path / "few.out")[0], read(tmp_path / "many.out")[0]
    assert float(few["priority_score"]) < float(many["priority_score"])
    assert "本文件内同类反馈" in many["priority_reasons"]


def test_a_copy_stands_where_its_original_stands_and_is_not_counted(voc, tmp_path):
    voc("score", put(tmp_path / "a.csv", table([("1", LONG)])), "--text", "内容", "--out", "one.csv")
    voc("score", put(tmp_path / "b.csv", table([("1", LONG)] * 9)), "--text", "内容", "--out", "nine.csv")
    (alone,) = read(tmp_path / "one.csv")
    rows = read(tmp_path / "nine.csv")
    assert {row["priority_score"] for row in rows} == {alone["priority_score"]}
    assert {row["duplicate_of"] for row in rows[1:]} == {"1"}


def test_a_column_of_the_same_name_keeps_its_place_and_ours_is_renamed(voc, tmp_path):
    file = put(tmp_path / "a.csv", table([("旧", LONG)], ("type", "内容")))
    said = voc("score", file, "--text", "内容", "--out", "out.csv")
    (row,) = read(tmp_path / "out.csv")
    assert (row["type"], row["type_voc"]) == ("旧", "投诉")
    assert "新列改称「type_voc」" in said.stderr


def test_standard_output_carries_the_table_and_nothing_else(voc, words):
    said = voc("score", words, "--text", "内容", "--out", "-")
    assert len(list(csv.DictReader(io.StringIO(said.stdout, newline="")))) == len(WORDS)


def test_the_summary_is_one_json_object(voc, words):
    result = json.loads(voc("score", words, "--text", "内容", "--out", "out.csv", "--json").stdout)
    assert (result["rows"], sum(result["types"].values()), result["reasons"]["重复"]) == (7, 5, 1)


def test_two_processes_say_what_one_says(voc, tmp_path, monkeypatch):
    monkeypatch.setattr("cli.scoring.CHUNK", 20)
    rows = [(str(n), f"{n}号师傅{'很好' if n % 3 else '迟到了，' + LONG}") for n in range(210)]
    file = put(tmp_path / "a.csv", table(rows))
    voc("score", file, "--text", "内容", "--out", "one.csv", "--processes", "1")
    voc("score", file, "--text", "内容", "--out", "two.csv", "--processes", "2")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_a_byte_order_mark_is_written_for_excel_only_when_asked_for(voc, words, tmp_path):
    voc("score", words, "--text", "内容", "--out", "out.csv", "--excel")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        (table([("1", "好")]), ["--text", "内荣"], "是不是「内容」？文件里有的列：编号、内容。"),
        (table([("1", "好")], ("a", "b")), [], "认不出哪一列是反馈内容"),
        (table([("1", "好")]), ["--text", "内容", "--rating", "星级"], "没有列「星级」（--rating）"),
        (table([("1", "好")]), ["--text", "内容", "--scale", "好-坏"], "评分范围「好-坏」看不懂"),
        (table([("1", "好")]), ["--text", "内容", "--sheet", "1"], "不是 Excel 文件"),
        (table([("1", "好")]), ["--text", "内容", "--encoding", "utf-99"], "不认识编码「utf-99」"),
        ("", ["--text", "内容"], "是空的"),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_one_chinese_sentence_and_leave_nothing_behind(
    voc, tmp_path, content, arguments, sentence
):
    file = put(tmp_path / "a.csv", content)
    said = voc("score", file, *arguments, "--out", "out.csv")
    assert (said.returncode, said.stderr.splitlines()[-1][:3]) == (1, "出错：")
    assert sentence in said.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]


@pytest.mark.parametrize(
    ("out", "sentence"),
    [("a.csv", "同一个文件"), ("no/out.csv", "没有文件夹「no」"), ("out.xlsx", "扩展名写成 .csv")],
)
def test_a_target_that_cannot_be_is_refused_before_any_work(voc, tmp_path, out, sentence):
    file = put(tmp_path / "a.csv", table([("1", "好")]))
    said = voc("score", file, "--text", "内容", "--out", out)
    assert (said.returncode, sentence in said.stderr) == (1, True)
    assert read(file) == [{"编号": "1", "内容": "好"}]


def test_a_missing_file_is_said_to_be_missing(voc):
    assert "找不到文件「没有.csv」" in voc("score", "没有.csv", "--text", "内容", "--out", "out.csv").stderr


def test_a_run_that_breaks_off_leaves_no_result_that_looks_complete(voc, words, tmp_path, monkeypatch):
    put(tmp_path / "out.csv", "old")
    monkeypatch.setattr("cli.scoring.ranks", lambda *_, **__: 1 / 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = voc("score", words, "--text", "内容", "--out", "out.csv")
    assert (said.returncode, "没有预料到的情况（ZeroDivisionError" in said.stderr) == (1, True)
    assert (tmp_path / "out.csv").read_text() == "old"
    assert not (tmp_path / "out.csv.part").exists()


def test_neither_database_nor_prefect_is_loaded():
    loaded = "import sys, cli; cli.build(['score']); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert {"prefect", "sqlalchemy", "great_expectations", "psycopg2"}.isdisjoint(said.stdout.split())
