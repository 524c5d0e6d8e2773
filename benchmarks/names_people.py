"""Names as they are given today: surnames by frequency, given names of three generations, other peoples' names."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

from benchmarks import names_data as data

_LISTS = {
    name: text.replace("\n", "").split("|")
    for name, text in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}


class People:
    """Draws names; the newspaper of 1998 and jieba's dictionary know few of those born after it."""

    def __init__(self, rng: random.Random, names: data.Names) -> None:
        self.rng, self.names = rng, names
        seen = [text[a:b] for text, spans in data.daily() for _, a, b in spans]
        real = [name for name in seen if 2 <= len(name) <= 3 and name[0] in data.surnames()]
        self.heads = [name[0] for name in real]
        self.given = [name[1:] for name in real]
        self.first = [given[0] for given in self.given if len(given) == 2]
        self.second = [given[1] for given in self.given if len(given) == 2]

    def one(self) -> str:
        """A name: most put together as today's are, the rest of the dictionary, of other peoples or foreign."""
        r = self.rng.random()
        if r < 0.58:
            return self._head() + self._given()
        if r < 0.74:
            return self.names.chinese()
        return self._other() if r < 0.82 else self.names.one()

    def _head(self) -> str:
        r = self.rng.random()
        if r < 0.06:
            return self.rng.choice(_LISTS["compound"])
        if r < 0.14:
            return self.rng.choice(_LISTS["rare"])
        return self.rng.choice(self.heads if r < 0.55 else _LISTS["common"])

    def _given(self) -> str:
        rng, r = self.rng, self.rng.random()
        if r < 0.22:
            return rng.choice(_LISTS["single"])
        if r < 0.27:
            return rng.choice(_LISTS["single"]) * 2
        if r < 0.57:
            return rng.choice(_LISTS["first"]) + rng.choice(_LISTS["second"])
        return rng.choice(self.given) if r < 0.82 else rng.choice(self.first) + rng.choice(self.second)

    def _other(self) -> str:
        rng = self.rng
        parts = [rng.choice(_LISTS["syllables"]) for _ in range(rng.choice((1, 1, 2, 2, 3)))]
        word = "".join(parts)
        return f"{word}·{rng.choice(_LISTS['syllables'])}" if rng.random() < 0.35 else word
