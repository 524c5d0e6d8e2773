"""Train the model of names and addresses and write voc/data/names.npz (`python -m benchmarks.train_names`).

A linear-chain CRF; its weights are rounded to 1/32 and only telling slots are kept. The network that reads a second
time needs torch; where it is missing the shipped one stays.
"""

from __future__ import annotations

import importlib.util
import io
import json
import random
import tempfile
import zlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import corpora, plants
from benchmarks import names_data as data
from benchmarks.names_crf import classes, fit, talk, transitions
from benchmarks.names_people import People
from benchmarks.names_sentences import Sentences
from voc.privacy.chain import UNIT
from voc.privacy.network import PARTS

KEPT = 120_000
LENIENT = 2  # names are decoded as if they were e**2 times as frequent; margins decide
CACHE = Path(tempfile.gettempdir()) / "voc_names_fit.npz"
TARGET = Path(__file__).resolve().parents[1] / "voc" / "data" / "names.npz"


def pack(weights, t, bits, register, network, card, kept=KEPT):  # type: ignore[no-untyped-def]
    """The file as bytes and its card: telling slots as distances and rows, transitions with the biases in them."""
    small = np.clip(np.rint(weights * UNIT), -127, 127).astype(np.int8)
    telling = np.abs(small.astype(np.int64)).max(axis=1)
    telling[0] = 0
    slots = np.sort(np.argsort(-telling, kind="stable")[:kept])
    slots = np.union1d(slots[telling[slots] > 0], np.arange(60000, len(small), 60000))
    links = np.rint(np.where(transitions(), t, 0.0) * UNIT).astype(np.int32)
    links[0::3, 1] += round(LENIENT * UNIT)
    parts = {"weights": small[slots], "slots": np.diff(slots, prepend=0).astype(np.uint16), "transitions": links,
             "classes": classes(), "talk": bits, "register": register,
             **{f"net_{name}": part for name, part in network.items()}}  # fmt: skip
    return sealed(parts, card)


def sealed(parts, card):  # type: ignore[no-untyped-def]
    """The file as bytes and its card, which names them."""
    body = b"".join(np.ascontiguousarray(part).tobytes() for part in parts.values())
    body += json.dumps(card, sort_keys=True).encode()
    card = card | {"version": f"{zlib.crc32(body):08x}", "features": len(parts["slots"])}
    out = io.BytesIO()
    np.savez_compressed(
        out, card=np.frombuffer(json.dumps(card, ensure_ascii=False).encode(), np.uint8), **parts
    )
    return out.getvalue(), card


def register(news: Sequence[str], talk_texts: Sequence[str]) -> NDArray[np.int8]:
    """Eight times the logarithm of how much more frequent each character is in news than in reviews."""
    counts = [Counter("".join(texts)) for texts in (news, talk_texts)]
    totals = [counted.total() for counted in counts]
    table = np.zeros(65536, dtype=np.int8)
    for c in counts[0] | counts[1]:
        if ord(c) < 65536 and counts[0][c] + counts[1][c] >= 20:
            shares = [counted[c] / total + 1e-6 for counted, total in zip(counts, totals, strict=True)]
            table[ord(c)] = round(float(np.clip(8 * np.log(shares[0] / shares[1]), -24, 24)))
    return table


def samples(labelled, hosts, seed=20261121):  # type: ignore[no-untyped-def]
    """Everything learnt from, and how much each sample counts: (labelled CLUENER sentences, reviews)."""
    rng = random.Random(seed)
    names, news = data.Names(rng), data.daily()
    parsed = data.addresses(("train", "calibration"))
    towns = [
        w
        for w, tag in data.dictionary().items()
        if tag == "ns" and len(w) in (2, 3, 4) and w[-1] in "市县区镇"
    ]
    people = [names.chinese() if rng.random() < 0.85 else names.one() for _ in range(30000)]
    places = parsed * 3 + [plants.address(rng, towns) for _ in range(9000)]
    rng.shuffle(places)
    told = data.planted(hosts, plants.frames(plants.NAME_FRAMES, False), 0, people, rng)
    sent = data.planted(hosts, plants.frames(plants.ADDRESS_FRAMES, False), 1, places, rng)
    words = data.words(rng, 40000)
    said = data.planted(hosts, plants.WORD_FRAMES, 0, words, rng)
    told_by = [*hosts, *data.letters()]
    sentences = Sentences(told_by, People(rng, names).one, lambda: rng.choice(words), rng)
    groups = [
        ([(text, []) for text, _ in said], 0.7),
        (sentences.about_people(100000), 1.0), (sentences.about_things(60000), 0.8),
        (news, 1.0), (data.renamed(news, names), 1.0), ([(text, []) for text in hosts], 1.0), (told, 1.0), (sent, 1.0),
        (labelled, 8.0), *((data.renamed(labelled, names), 3.0) for _ in range(3)),
    ]  # fmt: skip
    everything = [sample for group, _ in groups for sample in group]
    share = np.concatenate([np.full(len(group), value) for group, value in groups])
    return everything, share


PASSES = 5
# Chosen on the calibration part and development sentences, see docs/benchmarks/privacy.md.
MARGIN, SLOPE, WORD = 3.5, 3.0, 2.5


def main() -> None:
    """Fit on everything but test rows and write the file and its card."""
    hosts = data.reviews(("train",))
    labelled = [sample for sample in data.cluener() if corpora.part(sample[0]) != "test"]
    everything, share = samples(labelled, hosts)
    weights, t = fit(everything, share, PASSES)
    bits = talk(weights, t, hosts, [text for text, spans in everything if spans])
    tone = register([text for text, _ in data.daily()], hosts)
    np.savez(CACHE, weights=weights, t=t, bits=bits, tone=tone)
    write(weights, t, bits, tone, network())


def network() -> dict[str, NDArray[Any]]:
    """The parts of the network, learnt anew where torch is installed."""
    if importlib.util.find_spec("torch") is None:
        with np.load(TARGET) as file:
            return {name: file[f"net_{name}"] for name in PARTS}
    from benchmarks import names_classes, names_network

    rest, labelled = names_classes.everything(), names_classes.cluener()
    listed = names_network.vocabulary([one.text for one in [*rest, *labelled]])
    return names_network.parts(names_network.train(rest, names_classes.fine(labelled, rest), listed), listed)


def write(weights, t, bits, tone, read_again):  # type: ignore[no-untyped-def]
    """Write the file and the card beside it."""
    card = {
        "what": "names of persons and addresses, linear-chain CRF over n-grams, and a small LSTM for what is in doubt",
        "date": str(datetime.now(tz=UTC).date()),
        "data": "CLUENER 2020 (train and calibration part), People's Daily 1998-01, public reviews, parsed addresses "
        "(train and calibration part), names and words of jieba's dictionary and of names_people planted in "
        "sentences of benchmarks/plants and names_sentences",
        "margin": MARGIN,
        "slope": SLOPE,
        "word": WORD,
    }
    blob, card = pack(weights, t, bits, tone, read_again, card)
    TARGET.write_bytes(blob)
    TARGET.with_name("names_card.json").write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n")
    print(len(blob), card)


if __name__ == "__main__":
    main()
