"""SMS by a generic gateway: signed JSON over HTTP, whose answer carries its code in the body."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from notifications.answers import Codes, Meaning, accept
from notifications.base import Manner, Message
from notifications.posting import address, as_body, post, required, robot_of
from notifications.robots import stamp
from voc.errors import ConfigError, DeliveryError
from voc.telling.delivery import ON_UNKNOWN, Rate

_NUMBER = 533
LONGEST = 500  # characters: gateways take seven parts of 67 and a little more
PER_MINUTE = 300.0
MEANINGS = {
    "retry": "网关繁忙或限流，稍后重试。",
    "stop": "账号、签名或余额有误，请核对短信网关的配置。",
    "dead": "号码或内容被网关拒绝，请更正。",
}
_PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})|\+\d{8,15}")


@dataclass(frozen=True)
class SmsGateway:
    """Posts to one gateway; address and secret do not show."""

    url: str = field(repr=False)
    key: str
    secret: str = field(repr=False)
    codes: Codes
    manner: Manner
    name: str = "sms"
    signature: str = ""
    on_unknown: str = "resend"

    def send(self, message: Message) -> str:
        """Post one message and return the gateway's own answer."""
        if not _PHONE.fullmatch(message.recipient):
            raise DeliveryError("收件人没有可用的手机号。", "dead")
        body = as_body({"id": message.message_no, "phone": message.recipient, "text": self.words(message)})
        moment = str(int(time.time()))
        headers = {
            "x-key": self.key,
            "x-timestamp": moment,
            "x-signature": sign(self.secret, moment, body),
            "idempotency-key": message.message_no,
        }
        return accept(post(self.url, body, headers), self.codes)

    def words(self, message: Message) -> str:
        """Return the text as one line, cut before the message number."""
        end = stamp(message)
        line = f"【{self.signature}】" * bool(self.signature) + " ".join(message.text.split())
        room = LONGEST - len(end)
        return (line if len(line) <= room else line[: room - 1] + "…") + end


def open_sms(config: Mapping[str, object]) -> SmsGateway:
    """Open a gateway of a configuration with url, key and secret, and optionally how it answers.

    code_field ("code"), success ("0"), and lists of codes by what follows: retry, stop, dead, separated by commas.
    """
    url, key, secret = required(config, _NUMBER, "短信", "url", "key", "secret")
    on_unknown = str(config.get("on_unknown") or "resend")
    if on_unknown not in ON_UNKNOWN:
        raise ConfigError(537, f"短信渠道的 on_unknown 应为 {'、'.join(ON_UNKNOWN)} 之一。")
    per_minute = float(str(config.get("per_minute") or PER_MINUTE))
    rate = Rate(per_minute, max(1.0, per_minute / 30))
    return SmsGateway(
        address(url),
        key,
        secret,
        _codes(config),
        Manner("phone", False, rate, robot_of(url)),
        str(config.get("name") or "sms"),
        str(config.get("signature") or ""),
        on_unknown,
    )


def _codes(config: Mapping[str, object]) -> Codes:
    meanings: dict[object, Meaning] = {}
    for outcome, sentence in MEANINGS.items():
        for code in filter(None, str(config.get(outcome) or "").split(",")):
            meanings.update(dict.fromkeys(_both(code), Meaning(outcome, sentence)))
    success = tuple(_both(str(config.get("success") or "0")))
    return Codes("短信网关", str(config.get("code_field") or "code"), "message", meanings, success)


def _both(code: str) -> list[object]:
    """Return a code as text and, if it is one, as a number: gateways answer either."""
    code = code.strip()
    return [code, int(code)] if re.fullmatch(r"-?\d+", code) else [code]


def sign(secret: str, moment: str, body: bytes) -> str:
    """Return the hex HMAC-SHA256 of time and body, by which the gateway knows that it is us."""
    return hmac.new(secret.encode(), moment.encode() + b"\n" + body, hashlib.sha256).hexdigest()
