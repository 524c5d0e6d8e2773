"""Outgoing webhook: Standard Webhooks, with an id that stays the same, so that the receiver can drop a repeat."""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from egress import Answer
from notifications.answers import quoted
from notifications.base import Manner, Message
from notifications.posting import address, as_body, post, required, robot_of
from voc.errors import ConfigError, DeliveryError

_NUMBER = 534
# Here the status *is* the answer, by the specification; everything that is not listed is unknown.
BUSY = frozenset({408, 425, 429})
WRONG_ADDRESS = frozenset({401, 403, 404, 405, 410})
REFUSED = frozenset({400, 406, 409, 411, 413, 414, 415, 422})


@dataclass(frozen=True)
class WebhookChannel:
    """Posts to one endpoint; address and secret do not show."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    manner: Manner
    name: str = "webhook"
    on_unknown: str = "resend"

    def send(self, message: Message) -> str:
        """Post one message and return the receiver's own answer."""
        body, id_, now = as_body(_payload(message)), f"msg_{message.id}", datetime.now(UTC)
        headers = {
            "webhook-id": id_,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(id_, now, body.decode()),
        }
        return _accept(post(self.url, body, headers))


def open_webhook(config: Mapping[str, object]) -> WebhookChannel:
    """Open an endpoint of a configuration with url and secret (whsec_ and base64)."""
    url, secret = required(config, _NUMBER, "Webhook ", "url", "secret")
    try:
        Webhook(secret).sign("check", datetime.now(UTC), "")
    except (binascii.Error, ValueError, RuntimeError) as error:
        raise ConfigError(538, "Webhook 渠道的 secret 应为 whsec_ 加 base64，请重新复制。") from error
    manner = Manner("code", False, None, robot_of(url))
    return WebhookChannel(address(url), secret, manner, str(config.get("name") or "webhook"))


def _payload(message: Message) -> dict[str, object]:
    # Nothing in it may change when it is sent again, or two different messages would share one id.
    about = {"message_no": message.message_no, "recipient": message.recipient}
    return {
        "type": f"voc.{message.event or 'notice'}",
        "data": {**about, "subject": message.subject, "text": message.text},
    }


def _accept(answer: Answer) -> str:
    said = quoted(answer)
    if 200 <= answer.status < 300:
        return said
    if answer.status in BUSY or answer.status >= 500:
        raise DeliveryError("对方暂时不能接收，稍后重试。", "retry", answer.retry_after, answer=said)
    if answer.status in WRONG_ADDRESS:
        sentence = f"对方拒绝了地址或签名（HTTP {answer.status}），请核对 url 和 secret。"
        raise DeliveryError(sentence, "stop", answer=said)
    if answer.status in REFUSED:
        raise DeliveryError(f"对方拒绝了内容（HTTP {answer.status}）。", "dead", answer=said)
    sentence = f"对方的答复没有约定过（HTTP {answer.status}），不能当作已送达。"
    raise DeliveryError(sentence, "unknown", answer=said, strange=True)
