"""A mailbox on localhost that speaks enough IMAP4rev1 (RFC 3501) to be read, and notes what it was told."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest


@dataclass
class Mailbox:
    """Messages by UID, the folder's validity, and every command that came."""

    messages: dict[int, bytes] = field(default_factory=dict)
    validity: int = 1
    password: str = "geheim"
    commands: list[str] = field(default_factory=list)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("* OK IMAP4rev1 ready")
        while line := self.rfile.readline():
            tag, _, command = line.decode().strip().partition(" ")
            box: Mailbox = self.server.box  # type: ignore[attr-defined]
            verb = command.upper().split(" ")[0]
            box.commands.append(re.sub(r"(?i)^(login \S+).*", r"\1", command))
            self._say(f"{tag} {getattr(self, f'_{verb.lower()}')(box, command)}")
            if verb == "LOGOUT":
                return

    def _capability(self, box: Mailbox, command: str) -> str:
        self._say("* CAPABILITY IMAP4rev1")
        return "OK CAPABILITY completed"

    def _login(self, box: Mailbox, command: str) -> str:
        ok = command.split(" ")[-1].strip('"') == box.password
        return "OK LOGIN completed" if ok else "NO [AUTHENTICATIONFAILED] Invalid credentials"

    def _status(self, box: Mailbox, command: str) -> str:
        self._say(f'* STATUS "INBOX" (UIDVALIDITY {box.validity})')
        return "OK STATUS completed"

    def _examine(self, box: Mailbox, command: str) -> str:
        self._say(f"* {len(box.messages)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {box.validity}] UIDs valid")
        return "OK [READ-ONLY] EXAMINE completed"

    def _uid(self, box: Mailbox, command: str) -> str:
        return self._search(box, command) if " SEARCH " in command else self._fetch(box, command)

    def _search(self, box: Mailbox, command: str) -> str:
        found = " ".join(str(uid) for uid in self._wanted(box, command))
        self._say(f"* SEARCH {found}".rstrip())
        return "OK UID SEARCH completed"

    def _fetch(self, box: Mailbox, command: str) -> str:
        for number, uid in enumerate(self._wanted(box, command), 1):
            body = box.messages[uid]
            self._say(f"* {number} FETCH (UID {uid} FLAGS () RFC822.SIZE {len(body)} BODY[] {{{len(body)}}}")
            self.wfile.write(body + b")\r\n")
        return "OK UID FETCH completed"

    def _wanted(self, box: Mailbox, command: str) -> list[int]:
        asked = re.search(r"(?:UID|FETCH) ([\d,:*]+)", command)[1]
        last = max(box.messages, default=0)
        wanted: set[int] = set()
        for part in asked.replace("*", str(last)).split(","):
            ends = sorted(int(end) for end in part.split(":"))
            wanted |= set(range(ends[0], ends[-1] + 1))
        return sorted(wanted & set(box.messages))

    def _logout(self, box: Mailbox, command: str) -> str:
        self._say("* BYE")
        return "OK LOGOUT completed"

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


class ImapServer(socketserver.ThreadingTCPServer):
    """The server; use it in a with statement, its port is `server_address[1]`."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, box: Mailbox) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.box = box
        threading.Thread(target=self.serve_forever, daemon=True).start()


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mailbox and the port its server listens on."""
    box = Mailbox()
    with ImapServer(box) as server:
        yield box, server.server_address[1]
        server.shutdown()
