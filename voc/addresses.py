"""Whether a request may leave for an address: only what is public on the whole internet, judged without asking it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from voc.errors import VocError

# `is_global` calls these global, and each of them can lead back into the house.
_INWARD = tuple(
    ip_network(block)
    for block in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/23",
        "fec0::/10",
    )
)
_UNICAST = IPv6Network("2000::/3")


class EgressRefused(VocError):
    """A request may not leave the house for this address."""


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the whole internet: neither private, shared, local nor a way round."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if any(ip in block for block in _INWARD if block.version == ip.version):
        return False
    # `is_private` misses 100.64.0.0/10, where a cloud keeps its metadata service.
    return ip.is_global and not ip.is_multicast and (ip.version == 4 or ip in _UNICAST)


def check_url(url: str, inside: Collection[str]) -> str:
    """Return the host of an address that may be asked; `inside` lists the hosts of our own house that may be.

    Raises EgressRefused without repeating the address, because it may hold a secret.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
        port_is_a_number = parts.port is None or parts.port > 0
    except ValueError:
        raise EgressRefused("外呼地址的格式不正确。") from None
    if not host or not port_is_a_number or "@" in parts.netloc:
        raise EgressRefused("外呼地址的格式不正确：需要主机名，且不能带用户名。")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in inside):
        raise EgressRefused("外呼地址须以 https:// 开头；内部主机须先列入 egress_hosts。")
    return host


def check_addresses(host: str, addresses: Iterable[str]) -> str:
    """Return the address to connect to; raises EgressRefused unless *every* address of the host is public."""
    found = list(addresses)
    if not found:
        raise EgressRefused(f"主机「{host}」没有可用的地址。")
    if not all(map(is_public, found)):
        raise EgressRefused(
            f"主机「{host}」指向内部或保留地址，不允许外呼；确属自有主机时请列入 egress_hosts。"
        )
    return found[0]
