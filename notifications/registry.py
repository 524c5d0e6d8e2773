"""The channels there are. To add one: copy a file of this folder, add a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notifications.base import Channel
from notifications.dingtalk import open_dingtalk
from notifications.feishu import open_feishu
from notifications.log import open_log
from notifications.mail import open_mail
from notifications.sms import open_sms
from notifications.webhook import open_webhook
from notifications.wecom import open_wecom
from voc.errors import ConfigError

CHANNELS: Mapping[str, Callable[[Mapping[str, object]], Channel]] = {
    "log": open_log,
    "mail": open_mail,
    "wecom": open_wecom,
    "dingtalk": open_dingtalk,
    "feishu": open_feishu,
    "sms": open_sms,
    "webhook": open_webhook,
}


def open_channel(name: str, config: Mapping[str, object]) -> Channel:
    """Open a channel by its own name; `kind` in its configuration says what it is, if the name does not."""
    kind = str(config.get("kind") or name)
    if kind not in CHANNELS:
        raise ConfigError(500, f"渠道「{name}」的类型「{kind}」不存在，可用：{'、'.join(CHANNELS)}。")
    return CHANNELS[kind]({**config, "name": name})
