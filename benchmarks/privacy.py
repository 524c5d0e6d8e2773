"""What is found of planted personal data, what is masked in vain, and how fast (`python -m benchmarks.privacy`).

Values, hosts and sentences are of the test part: nothing was trained on them. `--show` prints what is
found in real reviews, for reading; nothing of that belongs into a document.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import jieba
import jieba.posseg
import numpy as np

from benchmarks import corpora, names_classes, plants
from benchmarks import names_data as data
from benchmarks.privacy_forms import FORMS, FRAMES, ORDINARY
from voc.privacy.masking import mask
from voc.privacy.names import load_names
from voc.text.uniform import normalise

SEED, EACH, PLACES_EACH = 20261122, 150, 10
NAMES = load_names((Path(__file__).resolve().parents[1] / "voc" / "data" / "names.npz").read_bytes())
Found = list[list[tuple[int, int]]]
Planted = tuple[str, str, int, int]  # kind, text, start, end of the value
Told = tuple[str, int, int]  # kind, start, end
TOLD = {"mobile": "电话", "identity card": "身份证", "bank card": "卡号", "e-mail": "邮箱", "address": "地址"}

_NAIVE = tuple(
    re.compile(pattern)
    for pattern in (
        r"1[3-9]\d{9}", r"\d{17}[\dXx]", r"\d{16,19}", r"[\w.\-]+@[\w\-]+(?:\.\w+)+", r"0\d{2,3}-?\d{7,8}",
        r"(?:QQ|qq)[号:：]*(\d{5,11})", r"(?:微信|VX|vx)[号:：]*([A-Za-z0-9_\-]{6,20})",
        r"[\u4e00-\u9fa5][A-Z][A-Z0-9]{5,6}", r"(?:订单|单)号[:：]?[A-Za-z0-9]{8,}",
        r"[\u4e00-\u9fa5]{2,}(?:省|市|区|县|镇|街道).{0,20}?(?:路|街|巷|村).{0,10}?(?:号|室|栋|幢)",
    )
)  # fmt: skip


def ours(texts: Sequence[str]) -> Found:
    return [[(piece.start, piece.end) for piece in row] for row in mask(texts, NAMES).findings]


def rules(texts: Sequence[str]) -> Found:
    return [[(piece.start, piece.end) for piece in row] for row in mask(texts).findings]


def naive(texts: Sequence[str]) -> Found:
    """The regular expressions a competent engineer writes in an hour."""
    return [sorted({found.span() for rule in _NAIVE for found in rule.finditer(text)}) for text in texts]


def tagged(texts: Sequence[str]) -> Found:
    """The same, and names as jieba's tagger sees them."""
    return [[*spans, *_tagged(text)] for text, spans in zip(texts, naive(texts), strict=True)]


