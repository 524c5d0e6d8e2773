"""Feedback pulled over HTTP: JSON answers, by pages or by cursor, since the last time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from sources.base import Chunk, Page, Secret, empty_chunk
from sources.json_lines import add_item
from voc.errors import InputError
from voc.intake.pulling import HttpPull, Mark, at, http_pull, items_of, mark_of, newest, since

TIMEOUT = 15.0
LARGEST = 32 * 2**20
# An answer that never ends is a fault of the other side, not a reason to ask for ever.
MOST_PAGES = 10_000


def open_http(values: Mapping[str, Any], secret: Secret) -> HttpSource:
    """Return the source a [pull] table describes."""
    pull = http_pull(values)
    return HttpSource(pull, secret(pull.secret) if pull.secret else "")


class HttpSource:
    """A system that answers with lists of records in JSON."""

    def __init__(self, pull: HttpPull, secret: str) -> None:
        self._pull = pull
        self._headers = {pull.header: f"{pull.prefix}{secret}"} if secret else {}

    @property
    def origin(self) -> str:
        """The address without its query."""
        address = urlsplit(self._pull.url)
        return f"{address.hostname}{address.path}"

    def pages(self, mark: str | None, size: int, now: datetime) -> Iterator[Page]:
        """Yield page after page; the time to ask from next moves on only with the last one.

        Records may come in any order: until all pages are stored, none of them says that nothing older is missing.
        """
        begun = mark_of(mark)
        latest, cursor, number = begun.newest, begun.next, 1
        with httpx.Client(headers=self._headers, timeout=TIMEOUT, trust_env=False) as client:
            for number in range(1, MOST_PAGES + 1):
                answer = self._ask(client, self._question(begun, cursor, number, size))
                items = items_of(answer, self._pull)
                latest = newest([at(item, self._pull.time) for item in items], latest, now)
                cursor, over = self._onwards(answer, items, cursor)
                mark_now = Mark(cursor, latest if over else begun.newest)
                yield Page(_chunk(items), mark_now.text())
                if over:
                    return
        raise InputError(f"「{self.origin}」翻到第 {number} 页还没有结束，请核对翻页设置。")

    def _question(self, begun: Mark, cursor: str, number: int, size: int) -> dict[str, str]:
        pull = self._pull
        asked = {
            pull.size_param: str(size),
            pull.since_param: since(begun, pull.since_format),
            pull.page_param if pull.paging == "page" else "": str(number),
            pull.cursor_param if pull.paging == "cursor" else "": cursor,
        }
        return {**pull.params, **{name: value for name, value in asked.items() if name and value}}

    def _onwards(self, answer: Any, items: list[Any], cursor: str) -> tuple[str, bool]:
        """Return the cursor to keep and whether this was the last page."""
        if self._pull.paging == "page":
            return "", not items
        if self._pull.paging == "none":
            return "", True
        following = at(answer, self._pull.next)
        following = "" if following is None else str(following)
        # Without a time to ask from, the last cursor is where the next run goes on; with one, it begins anew.
        kept = following or ("" if self._pull.since_param else cursor)
        return kept, not following or following == cursor

    def _ask(self, client: httpx.Client, question: Mapping[str, str]) -> Any:
        try:
            with client.stream("GET", self._pull.url, params=question) as reply:
                body = b""
                for piece in reply.iter_bytes():
                    body += piece
                    if len(body) > LARGEST:
                        raise InputError(f"「{self.origin}」的一页超过 {LARGEST >> 20} MB，请减小每页条数。")
        except httpx.HTTPError as error:
            raise InputError(f"「{self.origin}」没有应答（{type(error).__name__}），下次采集再试。") from None
        if reply.status_code != httpx.codes.OK:
            raise InputError(_refusal(self.origin, reply.status_code))
        try:
            return json.loads(body)
        except ValueError:
            raise InputError(f"「{self.origin}」的应答不是 JSON，请核对 pull.url。") from None


def _refusal(origin: str, status: int) -> str:
    meaning = {
        401: "密钥不对或已过期，请更换 pull.secret 指向的密钥",
        403: "这个密钥没有读取权限",
        404: "地址不存在，请核对 pull.url",
        429: "请求太频繁，下次采集再试",
    }
    other = "对方服务出错，下次采集再试" if status >= 500 else "请核对 pull 的设置"
    return f"「{origin}」应答 HTTP {status}：{meaning.get(status, other)}。"


def _chunk(items: list[Any]) -> Chunk:
    chunk = empty_chunk(())
    for row, item in enumerate(items, 1):
        add_item(chunk, row, json.dumps(item, ensure_ascii=False), item)
    columns = dict.fromkeys(name for row in chunk.rows for name in row.payload)
    return Chunk(tuple(columns), chunk.rows, chunk.unreadable, chunk.blank, chunk.notes)
