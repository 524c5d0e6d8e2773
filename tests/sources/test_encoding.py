"""Which encoding a file has: right or refused, never mojibake."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.encoding import codec_named, detect, detect_file
from voc.errors import EncodingUnsure, InputError

SIMPLE = "编号,评价内容,星级\n1,空调很好，安装师傅准时,5\n2,不制冷,1\n"
TRADITIONAL = "編號,評價內容,星級\n1,空調很好，安裝師傅準時,5\n2,不製冷,1\n"
PUBLIC = Path(os.environ.get("VOC_PUBLIC_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.mark.parametrize(
    ("text", "written_as", "found"),
    [
        (SIMPLE, "utf-8", "utf-8"),
        (SIMPLE, "utf-8-sig", "utf-8-sig"),
        (SIMPLE, "gbk", "gb18030"),
        (SIMPLE, "gb18030", "gb18030"),
        (SIMPLE + "3,😀😀👍,5\n4," + "a" * 5000 + ",1\n", "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (SIMPLE, "utf-16", "utf-16"),
        (SIMPLE, "utf-16-le", "utf-16-le"),
        (SIMPLE, "utf-16-be", "utf-16-be"),
        ("id,text\n1,good\n", "utf-16-le", "utf-16-le"),
        ("id,text\n1,good\n", "ascii", "utf-8"),
    ],
)
def test_each_usual_encoding_is_told_from_a_few_rows(text: str, written_as: str, found: str) -> None:
    head = text.encode(written_as)
    assert detect(head) == found
    assert head.decode(detect(head)) == text


@pytest.mark.parametrize("bom", [b"\xff\xfe", b"\xfe\xff"])
def test_a_byte_order_mark_decides_the_byte_order(bom: bytes) -> None:
    order = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}[bom]
    head = bom + SIMPLE.encode(order)
    assert head.decode(detect(head)) == SIMPLE


@pytest.mark.parametrize(
    ("text", "written_as"),
    [
        ("café naïve résumé, à bientôt\n", "cp1252"),
        ("これは良い商品です。\n", "shift_jis"),
        ("Очень хорошо\n", "cp1251"),
    ],
)
def test_what_cannot_be_told_waits_and_the_user_is_asked_for_the_encoding(text: str, written_as: str) -> None:
    with pytest.raises(EncodingUnsure, match="--encoding"):
        detect(text.encode(written_as))


def test_gbk_that_is_also_valid_utf8_is_not_guessed() -> None:
    head = "一,一\n".encode("gbk")
    assert head.decode("utf-8") != "一,一\n"
    with pytest.raises(EncodingUnsure, match="都读得通"):
        detect(head)


def test_one_broken_byte_does_not_hold_up_a_utf8_file() -> None:
    assert detect(SIMPLE.encode() * 20 + b"3,\xff,1\n") == "utf-8"


def test_a_few_nuls_do_not_turn_utf8_into_utf16() -> None:
    assert detect(b"id,text\n1,go\x00od thing\n2,x\n") == "utf-8"


def test_a_file_that_starts_with_plain_ascii_is_judged_by_its_later_part(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_bytes(b"id,text\n" + b"1,good\n" * 60_000 + SIMPLE.encode("gbk") * 50)
    assert detect_file(path) == "gb18030"


def test_the_names_people_use_are_widened_to_the_superset() -> None:
    assert [codec_named(name) for name in ("GBK", "gb2312", "utf8", "Big5")] == [
        "gb18030",
        "gb18030",
        "utf-8-sig",
        "big5",
    ]


@pytest.mark.parametrize("name", ["gibberish", "rot13", "base64"])
def test_an_unknown_encoding_is_refused_with_the_usual_names(name: str) -> None:
    with pytest.raises(InputError, match=r"utf-8、gb18030"):
        codec_named(name)


@given(st.binary(max_size=400))
def test_any_bytes_are_detected_or_refused(head: bytes) -> None:
    assert isinstance(_read(head, errors="replace"), str | None)


@pytest.mark.real_data
@pytest.mark.skipif(not PUBLIC.is_dir(), reason="public data is not here: set VOC_PUBLIC_DATA")
@pytest.mark.parametrize("written_as", ["gb18030", "utf-16-le", "utf-16-be", "utf-16", "utf-8"])
def test_real_reviews_are_never_misread(written_as: str) -> None:
    path = PUBLIC / "jd_aircon_reviews" / "jd_aircon_dev.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        texts = [cells[-1] for cells in csv.reader(file)]
    blocks = ["编号,内容\n" + "\n".join(texts[i : i + 5]) for i in range(0, 2_000, 5)]
    heads = [block.encode(written_as) for block in blocks]
    read = [_read(head) for head in heads]
    wrong = [text for text, block in zip(read, blocks, strict=True) if text not in (block, None)]
    assert wrong == []
    assert read.count(None) <= 0.02 * len(read)


def _read(head: bytes, errors: str = "strict") -> str | None:
    try:
        return head.decode(detect(head), errors)
    except EncodingUnsure:
        return None
