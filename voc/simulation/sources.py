"""The source definitions a user of the simulated company would write."""

from __future__ import annotations

from typing import Any

from voc.simulation.channels import CHANNELS, Channel

KINDS = {"xlsx": "excel"}  # definitions name the reader, files their suffix


def definitions() -> dict[str, dict[str, Any]]:
    """One definition per channel, in the shape of a TOML source definition."""
    return {channel.name: _definition(channel) for channel in CHANNELS}


def _definition(channel: Channel) -> dict[str, Any]:
    return {
        "name": channel.name,
        "title": channel.title,
        "kind": KINDS.get(channel.kind, channel.kind),
        "channel": channel.name,
        "touchpoint": channel.touchpoint,
        "encoding": channel.encoding,
        "map": {field: column for column, field in channel.columns.items()},
        "rating_scale": list(channel.scale),
        "owner": channel.owner,
        "every": channel.every,
    }
