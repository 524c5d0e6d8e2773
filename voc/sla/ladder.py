"""What follows when a rung of a ladder is passed, as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# (life, rung) → a moment that is told of (voc.telling.messages.AFTER), or a step that is taken and told of.
SAID: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("case", "due_soon"): "due_soon",
        ("case", "overdue"): "overdue",
        ("case", "leadership"): "leadership",
        ("action", "due_soon"): "due_soon",
        ("action", "overdue"): "overdue",
        ("action", "escalate"): "leadership",
        ("action", "leadership"): "leadership",
        ("approval", "overdue"): "overdue",
        ("rootcause", "due_soon"): "due_soon",
        ("rootcause", "overdue"): "overdue",
        ("rootcause", "leadership"): "leadership",
        ("joint", "due_soon"): "due_soon",
        ("joint", "overdue"): "overdue",
        ("joint", "leadership"): "leadership",
    }
)
STEPS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("case", "escalate"): "escalate",
        ("review", "overdue"): "escalate",
        ("approval", "leadership"): "escalate",
    }
)
# Rungs that machines react to.
EVENTS: Mapping[tuple[str, str], str] = MappingProxyType({("action", "overdue"): "voc.action.overdue"})
