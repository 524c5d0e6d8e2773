"""What a problem is called that begins with an alarm somebody found real: by their own words, if they name it."""

from __future__ import annotations

import re

LEAST, LONGEST = 4, 40  # characters of a name
_ENDS = re.compile(r"[。！？!?；;\n]")
_AGREES = re.compile(
    r"^(?:(?:经|已)?(?:核实|核查|查实|调查|确认)|情况|确实|确有|的确|是的?(?!否)|属实|[，,：: ])+"
)


def name_of_upheld(conclusion: str, label: str) -> str:
    """Name it by the first sentence of the conclusion; by the alarm where that only agrees."""
    said = _AGREES.sub("", _ENDS.split(conclusion.strip())[0]).strip()
    return said[:LONGEST] if len(said) >= LEAST else f"{label}明显增多"
