"""钉钉 group robot: signed in the address, at most 20 a minute (beyond it blocked for ten), 20,000 bytes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from notifications.answers import Codes, Meaning, accept
from notifications.base import Manner, Message
from notifications.posting import address, post, required
from notifications.robots import manner_of, within
from voc.telling.delivery import Rate

_NUMBER = 531
LIMIT = 20_000
RATE = Rate(per_minute=15, burst=4)
BLOCKED = 600.0  # seconds a robot that sent too much is not listened to


def _look(body: Mapping[str, Any]) -> Meaning | None:
    """Read what a code alone does not say: the guard's own answer, and the many reasons of 310000."""
    if "errcode" not in body and body.get("status") == 1111:
        wait = body.get("wait")
        return Meaning(
            "retry", "网关限流，稍后重试。", float(wait) if isinstance(wait, int | float) else None
        )
    if body.get("errcode") != 310000:
        return None
    said = str(body.get("errmsg", "")).lower()
    hint = next((text for word, text in _SAFETY.items() if word in said), "请核对机器人的安全设置。")
    return Meaning("stop", f"安全设置未通过，{hint}")


_SAFETY = {
    "timestamp": "时间戳无效：本机时钟偏差超过一小时，请校准时间。",
    "sign": "签名不匹配：请核对加签密钥 secret。",
    "keyword": "消息里没有自定义关键词：请改用加签，或把关键词设为消息里必有的词。",
    "ip": "本机 IP 不在白名单内：请在机器人设置里加入。",
}
CODES = Codes(
    "钉钉",
    "errcode",
    "errmsg",
    {
        130101: Meaning("retry", "发送过于频繁，机器人被限流十分钟。", BLOCKED),
        410100: Meaning("retry", "发送过于频繁，稍后重试。", 60),
        -1: Meaning("retry", "系统繁忙，稍后重试。"),
        300005: Meaning("stop", "机器人令牌 access_token 不存在，请重新复制机器人地址。"),
        400101: Meaning("stop", "机器人令牌 access_token 不存在，请重新复制机器人地址。"),
        400102: Meaning("stop", "机器人已停用，请在群里重新启用。"),
        400013: Meaning("stop", "群已解散，请换一个群的机器人。"),
        310000: Meaning("stop", "安全设置未通过，请核对加签密钥、关键词或 IP 白名单。"),
        40035: Meaning("dead", "参数不合法，请检查消息内容。"),
        43004: Meaning("dead", "消息的 HTTP 头不合法，请检查消息内容。"),
        400105: Meaning("dead", "不支持的消息类型，请检查消息内容。"),
    },
    busy=lambda status: status == 429,
    look=_look,
)


@dataclass(frozen=True)
class DingtalkRobot:
    """Posts to one group; address and secret do not show."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    manner: Manner
    name: str = "dingtalk"
    on_unknown: str = "resend"

    def send(self, message: Message) -> str:
        """Post one message, signed for this very moment, and return the platform's own answer."""
        body = within(lambda text: _markdown(message.subject, text), message, LIMIT, "### {}\n")
        return accept(post(_signed(self.url, self.secret, int(time.time() * 1000)), body), CODES)


def open_dingtalk(config: Mapping[str, object]) -> DingtalkRobot:
    """Open a robot of a configuration with `url`, and optionally secret (加签) and digest."""
    (url,) = required(config, _NUMBER, "钉钉机器人", "url")
    secret, name = str(config.get("secret") or ""), str(config.get("name") or "dingtalk")
    return DingtalkRobot(address(url), secret, manner_of(url, RATE, config), name)


def sign(secret: str, milliseconds: int) -> str:
    """Return the signature, not yet encoded for an address."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _signed(url: str, secret: str, milliseconds: int) -> str:
    if not secret:
        return url
    # Encoded once: a client that encodes parameters again would send %252B for +.
    return f"{url}&timestamp={milliseconds}&sign={quote_plus(sign(secret, milliseconds))}"


def _markdown(title: str, text: str) -> dict[str, object]:
    # In 钉钉's Markdown a single line end joins lines.
    words = {"title": title, "text": text.replace("\n", "\n\n")}
    return {"msgtype": "markdown", "markdown": words, "at": {"isAtAll": False}}
