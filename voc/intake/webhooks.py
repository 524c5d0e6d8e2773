"""What senders push: how each of them signs and what it sends, made into rows. No I/O.

Formats as documented by the vendors: 问卷星 答卷 API 推送 (www.showdoc.com.cn/wjxopenapi, page 7664690808275512),
腾讯问卷 Webhook 答卷数据推送 (wj.qq.com/docs/webhook), Standard Webhooks (standardwebhooks.com).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from voc.errors import InputError

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "api": "HTTP 接口",
        "webhook": "通用推送（Standard Webhooks）",
        "wjx": "问卷星",
        "wjqq": "腾讯问卷",
    }
)
# What a source of a kind maps when its definition says nothing else.
MAPPINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "api": {
            name: name
            for name in (
                "external_id", "text", "occurred_at", "channel", "touchpoint", "rating", "customer", "phone",
                "email", "agent", "region", "product", "version", "order_no",
            )
        },
        "webhook": {"text": "text"},
        "wjx": {"external_id": "joinid", "occurred_at": "submittime", "text": "answers"},
        "wjqq": {"external_id": "answer_key", "occurred_at": "ended_at", "text": "answers"},
    }
)  # fmt: skip
DEEPEST, MOST_CELLS = 6, 500


@dataclass(frozen=True)
class Push:
    """A message as rows, with the id that makes it one; no rows: there was nothing to store."""

    message_id: str
    rows: Sequence[Mapping[str, str]]


def parse_push(kind: str, body: bytes, message_id: str = "") -> Push:
    """Read a push; raises InputError when it is not what the sender documents."""
    value = parse_body(body)
    match kind:
        case "wjx":
            return _wjx(value)
        case "wjqq":
            return _wjqq(value)
        case _:
            return Push(message_id, _plain(value))


def parse_body(body: bytes) -> dict[str, Any]:
    """Read a JSON object; raises InputError when it is none."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InputError("推送的内容不是正确的 JSON。") from None
    if not isinstance(value, dict):
        raise InputError("推送的内容不是一个 JSON 对象。")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def signed_by_wjx(value: Mapping[str, Any], secrets: Iterable[str]) -> bool:
    """Tell whether a push of 问卷星 is signed: sha1 of questionnaire, number of the answer and the secret."""
    given = str(value.get("sign") or "").lower().encode()
    plain = f"{value.get('activity', '')}{value.get('index', '')}"
    # SHA-1 over joined fields is the sender's choice, not ours; the address of the hook is secret besides.
    expected = [hashlib.sha1(f"{plain}{secret}".encode()).hexdigest() for secret in secrets]  # noqa: S324
    return any(hmac.compare_digest(given, one.encode()) for one in expected)


def token_fits(given: str, secrets: Iterable[str]) -> bool:
    """Tell whether the secret part of an address is one of ours."""
    return any(hmac.compare_digest(given.encode(), one.encode()) for one in secrets)


def _wjx(value: Mapping[str, Any]) -> Push:
    joined = str(value.get("joinid") or "").strip()
    if not joined or "activity" not in value:
        raise InputError("不是问卷星的答卷推送：缺少 activity 或 joinid。")
    row = {key: cell(one) for key, one in value.items() if key != "sign"}
    # Choices come as numbers ("1", "1,2"); what was written by hand is what has other characters.
    said = [one for key, one in row.items() if key[:1] == "q" and key[1:2].isdigit() and not _chosen(one)]
    return Push(f"wjx-{joined}", [{**row, "answers": "\n".join(filter(None, said))}])


def _chosen(answer: str) -> bool:
    return bool(answer) and all(mark.isdigit() or mark in ",，-" for mark in answer)


def _wjqq(value: Mapping[str, Any]) -> Push:
    id_, action, payload = str(value.get("id") or ""), str(value.get("action") or ""), value.get("payload")
    if not id_ or not isinstance(payload, Mapping) or not action.startswith("answer."):
        raise InputError("不是腾讯问卷的答卷推送：缺少 id、action 或 payload。")
    # A deleted answer stays what it was: said once. The person who said it may ask for erasure.
    if action == "answer.delete" or "answer_id" not in payload:
        return Push(f"wjqq-{id_}", [])
    row = {key: cell(one) for key, one in payload.items() if not isinstance(one, list | dict)}
    answers, said = _pages(payload.get("answer"))
    row |= answers
    row["answer_key"] = f"{row.get('survey_id', '')}-{row['answer_id']}"
    return Push(f"wjqq-{id_}", [{**row, "answers": "\n".join(said)}])


def _pages(pages: Any) -> tuple[dict[str, str], list[str]]:
    """Read answers page by page: by question, and what was written by hand."""
    answers: dict[str, str] = {}
    said: list[str] = []
    for question in (one for page in _dicts(pages) for one in _dicts(page.get("questions"))):
        written = cell(question.get("text"))
        chosen = [cell(one.get("text")) for one in _dicts(question.get("options")) if _checked(one)]
        answers[cell(question.get("id"))] = written or "，".join(filter(None, chosen))
        if written and not _chosen(written):
            said.append(written)
    return answers, said


def _checked(option: Mapping[str, Any]) -> bool:
    return str(option.get("checked", 1)) not in ("0", "False", "")


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _plain(value: Mapping[str, Any]) -> list[dict[str, str]]:
    """Read a push of no special kind: the object under `data`, a list of them, or the message itself."""
    data = value.get("data", value)
    many = _dicts(data) if isinstance(data, list) else [data if isinstance(data, Mapping) else value]
    return [flat(one) for one in many]


def flat(value: Mapping[str, Any]) -> dict[str, str]:
    """Write nested values as cells: {"a": {"b": 1}} as {"a.b": "1"}; raises InputError when there is no end."""
    found: dict[str, str] = {}
    todo: list[tuple[str, Any, int]] = [("", value, 0)]
    while todo:
        path, one, depth = todo.pop()
        if isinstance(one, Mapping) and depth < DEEPEST:
            todo += [(f"{path}.{key}" if path else str(key), inner, depth + 1) for key, inner in one.items()]
        else:
            found[path] = cell(one)
        if len(found) > MOST_CELLS:
            raise InputError(f"推送的内容超过 {MOST_CELLS} 项。")
    return dict(sorted(found.items()))


def cell(value: Any) -> str:
    """Write one value as a cell, without what a database refuses."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(mark for mark in text if mark != "\0" and not "\ud800" <= mark <= "\udfff")
