"""Posting for channels: one request through the guard, and what a failure says about the message."""

from __future__ import annotations

import hashlib
import json
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from egress import Answer, ask, open_client
from voc.addresses import EgressRefused
from voc.errors import ConfigError, DeliveryError


def post(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    """Post JSON and return the answer; raises DeliveryError saying whether the message may have left."""
    sent = {"content-type": "application/json; charset=utf-8", **(headers or {})}
    try:
        with open_client() as client:
            return ask(client, client.build_request("POST", url, content=body, headers=sent))
    except (EgressRefused, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        # httpx quotes the address, which is a credential; our own sentence does not.
        reason = str(error) if isinstance(error, EgressRefused) else "外呼地址的格式不正确。"
        raise DeliveryError(reason, "stop") from None
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise _not_connected(error) from None
    except httpx.HTTPError:
        raise DeliveryError("请求已发出，但没有等到完整的答复，结果不明。", "unknown") from None


def _not_connected(error: Exception) -> DeliveryError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return DeliveryError("对方的证书未通过校验，请核对地址或证书。", "stop")
        cause = cause.__cause__ or cause.__context__
    return DeliveryError("连接不上对方的服务器，稍后重试。", "retry")


def as_body(value: object) -> bytes:
    """Write JSON as the platforms count it: Chinese characters as themselves."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def required(config: Mapping[str, object], number: int, channel: str, *names: str) -> list[str]:
    """Return settings of a channel that it cannot do without, or raise ConfigError naming those that are missing."""
    missing = [name for name in names if not config.get(name)]
    if missing:
        raise ConfigError(number, f"{channel}渠道缺少 {'、'.join(missing)}，请在渠道配置中填写。")
    return [str(config[name]) for name in names]


def address(url: str) -> str:
    """Return an address to post to; raises ConfigError, without repeating it, when it is none."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise ConfigError(535, "渠道的 url 不是完整的网址（应以 https:// 开头），请从平台重新复制。")
    return url


def robot_of(url: str) -> str:
    """Name the robot behind an address without giving the address away."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]
