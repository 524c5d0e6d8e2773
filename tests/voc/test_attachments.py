"""Files are what their first bytes show them to be, and carry names that harm nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.attachments import KINDS, LARGEST, accept, harmless
from voc.errors import FileUnsafe

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def test_a_picture_is_taken_as_what_it_is() -> None:
    taken = accept("现场 照片.PNG", PNG)
    assert (taken.name, taken.media_type, len(taken.sha256)) == ("现场 照片.PNG", "image/png", 64)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.exe", b"MZ", id="a kind that is not wanted"),
        pytest.param("a.svg", b"<svg onload=alert(1)>", id="a picture that runs scripts"),
        pytest.param("a.html", b"<script>", id="a page"),
        pytest.param("a.png", b"<html>", id="a page called a picture"),
        pytest.param("a.pdf", PNG, id="a picture called a document"),
        pytest.param("a.webp", b"RIFF0000WAVE", id="a sound called a picture"),
        pytest.param("a.txt", b"MZ\x00\x01", id="bytes called a text"),
        pytest.param("a.png", b"", id="nothing"),
        pytest.param("a.png", PNG + b"0" * LARGEST, id="too much"),
        pytest.param("没有扩展名", PNG, id="no suffix"),
    ],
)
def test_what_is_not_what_it_says_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(FileUnsafe):
        accept(name, content)


def test_text_in_the_encodings_of_people_here_is_taken() -> None:
    assert accept("说明.txt", "退款说明".encode("gb18030")).media_type == "text/plain"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\a\\报告.pdf", "报告.pdf"),
        ("a\u202egnp.exe", "agnp.exe"),
        ('x".pdf', "x.pdf"),
        ("\r\nSet-Cookie: a.txt", "Set-Cookie a.txt"),
        ("", "附件"),
    ],
)
def test_a_name_loses_its_path_and_what_could_mislead(given_name: str, kept: str) -> None:
    assert harmless(given_name) == kept


@given(st.text(max_size=200))
def test_no_name_holds_a_path_or_a_control_character(name: str) -> None:
    plain = harmless(name)
    assert not set(plain) & set('/\\:"\r\n\x00')
    assert 0 < len(plain) <= 91


@given(st.sampled_from(["jpg", "png", "pdf", "xlsx"]), st.binary(max_size=64))
def test_whatever_begins_as_its_kind_does_is_handed_out_as_that_kind(kind: str, rest: bytes) -> None:
    media_type, beginnings = KINDS[kind]
    assert accept(f"a.{kind}", beginnings[0] + rest).media_type == media_type
