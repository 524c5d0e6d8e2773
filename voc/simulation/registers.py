"""How people speak on each channel: which parts they add, how they join them, how they end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Register:
    """Probabilities of the parts around the matter, and the punctuation of a channel."""

    opener: float
    aftermath: float
    feeling: float
    demand: float
    mixed: float
    dialect: float
    emoji: float
    personal: float
    joints: tuple[str, ...]
    ends: tuple[str, ...]


_FULL = ("，", "。", "，", "！", "，")
REGISTERS: dict[str, Register] = {
    "hotline": Register(0.20, 0.45, 0.15, 0.40, 0.06, 0.04, 0.0, 0.09, ("，", "，", "。"), ("",)),
    "sms": Register(0.02, 0.10, 0.12, 0.08, 0.03, 0.03, 0.01, 0.01, ("，", " ", "，"), ("", "", "。", "！")),
    "app": Register(
        0.18, 0.32, 0.35, 0.22, 0.10, 0.05, 0.12, 0.02, ("，", " ", "。", "！"), ("", "", "。", "！")
    ),
    "chat": Register(
        0.10, 0.30, 0.22, 0.30, 0.04, 0.05, 0.03, 0.08, ("\n", "，", " ", "，"), ("", "", "。", "！")
    ),
    "store_review": Register(
        0.40, 0.45, 0.45, 0.15, 0.22, 0.05, 0.05, 0.01, _FULL, ("。", "！", "", "。", "！！")
    ),
    "email": Register(0.45, 0.75, 0.35, 0.80, 0.08, 0.02, 0.0, 0.05, ("，", "。", "。"), ("。", "。", "！")),
    "ticket": Register(0.10, 0.50, 0.05, 0.50, 0.04, 0.0, 0.0, 0.14, ("，", "；", "。"), ("",)),
    "paper": Register(0.12, 0.25, 0.25, 0.22, 0.10, 0.08, 0.0, 0.03, ("，", "。", " "), ("", "。", "！")),
    "social": Register(
        0.30, 0.40, 0.55, 0.10, 0.05, 0.08, 0.40, 0.01, ("，", "！", "…", " "), ("！", "", "。", "…")
    ),
}
CHANNELS: tuple[str, ...] = tuple(REGISTERS)

# how the customers of each type of feedback spread over CHANNELS, in the same order
SPREAD: dict[str, tuple[float, ...]] = {
    "complaint": (0.22, 0.10, 0.14, 0.19, 0.13, 0.05, 0.09, 0.03, 0.05),
    "praise": (0.05, 0.22, 0.15, 0.04, 0.37, 0.02, 0.01, 0.08, 0.06),
    "suggestion": (0.08, 0.06, 0.30, 0.10, 0.18, 0.10, 0.03, 0.11, 0.04),
    "enquiry": (0.26, 0.03, 0.13, 0.40, 0.02, 0.08, 0.05, 0.01, 0.02),
    "site": (0.14, 0.12, 0.12, 0.03, 0.08, 0.04, 0.02, 0.37, 0.08),
    "app": (0.10, 0.06, 0.42, 0.20, 0.08, 0.04, 0.04, 0.01, 0.05),
}

# relative weight of each hour of the day, from midnight
HOURS: dict[str, tuple[int, ...]] = {
    "office": (0, 0, 0, 0, 0, 0, 0, 1, 5, 10, 11, 8, 4, 6, 9, 9, 8, 6, 4, 3, 2, 1, 0, 0),
    "evening": (3, 1, 1, 0, 0, 0, 1, 3, 4, 5, 5, 5, 7, 5, 4, 4, 4, 5, 7, 10, 12, 12, 9, 5),
    "shop": (0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 7, 9, 6, 7, 10, 11, 10, 9, 7, 6, 2, 0, 0, 0),
    "long": (1, 0, 0, 0, 0, 0, 0, 1, 5, 9, 9, 7, 6, 6, 7, 7, 7, 6, 6, 8, 8, 6, 3, 1),
}
