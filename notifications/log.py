"""The log channel: appends JSON lines to a file instead of reaching anybody; the demo uses it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from notifications.base import ANYBODY, Manner, Message, mask_recipient, stamped
from voc.errors import ConfigError, DeliveryError


@dataclass(frozen=True)
class LogChannel:
    """Writes one line per message, recipients masked."""

    path: Path
    name: str = "log"
    on_unknown: str = "resend"
    manner: Manner = ANYBODY

    def send(self, message: Message) -> str:
        """Append the message and return its line as a receipt (file name and offset)."""
        line = json.dumps(_record(message), ensure_ascii=False) + "\n"
        try:
            offset = _append(self.path, line.encode())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise DeliveryError(f"日志文件无法写入：{reason}。请检查目录权限和磁盘空间。", "stop") from error
        return f"{self.path.name}:{offset}"


def open_log(config: Mapping[str, object]) -> LogChannel:
    """Open the log channel of a configuration with `path`."""
    if not config.get("path"):
        raise ConfigError(510, "日志渠道缺少 path，请指定消息写入的文件。")
    return LogChannel(Path(str(config["path"])), str(config.get("name") or "log"))


def _record(message: Message) -> dict[str, object]:
    return {
        "id": message.id,
        "message_no": message.message_no,
        "recipient": mask_recipient(message.recipient),
        "subject": message.subject,
        "text": stamped(message),
        "repeat": message.repeat,
    }


def _append(path: Path, line: bytes) -> int:
    """Write one whole line with a single call, so that two processes never mix theirs; return its offset."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        written = os.write(handle, line)
        if written != len(line):
            raise OSError(28, "磁盘空间不足")
        return os.lseek(handle, 0, os.SEEK_CUR) - written
    finally:
        os.close(handle)