def _tagged(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for word, flag in jieba.posseg.cut(text):
        if flag.startswith("nr") and len(word) > 1:
            yield at, at + len(word)
        at += len(word)


SYSTEMS: dict[str, Callable[[Sequence[str]], Found]] = {
    "ours": ours, "rules alone": rules, "regexes": naive, "regexes + jieba nr": tagged
}  # fmt: skip


def _covered(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    inside = sum(min(b, end) - max(a, start) for a, b in spans if a < end and b > start)
    return inside >= 0.8 * (end - start)


def planted(hosts: Sequence[str], rng: random.Random) -> list[Planted]:
    """Every kind planted in clauses of real reviews, normalised as the pipeline does."""
    names = data.Names(rng)
    people = [sample[0][a:b] for sample in cluener() for _, a, b in sample[1]]
    homes = data.addresses(("test",))
    told, sent = plants.frames(plants.NAME_FRAMES, True), plants.frames(plants.ADDRESS_FRAMES, True)
    makers: dict[str, tuple[Callable[[], str], Sequence[str]]] = {
        **{kind: (partial(make, rng), FRAMES[kind.split(",")[0]]) for kind, make in FORMS.items()},
        "name, put together": (names.chinese, told),
        "name, of CLUENER": (lambda: rng.choice(people), told),
        "address, parsed": (lambda: rng.choice(homes), sent),
        "address, with a number": (lambda: rng.choice([h for h in homes if re.search(r"\d", h)]), sent),
    }
    found = []
    for kind, (make, listed) in makers.items():
        for _ in range(EACH):
            value, frame = make(), rng.choice(listed)
            text, _ = plants.planted(rng.choice(hosts)[:60], frame, [value] * frame.count("{}"), rng)
            text, value = normalise([text])[0], normalise([value])[0]
            found.append((kind, text, text.index(value), text.index(value) + len(value)))
    return found


def cluener() -> list[data.Sample]:
    return [sample for sample in data.cluener() if corpora.part(sample[0]) == "test"]


def recall(plants_: list[Planted]) -> Iterator[str]:
    texts = [text for _, text, _, _ in plants_]
    found = {name: system(texts) for name, system in SYSTEMS.items()}
    yield "| recall, planted in reviews | " + " | ".join(SYSTEMS) + " |"
    yield "| --- |" + " --- |" * len(SYSTEMS)
    for kind in dict.fromkeys(plant[0] for plant in plants_):
        rows = [i for i, plant in enumerate(plants_) if plant[0] == kind]
        shares = [np.mean([_covered(found[s][i], *plants_[i][2:]) for i in rows]) for s in SYSTEMS]
        yield f"| {kind} | " + " | ".join(f"{share:.3f}" for share in shares) + " |"
    yield from _precision("precision on this mix", found, [[plant[2:]] for plant in plants_], plants_)


def _precision(
    label: str, found: dict[str, Found], truth: Sequence[Sequence[tuple[int, int]]], _: object
) -> Iterator[str]:
    shares = []
    for name in SYSTEMS:
        hits = [
            any(a < end and b > start for start, end in spans)
            for row, spans in zip(found[name], truth, strict=True)
            for a, b in row
        ]
        shares.append(f"{np.mean(hits):.3f}" if hits else "–")
    yield f"| {label} | " + " | ".join(shares) + " |"


def form(name: str) -> str:
    """How a name is written: a private person in China is nearly always called by the first of these."""
    if (name[0] in data.surnames() and 2 <= len(name) <= 3) or (name[:2] in data.COMPOUND and len(name) <= 4):
        return "surname and one or two characters"
    return (
        "Latin letters"
        if re.search("[A-Za-z]", name)
        else "foreign names without a surname, by-names, characters"
    )


def by_form(hosts: Sequence[str], rng: random.Random) -> Iterator[str]:
    """Names of CLUENER planted ten times each, apart by how they are written; ours alone."""
    people = sorted({sample[0][a:b] for sample in cluener() for _, a, b in sample[1]})
    frames = plants.frames(plants.NAME_FRAMES, True)
    found: dict[str, list[bool]] = {}
    for name in people * PLACES_EACH:
        frame = rng.choice(frames)
        text, _ = plants.planted(rng.choice(hosts)[:60], frame, [name] * frame.count("{}"), rng)
        text, value = normalise([text])[0], normalise([name])[0]
        start = text.index(value)
        found.setdefault(form(name), []).append(_covered(ours([text])[0], start, start + len(value)))
    yield "\n| names of CLUENER, test part, planted ten times each | names | found |\n| --- | --- | --- |"
    for how, hits in found.items():
        yield f"| {how} | {len(hits) // PLACES_EACH} | {np.mean(hits):.3f} |"


def raw(samples: list[data.Sample]) -> Iterator[str]:
    """CLUENER as it is: news, games, sport; labelled names only."""
    texts = [text for text, _ in samples]
    truth = [[(a, b) for _, a, b in spans] for _, spans in samples]
    found = {name: system(texts) for name, system in SYSTEMS.items()}
    found["ours"] = [
        [(p.start, p.end) for p in row if p.kind == "姓名"] for row in mask(texts, NAMES).findings
    ]
    shares = [
        np.mean([_covered(row, *span) for row, spans in zip(found[s], truth, strict=True) for span in spans])
        for s in SYSTEMS
    ]
    yield "| CLUENER test part, name recall | " + " | ".join(f"{share:.3f}" for share in shares) + " |"
    yield from _precision(
        "CLUENER test part, share of findings (ours: of names) that touch a labelled name", found, truth, None
    )


def mixed(rng: random.Random) -> Iterator[str]:
    """Whole sentences of CLUENER, and told beside each a mobile, cards, an e-mail and an address."""
    homes = data.addresses(("test",))
    rows = [_mixed(one, homes, rng) for one in names_classes.cluener(("test",))]
    found = ours([text for text, _ in rows])
    yield "\n| whole sentences of CLUENER, test part, five values told beside | values | found |\n| --- | --- | --- |"
    for kind in (*TOLD, "name"):
        hits = [
            _covered(spans, a, b)
            for spans, (_, values) in zip(found, rows, strict=True)
            for told, a, b in values
            if told == kind
        ]
        yield f"| {kind} | {len(hits)} | {np.mean(hits):.3f} |"
    right = [
        any(a < end and b > start for _, a, b in values)
        for spans, (_, values) in zip(found, rows, strict=True)
        for start, end in spans
    ]
    yield f"| of what is masked, share that touches a value or a label | {len(right)} | {np.mean(right):.3f} |"


def _mixed(one: names_classes.Marked, homes: Sequence[str], rng: random.Random) -> tuple[str, list[Told]]:
    """The sentence and five clauses in any order, and where everything personal stands."""
    places = [("place", a, b) for kind, a, b in one.classes or () if names_classes.CLUENER[kind] == "address"]
    pieces = [(one.text, [("name", a, b) for a, b in one.names] + places)]
    for kind, lead in TOLD.items():
        value = normalise([rng.choice(homes) if kind == "address" else FORMS[kind](rng)])[0]
        pieces.append((lead + value, [(kind, len(lead), len(lead + value))]))
    rng.shuffle(pieces)
    text, values = "", list[Told]()
    for piece, spans in pieces:
        text += "，" if text else ""
        values += [(kind, a + len(text), b + len(text)) for kind, a, b in spans]
        text += piece
    return text, values


def reviews(texts: list[str]) -> Iterator[str]:
    """How many rows have any finding; the tagger, which is slow, reads the first 1,500."""
    read = {name: texts[: 1500 if name == "regexes + jieba nr" else None] for name in SYSTEMS}
    counts = [f"{np.mean([bool(row) for row in SYSTEMS[name](part)]):.2%}" for name, part in read.items()]
    yield f"| rows with any finding among {len(texts)} reviews | " + " | ".join(counts) + " |"
    kinds = [[piece.kind for piece in row] for row in mask(texts, NAMES).findings]
    for kind in sorted({k for row in kinds for k in row}):
        yield f"| of them {kind} | {np.mean([kind in row for row in kinds]):.2%} | | | |"


def ordinary() -> Iterator[str]:
    harmed = {name: np.mean([bool(row) for row in system(ORDINARY)]) for name, system in SYSTEMS.items()}
    yield (
        f"| {len(ORDINARY)} sentences with ordinary numbers, harmed | "
        + " | ".join(f"{h:.1%}" for h in harmed.values())
        + " |"
    )


def speed(texts: list[str]) -> Iterator[str]:
    """Rows per CPU second, the systems taking turns."""
    took: dict[str, list[float]] = {name: [] for name in SYSTEMS}
    for turn in range(4):
        for name, system in SYSTEMS.items():
            batch = texts[:5000] if name != "regexes + jieba nr" else texts[:500]
            begun = time.process_time()
            system(batch)
            took[name] += [(time.process_time() - begun) / len(batch)] if turn else []
    rates = [f"{1 / np.median(took[name]):,.0f}" for name in SYSTEMS]
    yield "| rows per CPU second, reviews | " + " | ".join(rates) + " |"


def show(texts: list[str]) -> None:
    for text, row in zip(texts, mask(texts, NAMES).findings, strict=True):
        for piece in row:
            print(
                piece.kind,
                "|",
                text[max(0, piece.start - 12) : piece.start],
                "【",
                text[piece.start : piece.end],
                "】",
                text[piece.end : piece.end + 8].replace("\n", " "),
            )


def main() -> None:
    """Print one table."""
    jieba.setLogLevel(60)
    rng = random.Random(SEED)
    hosts = data.reviews(("test",))
    rng.shuffle(hosts)
    if "--show" in sys.argv:
        show(hosts)
        return
    print(f"model {NAMES.version}\n")
    for part in (recall(planted(hosts, rng)), raw(cluener()), reviews(hosts), ordinary(), speed(hosts)):
        for line in part:
            print(line, flush=True)
    for line in (*by_form(hosts, random.Random(SEED)), *mixed(random.Random(SEED))):
        print(line, flush=True)


if __name__ == "__main__":
    main()
