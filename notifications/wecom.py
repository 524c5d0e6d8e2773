"""企业微信 group robot: no signature, at most 20 a minute, 2,048 bytes of text or 4,096 of Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from notifications.answers import Codes, Meaning, accept
from notifications.base import Manner, Message
from notifications.posting import address, as_body, post, required
from notifications.robots import fitted, manner_of
from voc.errors import ConfigError
from voc.telling.delivery import Rate

_NUMBER = 530
LIMITS = {"text": 2048, "markdown": 4096}
# Below 20 in any minute: what flows in within a minute and what had been saved up.
RATE = Rate(per_minute=15, burst=4)
CODES = Codes(
    "企业微信",
    "errcode",
    "errmsg",
    {
        45009: Meaning("retry", "发送过于频繁，稍后重试。", 60),
        -1: Meaning("retry", "系统繁忙，稍后重试。"),
        93000: Meaning("stop", "机器人地址无效（key 错误或机器人已被移除），请重新复制机器人地址。"),
        40058: Meaning("dead", "消息内容不符合要求，请检查长度和格式。"),
    },
)


@dataclass(frozen=True)
class WecomRobot:
    """Posts to one group; its address is a credential and does not show."""

    url: str = field(repr=False)
    manner: Manner
    name: str = "wecom"
    style: str = "markdown"
    mention: tuple[str, ...] = ()
    on_unknown: str = "resend"

    def send(self, message: Message) -> str:
        """Post one message and return the platform's own answer."""
        heading = "**{}**" if self.style == "markdown" else "{}"
        content: dict[str, object] = {"content": fitted(message, LIMITS[self.style], heading)}
        if self.mention:
            content["mentioned_list"] = list(self.mention)
        return accept(post(self.url, as_body({"msgtype": self.style, self.style: content})), CODES)


def open_wecom(config: Mapping[str, object]) -> WecomRobot:
    """Open a robot of a configuration with `url`, and optionally format, mention (text only) and digest."""
    (url,) = required(config, _NUMBER, "企业微信机器人", "url")
    mention = tuple(filter(None, str(config.get("mention") or "").split(",")))
    style = str(config.get("format") or ("text" if mention else "markdown"))
    if style not in LIMITS or (mention and style != "text"):
        raise ConfigError(536, "企业微信机器人的 format 应为 text 或 markdown；使用 mention 时须为 text。")
    name = str(config.get("name") or "wecom")
    return WecomRobot(address(url), manner_of(url, RATE, config), name, style, mention)
