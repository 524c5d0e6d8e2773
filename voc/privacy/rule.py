"""What a rule of personal data is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from voc.privacy.checks import always

Accept = Callable[[str, str, int, int], bool]


@dataclass(frozen=True)
class Rule:
    """A kind of personal data: where it may stand, and the check that decides (value, text, start, end).

    look is the sign of `voc.privacy.look.look` without which the rule cannot find anything, hint what a text with
    that sign must hold as well.
    """

    kind: str
    look: int
    pattern: re.Pattern[str]
    accept: Accept
    hint: re.Pattern[str] | None = None


def rule(kind: str, look: int, pattern: str, accept: Accept = always, hint: str = "") -> Rule:
    """Write a rule down, its patterns compiled."""
    # Where case is ignored the engine skips hardly anything; a hint that begins with a set of characters lets it.
    return Rule(kind, look, re.compile(pattern, re.IGNORECASE), accept, re.compile(hint) if hint else None)
