"""Personal data found and masked before anything else sees the words.

Precision protects the analysis (prices, models, dates stay), recall protects the customer; where the two
collide a number that *can* be a telephone, card or identity number is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from voc.privacy.brands import BRANDS
from voc.privacy.checks import SEPARATORS, digits
from voc.privacy.look import EVERYTHING, look
from voc.privacy.names import NameModel, is_word, join, name_spans
from voc.privacy.rule import Rule
from voc.privacy.rules import RULES
from voc.privacy.rules_of_names import SURNAMES
from voc.text.uniform import SEPARATOR

KINDS = tuple(dict.fromkeys(rule.kind for rule in RULES))
_TOKEN = re.compile(rf"\[(?:{'|'.join(KINDS)})\d{{1,3}}\]")
_TITLED = re.compile("(?:先生|女士|小姐|太太|老师)$")
_LEAD = re.compile(
    r"\s+|[\u4e00-\u9fa5]{0,4}?(?:位于|送到|送至|寄到|寄往|发到|住在|家住|我住|入住|搬到|地址[是为:：]?)"
)
_SHORTEST_REMAINDER = 4  # what is left of an address beside a number in it


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


def mask(texts: Sequence[str], names: NameModel | None = None) -> Masked:
    """Replace personal data by tokens such as 「[手机号1]」, numbered consistently within each text.

    Without a model, names and addresses are found by rules alone.
    """
    masked: list[str] = list(texts)
    findings: list[list[Mask]] = [[] for _ in texts]
    for row, found in _search(texts, names).items():
        findings[row] = _named(found)
        masked[row] = _replaced(texts[row], findings[row])
    return Masked(masked, findings)


def find(text: str) -> list[Finding]:
    """List the personal data rules find in a text, in order, without overlaps."""
    return _resolve(text, _ruled(text, EVERYTHING))


def _search(texts: Sequence[str], names: NameModel | None) -> dict[int, list[Finding]]:
    if not texts:
        return {}
    codes, starts, lengths = join(texts)
    signs = look(codes, starts, lengths)
    read: dict[int, list[Finding]] = {}
    for row, kind, start, end in name_spans(texts, codes, starts, lengths, names) if names else ():
        end -= 2 * bool(_TITLED.search(texts[row], start + 1, end))
        read.setdefault(row, []).append(Finding(kind, start, end, texts[row][start:end]))
    found = {}
    for row in sorted({*np.flatnonzero(signs).tolist(), *read}):
        kept = _resolve(texts[row], [*_ruled(texts[row], int(signs[row])), *read.get(row, [])])
        if kept:
            found[row] = _repeated(texts[row], kept)
    return found


def _ruled(text: str, signs: int) -> list[Finding]:
    return [
        finding
        for rule in RULES
        if rule.look & signs and (rule.hint is None or rule.hint.search(text))
        for finding in _apply(rule, text)
    ]


def _apply(rule: Rule, text: str) -> Iterator[Finding]:
    for found in rule.pattern.finditer(text):
        start, end = found.span("value") if "value" in rule.pattern.groupindex else found.span()
        start, end = _trimmed(text, start, end)
        value = text[start:end]
        if end > start and SEPARATOR not in value and rule.accept(value, text, start, end):
            yield Finding(rule.kind, start, end, value)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while end > start and text[end - 1] in " \t,，":
        end -= 1
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead else start
    if text[start] in "(（" and not set(text[start:end]) & set(")）"):
        start += 1
    return start, end


def _resolve(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """Keep the earlier finding where two overlap: rules are ordered from certain to likely.

    Overlapping addresses become one; of an address with a number in it the rest is kept beside the number.
    """
    kept: list[Finding] = []
    tokens = [found.span() for found in _TOKEN.finditer(text)] if "[" in text else []
    for finding in _united(text, findings):
        taken = [*((other.start, other.end) for other in kept), *tokens]
        if all(finding.end <= start or finding.start >= end for start, end in taken):
            kept.append(finding)
        elif finding.kind == "地址":
            kept += _remainders(text, finding, taken)
    return sorted(kept, key=lambda finding: finding.start)


def _united(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """Findings with overlapping addresses joined, everything in its order."""
    listed = list(findings)
    places = sorted((f for f in listed if f.kind == "地址"), key=lambda f: f.start)
    if len(places) < 2:
        return listed
    joined: list[Finding] = []
    for place in places:
        if joined and place.start <= joined[-1].end:
            start, end = joined[-1].start, max(place.end, joined[-1].end)
            joined[-1] = Finding("地址", start, end, text[start:end])
        else:
            joined.append(place)
    at = next(i for i, finding in enumerate(listed) if finding.kind == "地址")
    return [*listed[:at], *joined, *(f for f in listed[at:] if f.kind != "地址")]


def _remainders(text: str, finding: Finding, taken: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    edges = sorted(
        (max(a, finding.start), min(b, finding.end))
        for a, b in taken
        if a < finding.end and b > finding.start
    )
    at = finding.start
    for start, end in [*edges, (finding.end, finding.end)]:
        if start - at >= _SHORTEST_REMAINDER:
            yield Finding(finding.kind, at, start, text[at:start])
        at = max(at, end)


def _repeated(text: str, findings: list[Finding]) -> list[Finding]:
    """A name found once is masked wherever it stands in the same text, and so is its given name alone."""
    names = {f.value for f in findings if f.kind == "姓名" and len(f.value) > 1}
    names |= {name[1:] for name in names if _has_given(name)}
    more = [
        Finding("姓名", found.start(), found.end(), name)
        for name in sorted(names, key=len, reverse=True)
        if text.count(name) > 1
        for found in re.finditer(re.escape(name), text)
    ]
    return _resolve(text, [*findings, *more]) if more else findings


def _has_given(name: str) -> bool:
    """Whether a person of this name can be called without the surname: 小明 of 王小明, but not 安静 of 李安静."""
    return len(name) == 3 and name[0] in SURNAMES and name[1:] not in BRANDS and not is_word(name[1:])


def _named(findings: list[Finding]) -> list[Mask]:
    numbers: dict[tuple[str, str], int] = {}
    used: dict[str, int] = {}
    whole = {f.value[1:]: f.value for f in findings if f.kind == "姓名" and len(f.value) == 3}
    masks = []
    for finding in findings:
        key = (finding.kind, whole.get(finding.value) or _canonical(finding))
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


_WRITTEN_OUT = re.compile(
    r"[\[【(（#{< ]*(?:(at(?![a-z])|艾特|圈a|[@＠#])|点|dot|[．。])[\]】)）#}> ]*", re.IGNORECASE
)
_COUNTRY = re.compile(r"^[+＋]?(?:0086|86)(?=1\d{10}$)")


def _canonical(finding: Finding) -> str:
    """What two ways of writing the same thing have in common."""
    if finding.kind == "邮箱":
        return (
            _WRITTEN_OUT.sub(lambda found: "@" if found[1] else ".", finding.value).replace(" ", "").lower()
        )
    if finding.kind in ("姓名", "地址"):
        return re.sub(r"\s+", "", finding.value).lower()
    return _COUNTRY.sub("", SEPARATORS.sub("", digits(finding.value))).lower()
