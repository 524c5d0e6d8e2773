"""Pulling feedback out of another system: what a definition may say, and how far a source has been read. No I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from voc.errors import InputError
from voc.zone import CHINA

# Sources commit late: what was changed shortly before the newest record is asked for once more.
OVERLAP: Final = timedelta(minutes=15)
PAGINGS: Final = ("none", "page", "cursor")
TIMES: Final = ("iso", "seconds", "milliseconds")
_WRITTEN: Final[dict[str, tuple[type[Any], str]]] = {
    "str": (str, "带引号的文字"),
    "int": (int, "整数"),
    "bool": (bool, "true 或 false"),
}
_SECRET = re.compile(r"[a-z][a-z0-9_-]{0,62}")


@dataclass(frozen=True)
class HttpPull:
    """Where to ask over HTTP and how its answers are laid out; paths into an answer are written a.b.c.

    `paging` none asks once, page counts pages from 1 until one is empty, cursor follows the mark of each answer.
    """

    url: str
    items: str = ""
    paging: str = "none"
    page_param: str = "page"
    cursor_param: str = "cursor"
    next: str = ""
    size_param: str = ""
    since_param: str = ""
    since_format: str = "iso"
    time: str = ""
    secret: str = ""
    header: str = "Authorization"
    prefix: str = "Bearer "
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MailPull:
    """A mailbox read over IMAP; `secret` names the setting that holds the password."""

    host: str
    user: str
    secret: str
    port: int = 993
    folder: str = "INBOX"
    encrypted: bool = True


def http_pull(values: Mapping[str, Any]) -> HttpPull:
    """Read the [pull] table of an HTTP source, or raise InputError naming the key that is wrong."""
    pull = HttpPull(**_known(values, HttpPull, required=("url",)))
    if not re.match(r"https?://[^\s/@]+(/\S*)?$", pull.url):
        raise InputError("pull.url 要写成 https://主机/路径，不要把账号密码写在地址里。")
    if pull.paging not in PAGINGS:
        raise InputError(f"pull.paging「{pull.paging}」只能是 {'、'.join(PAGINGS)}。")
    if pull.since_format not in TIMES:
        raise InputError(f"pull.since_format「{pull.since_format}」只能是 {'、'.join(TIMES)}。")
    if pull.paging == "cursor" and not pull.next:
        raise InputError("按游标翻页时要用 pull.next 指明下一页游标在应答里的位置，例如 data.next。")
    if bool(pull.since_param) != bool(pull.time):
        raise InputError("只取新增时，pull.since_param（参数名）和 pull.time（记录的更新时间）要一起写。")
    return pull


def mail_pull(values: Mapping[str, Any]) -> MailPull:
    """Read the [pull] table of a mailbox, or raise InputError naming the key that is wrong."""
    return MailPull(**_known(values, MailPull, required=("host", "user", "secret")))


def _known(values: Mapping[str, Any], kind: type[Any], required: Sequence[str]) -> dict[str, Any]:
    names = {one.name: one for one in fields(kind)}
    if unknown := [key for key in values if key not in names]:
        raise InputError(f"[pull] 有不认识的项：{'、'.join(unknown)}；可用的有 {'、'.join(names)}。")
    if missing := [key for key in required if not values.get(key)]:
        raise InputError(f"[pull] 缺少 {'、'.join(missing)}。")
    for key, value in values.items():
        _fits(key, value, str(names[key].type))
    if (secret := values.get("secret")) and not _SECRET.fullmatch(secret):
        raise InputError("pull.secret 写密钥的名字（小写字母、数字、- 和 _），不写密钥本身。")
    return dict(values)


def _fits(key: str, value: object, kind: str) -> None:
    wanted, words = _WRITTEN.get(kind, (Mapping, "一张表"))
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise InputError(f"pull.{key} 的写法不对：应为{words}。")


def at(value: Any, path: str) -> Any:
    """Return what lies at a.b.c inside a JSON value, None when there is nothing; an empty path is all of it."""
    for name in filter(None, path.split(".")):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def items_of(answer: Any, pull: HttpPull) -> list[Any]:
    """Return the records of an answer, or raise InputError saying what was found in their place."""
    found = at(answer, pull.items)
    if isinstance(found, list):
        return found
    place = f"「{pull.items}」处" if pull.items else "最外层"
    raise InputError(f"应答的{place}不是记录列表，请核对 pull.items；应答的字段有：{_names(answer)}。")


def _names(answer: Any) -> str:
    return "、".join(list(answer)[:12]) if isinstance(answer, Mapping) else type(answer).__name__


@dataclass(frozen=True)
class Mark:
    """How far a source has been read: the mark of its next page, and the newest time among its records."""

    next: str = ""
    newest: str = ""

    def text(self) -> str:
        """Write the mark down."""
        return json.dumps({"newest": self.newest, "next": self.next}, ensure_ascii=False)


def mark_of(text: str | None) -> Mark:
    """Read a mark back; None is the mark of a source that was never read."""
    return Mark(**json.loads(text)) if text else Mark()


def newest(times: Sequence[Any], before: str, now: datetime) -> str:
    """Return the newest of times and `before`; a record from the future must not hide what is still to come."""
    known = [moment for value in [*times, before] if (moment := _moment(value)) and moment <= now]
    return max(known).isoformat() if known else ""


def since(mark: Mark, written: str = "iso") -> str:
    """Return the time from which to ask, with the overlap, as one of TIMES; empty for everything."""
    moment = _moment(mark.newest)
    if moment is None:
        return ""
    moment -= OVERLAP
    scale = {"seconds": 1, "milliseconds": 1000}.get(written)
    return moment.isoformat() if scale is None else str(int(moment.timestamp() * scale))


def _moment(value: Any) -> datetime | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        # Milliseconds have been more than a hundred thousand million since 1973, seconds will be in the year 5138.
        return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=CHINA)
