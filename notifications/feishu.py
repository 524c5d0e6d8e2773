"""飞书 group robot: signed in the body, at most 100 a minute and 5 a second, 20 kB."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from notifications.answers import Codes, Meaning, accept
from notifications.base import Manner, Message
from notifications.posting import address, post, required
from notifications.robots import manner_of, within
from voc.telling.delivery import Rate

_NUMBER = 532
LIMIT = 20_000
# 3 saved up and 1.5 flowing in stay below 5 in any second.
RATE = Rate(per_minute=90, burst=3)


def _look(body: Mapping[str, Any]) -> Meaning | None:
    limited = "frequency limited" in str(body.get("msg", "")).lower() and body.get("code") != 0
    return Meaning("retry", "发送过于频繁，稍后重试。", 60) if limited else None


CODES = Codes(
    "飞书",
    "code",
    "msg",
    {
        11232: Meaning("retry", "发送过于频繁，稍后重试。", 60),
        19001: Meaning("stop", "机器人地址无效，请重新复制机器人地址。"),
        19021: Meaning("stop", "签名不匹配或时间偏差超过一小时，请核对密钥 secret 和本机时钟。"),
        19022: Meaning("stop", "本机 IP 不在白名单内，请在机器人设置里加入。"),
        9499: Meaning("dead", "消息内容不符合要求，请检查格式。"),
        19002: Meaning("dead", "消息内容缺少必要参数，请检查格式。"),
        19024: Meaning("dead", "消息里没有自定义关键词，请改用签名校验，或把关键词设为消息里必有的词。"),
    },
    look=_look,
)


@dataclass(frozen=True)
class FeishuRobot:
    """Posts to one group; address and secret do not show."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    manner: Manner
    name: str = "feishu"
    on_unknown: str = "resend"

    def send(self, message: Message) -> str:
        """Post one message, signed for this very moment, and return the platform's own answer."""
        signature = _signature(self.secret, int(time.time()))
        body = within(lambda text: {**signature, **_text(text)}, message, LIMIT, "{}")
        return accept(post(self.url, body), CODES)


def open_feishu(config: Mapping[str, object]) -> FeishuRobot:
    """Open a robot of a configuration with `url`, and optionally secret (签名校验) and digest."""
    (url,) = required(config, _NUMBER, "飞书机器人", "url")
    secret, name = str(config.get("secret") or ""), str(config.get("name") or "feishu")
    return FeishuRobot(address(url), secret, manner_of(url, RATE, config), name)


def sign(secret: str, seconds: int) -> str:
    """Return the signature: 飞书 signs nothing with a key made of time and secret."""
    digest = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _signature(secret: str, seconds: int) -> dict[str, str]:
    return {"timestamp": str(seconds), "sign": sign(secret, seconds)} if secret else {}


def _text(text: str) -> dict[str, object]:
    # Plain text cannot be made into links, mentions or pictures by what stands in it; post and cards can.
    return {"msg_type": "text", "content": {"text": text}}
