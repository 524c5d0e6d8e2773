"""The channels there are. To add one: copy a file of this folder, add a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notifications.base import Channel
from notifications.log import open_log
from notifications.mail import open_mail
from voc.errors import ConfigError

CHANNELS: Mapping[str, Callable[[Mapping[str, object]], Channel]] = {
    "log": open_log,
    "mail": open_mail,
}


def open_channel(name: str, config: Mapping[str, object]) -> Channel:
    """Open a channel by name with its configuration."""
    if name not in CHANNELS:
        raise ConfigError(500, f"没有名为「{name}」的通知渠道，可用：{'、'.join(CHANNELS)}。")
    return CHANNELS[name](config)
