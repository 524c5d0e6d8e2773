"""Many messages to one recipient made into few: which are merged, and one line for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from voc.telling.delivery import merges
from voc.telling.messages import OF_OPERATION

# Lines of one digest: with some 90 bytes each they stay within the 4,096 of the tightest robot.
LINES = 25
# Told by themselves: what concerns the post would drown in a list of cases.
ALONE = OF_OPERATION

Item = TypeVar("Item")


def bundles(waiting: Mapping[tuple[str, str], Sequence[Item]]) -> list[Sequence[Item]]:
    """Return what to merge, by (channel, recipient): all that waits for one recipient, once it is too much."""
    crowded = [items for items in waiting.values() if merges(len(items))]
    return [items[at : at + LINES] for items in crowded for at in range(0, len(items), LINES)]


def line_of(event: str, data: Mapping[str, object]) -> str:
    """Return the line of one message: what happened, to which number, about what, until when."""
    parts = [event, str(data.get("number", "")), f"「{data['category']}」" if data.get("category") else ""]
    deadline = f"，{data['deadline']} 前" if data.get("deadline") else ""
    return " ".join(filter(None, parts)) + deadline
