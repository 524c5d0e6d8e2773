"""What a vendor's answer means: tables of codes as data, and one way to read them.

HTTP 200 is not "delivered": only the success code in the body is. A code nobody has written down is `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from egress import Answer
from voc.errors import DeliveryError

SHOWN = 300  # characters of an answer that people are shown
_SECRET = re.compile(r"(?i)((?:access_token|key|sign|token|secret)[\"']?\s*[=:]\s*[\"']?)[^&\s\"',}]+")
_HOOK = re.compile(r"(?i)(/hook/)[^/?\s\"']+")


@dataclass(frozen=True)
class Meaning:
    """What the outbox does after a code, and why, in Chinese; `wait` is how many seconds the vendor wants."""

    outcome: str
    sentence: str
    wait: float | None = None


@dataclass(frozen=True)
class Codes:
    """How a vendor answers: its name, the field its code stands in, the success codes and the meanings of others."""

    vendor: str
    code_field: str
    message_field: str
    meanings: Mapping[Any, Meaning]
    success: tuple[Any, ...] = (0,)
    # Status codes that mean "come again", although there may be no readable body.
    busy: Callable[[int], bool] = lambda status: status == 429 or status >= 500
    # A closer look at answers whose code alone does not say enough.
    look: Callable[[Mapping[str, Any]], Meaning | None] = field(default=lambda body: None)


def accept(answer: Answer, codes: Codes) -> str:
    """Return the receipt of an answer that says the message was taken; raises DeliveryError for every other."""
    body = answer.json()
    fields: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    code = fields.get(codes.code_field)
    said = quoted(answer)
    if answer.status == 200 and same(code, codes.success):
        return said
    meaning = _meaning(answer, fields, code, codes)
    if meaning is None:
        number = code if code is not None else f"HTTP {answer.status}"
        sentence = f"{codes.vendor}的答复没有登记过（{number}），不能当作已送达，请查看原文并联系管理员。"
        raise DeliveryError(sentence, "unknown", answer=said, strange=True)
    shown = code if _known(code, codes) else f"HTTP {answer.status}" if answer.status != 200 else "—"
    sentence = f"{codes.vendor}答复 {shown}：{meaning.sentence}"
    wait = answer.retry_after if answer.retry_after is not None else meaning.wait
    raise DeliveryError(sentence, meaning.outcome, wait, answer=said)


def _meaning(answer: Answer, fields: Mapping[str, Any], code: Any, codes: Codes) -> Meaning | None:
    closer = codes.look(fields)
    if closer is not None:
        return closer
    if _known(code, codes):
        return codes.meanings[code]
    if codes.busy(answer.status):
        return Meaning("retry", "对方繁忙，稍后重试。")
    return None


def _known(code: Any, codes: Codes) -> bool:
    return isinstance(code, int | str) and not isinstance(code, bool) and code in codes.meanings


def same(code: Any, success: tuple[Any, ...]) -> bool:
    """Tell whether a code is a success code; JSON's false is not 0."""
    return any(type(code) is type(one) and bool(code == one) for one in success)


def quoted(answer: Answer) -> str:
    """Return what was answered, word for word as far as people are shown it, without secrets."""
    text = answer.body.decode("utf-8", "replace")
    return f"HTTP {answer.status} {mask_secrets(' '.join(text.split()))}"[:SHOWN].strip()


def mask_secrets(text: str) -> str:
    """Return a text in which keys, tokens and signatures of addresses cannot be read."""
    return _HOOK.sub(r"\1***", _SECRET.sub(r"\1***", text))
