"""Where a request comes from, in as few words as serve the purpose."""

from __future__ import annotations

from fastapi import Request

BROWSERS = (
    ("wxwork", "企业微信"), ("dingtalk", "钉钉"), ("lark", "飞书"), ("micromessenger", "微信"), ("edg/", "Edge"),
    ("firefox", "Firefox"), ("chrome", "Chrome"), ("safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("windows", "Windows"), ("android", "Android"), ("iphone", "iPhone"), ("ipad", "iPad"), ("mac os", "macOS"),
    ("linux", "Linux"),
)  # fmt: skip


def caller(request: Request) -> str:
    """Return the address a request comes from; uvicorn has already looked behind a trusted proxy."""
    return request.client.host if request.client else "unknown"


def browser_of(request: Request) -> str:
    """Name browser and system, so that people recognise their sessions."""
    said = request.headers.get("user-agent", "").lower()
    named = [next((name for sign, name in table if sign in said), "其他") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(named)
