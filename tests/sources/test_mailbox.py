"""A mailbox read over IMAP: what is new, in the words of the customer, and nothing is changed there."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from sources.mailbox import as_text, open_mailbox, own_words
from voc.errors import InputError

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def letter(number, text="退款十天没到账", html=None, quoted=""):
    message = EmailMessage()
    message["Message-ID"] = f"<{number}@example.com>"
    message["From"] = "王小明 <wang@example.com>"
    message["Subject"] = "退款问题"
    message["Date"] = "Mon, 01 Jun 2026 09:30:00 +0800"
    message.set_content(text + quoted)
    message.add_alternative(html or f"<p>{text}</p>", subtype="html")
    return message.as_bytes().replace(b"\n", b"\r\n")


@pytest.fixture
def read(mailbox):
    """Return a way to read the mailbox from a mark."""
    _, port = mailbox

    def run(mark=None, size=100, password="geheim"):
        table = {"host": "127.0.0.1", "port": port, "user": "voc", "secret": "mail", "encrypted": False}
        return list(open_mailbox(table, lambda name: password).pages(mark, size, NOW))

    return run


def rows(pages):
    return [row.payload for page in pages for row in page.chunk.rows]


def test_a_message_becomes_a_row_with_its_sender_subject_time_and_words(mailbox, read) -> None:
    mailbox[0].messages = {7: letter(1)}
    assert rows(read()) == [
        {
            "message_id": "<1@example.com>",
            "subject": "退款问题",
            "text": "退款十天没到账",
            "date": "2026-06-01T09:30:00+08:00",
            "from": "wang@example.com",
            "attachments": "",
        }
    ]


def test_the_next_run_reads_only_what_arrived_since(mailbox, read) -> None:
    mailbox[0].messages = {7: letter(1), 8: letter(2)}
    mark = read()[-1].mark
    assert read(mark) == []
    mailbox[0].messages[9] = letter(3)
    assert [row["message_id"] for row in rows(read(mark))] == ["<3@example.com>"]


def test_a_folder_that_was_made_anew_is_read_from_its_beginning(mailbox, read) -> None:
    mailbox[0].messages = {7: letter(1)}
    mark = read()[-1].mark
    mailbox[0].messages, mailbox[0].validity = {1: letter(2)}, 2
    assert [row["message_id"] for row in rows(read(mark))] == ["<2@example.com>"]


def test_each_page_carries_the_mark_that_follows_it(mailbox, read) -> None:
    mailbox[0].messages = {number: letter(number) for number in range(1, 6)}
    pages = read(size=2)
    assert [len(page.chunk) for page in pages] == [2, 2, 1]
    assert [row["message_id"] for row in rows(read(pages[0].mark))] == [
        f"<{n}@example.com>" for n in (3, 4, 5)
    ]


def test_nothing_is_changed_in_the_mailbox(mailbox, read) -> None:
    mailbox[0].messages = {1: letter(1)}
    read()
    verbs = {command.split(" ")[0].upper() for command in mailbox[0].commands}
    assert verbs <= {"CAPABILITY", "LOGIN", "STATUS", "EXAMINE", "UID", "LOGOUT"}
    assert [command for command in mailbox[0].commands if "BODY[]" in command and "PEEK" not in command] == []


def test_a_wrong_password_is_told_without_showing_it(mailbox, read) -> None:
    with pytest.raises(InputError, match="拒绝了读取") as raised:
        read(password="falsch")
    assert "falsch" not in str(raised.value)


def test_no_server_is_an_error_that_can_pass() -> None:
    table = {"host": "127.0.0.1", "port": 9, "user": "voc", "secret": "mail", "encrypted": False}
    with pytest.raises(InputError, match="连不上邮箱"):
        list(open_mailbox(table, str).pages(None, 10, NOW))


@pytest.mark.parametrize(
    "quote",
    [
        "\n> 您好，请问有什么可以帮您\n> 谢谢",
        "\n---- 原始邮件 ----\n发件人：客服\n您好",
        "\n在 2026年5月30日，客服 <a@b.c> 写道：\n您好",
        "\nOn Sat, May 30, 2026 at 9:00 AM Support <a@b.c> wrote:\nHello",
        "\n________________________________\n发件人: 客服",
    ],
)
def test_what_is_quoted_is_not_what_the_customer_says(quote) -> None:
    assert own_words(f"还是没到账。{quote}") == "还是没到账。"


def test_a_message_that_only_quotes_is_kept_whole() -> None:
    assert own_words("> 您好\n> 谢谢") == "> 您好\n> 谢谢"


def test_a_page_is_read_as_words_with_its_lines_and_without_scripts() -> None:
    page = "<style>p{}</style><p>师傅&nbsp;没来</p><script>alert(1)</script><div>退款</div>&lt;急&gt;"
    assert as_text(page).splitlines() == ["师傅\xa0没来", "退款", "<急>"]
