"""Feedback that comes by e-mail: a mailbox read over IMAP, never changed."""

from __future__ import annotations

import html
import imaplib
import json
import re
import ssl
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import nh3
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted, MailMessage, MailMessageFlags
from imap_tools.errors import ImapToolsError

from sources.base import Chunk, Page, RawRow, Secret, empty_chunk, storable
from voc.errors import InputError
from voc.intake.pulling import MailPull, mail_pull

TIMEOUT = 30.0
# Messages carry their attachments: a page of them is held in memory.
PAGE = 200
# What follows is the letter that is answered, not what the customer says now.
_QUOTED = re.compile(
    r"^(?:>.*|-{2,}\s*(?:原始邮件|Original Message|转发邮件).*|_{10,}|在.{4,80}写道：|On .{6,120} wrote:)\s*$",
    re.MULTILINE,
)
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^>]*>", re.IGNORECASE)


def open_mailbox(values: Mapping[str, Any], secret: Secret) -> MailSource:
    """Return the mailbox a [pull] table describes."""
    pull = mail_pull(values)
    return MailSource(pull, secret(pull.secret))


class MailSource:
    """The messages of a folder, in the order they arrived."""

    def __init__(self, pull: MailPull, password: str) -> None:
        self._pull, self._password = pull, password

    @property
    def origin(self) -> str:
        """Server and folder."""
        return f"{self._pull.host}/{self._pull.folder}"

    def pages(self, mark: str | None, size: int, now: datetime) -> Iterator[Page]:
        """Yield messages that arrived since `mark`; a folder that was made anew is read from its beginning."""
        try:
            with self._open() as mailbox:
                yield from self._new(mailbox, _Seen.read(mark), size)
        except (ImapToolsError, imaplib.IMAP4.error) as error:
            raise InputError(
                f"邮箱「{self.origin}」拒绝了读取：{str(error)[:80]}。请核对账号、密码和文件夹。"
            ) from None
        except (OSError, ssl.SSLError) as error:
            raise InputError(
                f"连不上邮箱「{self.origin}」（{type(error).__name__}），下次采集再试。"
            ) from None

    def _open(self) -> BaseMailBox:
        kind = MailBox if self._pull.encrypted else MailBoxUnencrypted
        mailbox = kind(self._pull.host, self._pull.port, timeout=TIMEOUT)
        try:
            return mailbox.login(self._pull.user, self._password, initial_folder=None)
        except BaseException:
            mailbox.client.shutdown()  # the library leaves the line open when it is not let in
            raise

    def _new(self, mailbox: BaseMailBox, seen: _Seen, size: int) -> Iterator[Page]:
        validity = mailbox.folder.status(self._pull.folder, ["UIDVALIDITY"])["UIDVALIDITY"]
        mailbox.folder.set(self._pull.folder, readonly=True)
        last = seen.uid if seen.validity == validity else 0
        # "n:*" always answers with the newest message, be it older than n.
        fresh = sorted(uid for text in mailbox.uids(f"UID {last + 1}:*") if (uid := int(text)) > last)
        step = min(size, PAGE)
        for first in range(0, len(fresh), step):
            wanted = fresh[first : first + step]
            chunk = empty_chunk(tuple(COLUMNS))
            for message in mailbox.fetch(f"UID {','.join(map(str, wanted))}", mark_seen=False, bulk=True):
                _add(chunk, message)
            yield Page(chunk, _Seen(validity, wanted[-1]).text())


class _Seen:
    """Up to which message a folder was read; the numbers hold as long as the folder's validity does."""

    def __init__(self, validity: int = 0, uid: int = 0) -> None:
        self.validity, self.uid = validity, uid

    @classmethod
    def read(cls, mark: str | None) -> _Seen:
        return cls(**json.loads(mark)) if mark else cls()

    def text(self) -> str:
        return json.dumps({"validity": self.validity, "uid": self.uid})


COLUMNS: Mapping[str, str] = {
    "message_id": "external_id",
    "subject": "title",
    "text": "text",
    "date": "occurred_at",
    "from": "email",
}


def _add(chunk: Chunk, message: MailMessage) -> None:
    if MailMessageFlags.DELETED in message.flags:
        chunk.blank.append(int(message.uid or 0))
        return
    said = {
        "message_id": str(message.obj["Message-ID"] or "").strip(),
        "subject": message.subject,
        "text": own_words(message.text or as_text(message.html)),
        "date": message.date.isoformat() if message.date_str else "",
        "from": message.from_,
        "attachments": "、".join(one.filename for one in message.attachments),
    }
    payload = {name: storable(value) for name, value in said.items()}
    row = int(message.uid or 0)
    if payload["text"] or payload["subject"]:
        chunk.rows.append(RawRow(row, payload))
    else:
        chunk.blank.append(row)


def as_text(page: str) -> str:
    """Return the words of an HTML message, lines kept."""
    plain = nh3.clean(_BREAKS.sub("\n", page), tags=set())
    return re.sub(r"\n\s*\n+", "\n", html.unescape(plain)).strip()


def own_words(text: str) -> str:
    """Return a message up to where it quotes the one it answers; a message that only quotes is kept whole."""
    cut = _QUOTED.search(text)
    own = text[: cut.start()].strip() if cut else text.strip()
    return own or text.strip()
