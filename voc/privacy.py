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
class Masked:
    """The texts without personal data, and how many pieces were taken out of each."""

    texts: list[str]
    counts: list[int]


def find(text: str) -> list[Finding]:
    """List the personal data in a text, in order, without overlaps."""
    return _resolve(finding for rule in RULES for finding in _apply(rule, text))


def mask(texts: Sequence[str]) -> Masked:
    """Replace personal data by tokens such as 「[手机号1]」, numbered consistently within each text."""
    masked, counts = list(texts), [0] * len(texts)
    for row in _suspects(texts):
        findings = find(texts[row])
        if findings:
            masked[row], counts[row] = _replace(texts[row], findings), len(findings)
    return Masked(masked, counts)


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


def _replace(text: str, findings: list[Finding]) -> str:
    numbers: dict[tuple[str, str], int] = {}
    used: dict[str, int] = {}
    parts, position = [], 0
    for finding in findings:
        key = (finding.kind, _canonical(finding.value))
        if key not in numbers:
            used[finding.kind] = numbers[key] = used.get(finding.kind, 0) + 1
        parts += [text[position : finding.start], f"[{finding.kind}{numbers[key]}]"]
        position = finding.end
    return "".join([*parts, text[position:]])


_CANONICAL = re.compile(r"[\s()（）]+")


def _canonical(value: str) -> str:
    return _CANONICAL.sub("", digits(value)).lower()
