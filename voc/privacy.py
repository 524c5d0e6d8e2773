"""Personal data found and masked before anything else sees the words.

Precision protects the analysis (prices, models, dates stay), recall protects the customer; where the two
collide a number that *can* be a telephone, card or identity number is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voc.privacy_rules import RULES, TRIGGER, Rule, digits
from voc.text import SEPARATOR


@dataclass(frozen=True)
class Finding:
    """One piece of personal data: `text[start:end] == value`."""

    kind: str
    start: int
    end: int
    value: str


@dataclass(frozen=True)
class Mask:
    """One piece taken out: its kind, the token that stands for it, and where it stood in the text given."""

    kind: str
    token: str
    start: int
    end: int


@dataclass(frozen=True)
class Masked:
    """The texts without personal data, and what was taken out of each; never the values themselves."""

    texts: list[str]
    findings: list[list[Mask]]

    @property
    def counts(self) -> list[int]:
        """How many pieces were taken out of each text."""
        return [len(found) for found in self.findings]


def find(text: str) -> list[Finding]:
    """List the personal data in a text, in order, without overlaps."""
    return _resolve(finding for rule in RULES for finding in _apply(rule, text))


def mask(texts: Sequence[str]) -> Masked:
    """Replace personal data by tokens such as 「[手机号1]」, numbered consistently within each text."""
    masked: list[str] = list(texts)
    findings: list[list[Mask]] = [[] for _ in texts]
    for row in _suspects(texts):
        findings[row] = _named(find(texts[row]))
        masked[row] = _replaced(texts[row], findings[row])
    return Masked(masked, findings)


def _suspects(texts: Sequence[str]) -> Iterator[int]:
    return (row for row, text in enumerate(texts) if TRIGGER.search(text))


def _apply(rule: Rule, text: str) -> Iterator[Finding]:
    for found in rule.pattern.finditer(text):
        start, end = found.span("value") if "value" in rule.pattern.groupindex else found.span()
        value = text[start:end]
        if end > start and SEPARATOR not in value and rule.accept(value, text, start, end):
            yield Finding(rule.kind, start, end, value)


def _resolve(findings: Iterator[Finding]) -> list[Finding]:
    """Keep the earlier rule where two findings overlap: rules are ordered from certain to likely."""
    kept: list[Finding] = []
    for finding in findings:
        if all(finding.end <= other.start or finding.start >= other.end for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda finding: finding.start)


def _named(findings: list[Finding]) -> list[Mask]:
    numbers: dict[tuple[str, str], int] = {}
    used: dict[str, int] = {}
    masks = []
    for finding in findings:
        key = (finding.kind, _canonical(finding.value))
        if key not in numbers:
            used[finding.kind] = numbers[key] = used.get(finding.kind, 0) + 1
        masks.append(Mask(finding.kind, f"[{finding.kind}{numbers[key]}]", finding.start, finding.end))
    return masks


def _replaced(text: str, masks: list[Mask]) -> str:
    parts, position = [], 0
    for piece in masks:
        parts += [text[position : piece.start], piece.token]
        position = piece.end
    return "".join([*parts, text[position:]])


_CANONICAL = re.compile(r"[\s()（）]+")


def _canonical(value: str) -> str:
    return _CANONICAL.sub("", digits(value)).lower()
