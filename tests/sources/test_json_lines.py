"""JSON lines and JSON arrays: a broken line costs itself and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources import json_lines
from sources.base import Chunk
from sources.json_lines import JsonLines
from voc.errors import InputError


def read(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Chunk:
    path = folder / "feedback.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    (chunk,) = JsonLines(path).chunks(10_000)
    return chunk


def test_one_object_a_line_is_one_row_with_the_line_as_its_number(tmp_path: Path) -> None:
    chunk = read(tmp_path, '{"text": "很好"}\r\n\n{"text": "不好", "star": 1}\n')
    assert [(row.row, row.payload) for row in chunk.rows] == [
        (1, {"text": "很好"}),
        (3, {"text": "不好", "star": "1"}),
    ]
    assert chunk.columns == ("text", "star")
    assert chunk.blank == [2]


def test_nested_objects_are_flattened_with_dots(tmp_path: Path) -> None:
    chunk = read(tmp_path, '{"user": {"id": 7, "tags": ["老客户", "VIP"]}, "ok": true, "note": null}')
    assert chunk.rows[0].payload == {
        "user.id": "7",
        "user.tags": '["老客户", "VIP"]',
        "ok": "true",
        "note": "",
    }


def test_numbers_stay_as_they_are_written(tmp_path: Path) -> None:
    chunk = read(tmp_path, '{"a": 1.0, "b": 123456789012345678901, "c": 1e3}')
    assert list(chunk.rows[0].payload.values()) == ["1.0", "123456789012345678901", "1e3"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"text": "很好"', "不是完整的 JSON"),
        ('["很好"]', "不是 JSON 对象"),
        ('"很好"', "不是 JSON 对象"),
        ('{"a":' * 50_000, "嵌套太深"),
    ],
)
def test_a_broken_line_is_set_aside_with_its_number(tmp_path: Path, line: str, says: str) -> None:
    chunk = read(tmp_path, '{"text": "一"}\n' + line + '\n{"text": "三"}\n')
    assert [row.row for row in chunk.rows] == [1, 3]
    assert [bad.row for bad in chunk.unreadable] == [2]
    assert "第 2 行" in chunk.unreadable[0].reason
    assert says in chunk.unreadable[0].reason


def test_nul_and_lone_surrogates_are_removed_and_noted(tmp_path: Path) -> None:
    chunk = read(tmp_path, '{"text": "好\\u0000的\\ud83d"}\n{"text": "\\ud83d\\ude00"}\n')
    assert [row.payload["text"] for row in chunk.rows] == ["好的", "😀"]
    assert chunk.notes == ["第 1 行去掉了 NUL 或不成对的代理字符。"]


def test_one_json_array_is_read_item_by_item(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "_BLOCK", 16)  # items go over the ends of blocks
    items = [{"text": f"第 {i} 条，很好", "star": str(i)} for i in range(40)]
    chunk = read(tmp_path, json.dumps(items, ensure_ascii=False, indent=1))
    assert [row.payload for row in chunk.rows] == items
    assert [row.row for row in chunk.rows] == list(range(1, 41))


@pytest.mark.parametrize("indent", [None, 1])
def test_the_records_in_an_answer_of_an_interface_are_the_rows(tmp_path: Path, indent: int | None) -> None:
    answer = {
        "code": 0,
        "pages": [{"no": 1}, {"no": 2}, {"no": 3}],
        "data": {"list": [{"id": 1, "内容": "很好"}, {"id": 2, "内容": "不好"}]},
    }
    chunk = read(tmp_path, json.dumps(answer, ensure_ascii=False, indent=indent))
    assert [(row.row, row.payload) for row in chunk.rows] == [
        (1, {"id": "1", "内容": "很好"}),
        (2, {"id": "2", "内容": "不好"}),
    ]


@pytest.mark.parametrize("indent", [None, 1])
def test_one_object_is_one_row_even_if_it_holds_a_list(tmp_path: Path, indent: int | None) -> None:
    chunk = read(tmp_path, json.dumps({"内容": "很好", "goods": ["茶"]}, ensure_ascii=False, indent=indent))
    assert [row.payload for row in chunk.rows] == [{"内容": "很好", "goods": '["茶"]'}]


def test_one_order_with_its_goods_on_one_line_is_one_row(tmp_path: Path) -> None:
    chunk = read(
        tmp_path, json.dumps({"内容": "很好", "goods": [{"sku": 1}, {"sku": 2}]}, ensure_ascii=False)
    )
    assert [row.payload["内容"] for row in chunk.rows] == ["很好"]


def test_a_number_cut_by_the_end_of_a_block_is_one_item(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lines, "_BLOCK", 5)
    chunk = read(tmp_path, "[12345, 67890, 13579]")
    assert [bad.raw for bad in chunk.unreadable] == ["12345", "67890", "13579"]


def test_an_array_that_breaks_off_keeps_what_was_whole(tmp_path: Path) -> None:
    chunk = read(tmp_path, '[{"text": "一"}, {"text": "二"}, {"text": "三"')
    assert [row.payload["text"] for row in chunk.rows] == ["一", "二"]
    assert [(bad.row, bad.raw) for bad in chunk.unreadable] == [(3, '{"text": "三"')]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    chunk = read(tmp_path, '{"text": "空调很好，安装师傅准时"}\n', encoding)
    assert chunk.rows[0].payload == {"text": "空调很好，安装师傅准时"}


def test_an_empty_file_is_refused_and_an_empty_array_says_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="是空的"):
        read(tmp_path, b"")
    assert read(tmp_path, "[]").notes == ["文件里没有数据。"]


def test_chunks_carry_all_columns_seen_so_far(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text('{"a": 1}\n{"b": 2}\n{"c": 3}\n', encoding="utf-8")
    assert [chunk.columns for chunk in JsonLines(path).chunks(2)] == [("a", "b"), ("a", "b", "c")]


def refusal_or_numbers(folder: Path, content: bytes) -> list[int]:
    try:
        chunk = read(folder, content)
    except InputError:
        return []
    return [*(row.row for row in chunk.rows), *(bad.row for bad in chunk.unreadable), *chunk.blank]


@given(
    content=st.binary(max_size=200)
    | st.text(st.sampled_from(list('{}[]",:\\u01 \n')), max_size=80).map(str.encode)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused_and_no_number_occurs_twice(tmp_path: Path, content: bytes) -> None:
    numbers = refusal_or_numbers(tmp_path, content)
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
