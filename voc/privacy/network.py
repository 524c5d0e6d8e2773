"""A small bidirectional LSTM that reads a text a second time and says how much speaks for a name at each character.

Hochreiter & Schmidhuber (1997). It reads characters, their classes and the words they stand in; what these add to
the gates is multiplied out on loading. Every text is read by itself in one fixed order: alone and in a batch it reads
the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import rjieba
from numpy.typing import NDArray

from voc.kernels.compiled import compiled
from voc.privacy.chain import STATES, UNIT, Codes, Ints

Floats = NDArray[np.float32]
OUTSIDE, FIRST, INSIDE, LAST = range(4)  # what the network tells apart
PARTS = (
    "vocabulary",
    "chars",
    "kinds",
    "words",
    "scales",
    "input",
    "bias",
    "steps",
    "last",
    "start",
    "links",
)
UNKNOWN = 1  # row of characters met less than three times in training; row 0 is empty
WORDS = 64
_TAGS = ("", "nr", "nrt", "ns", "nt", "nz", "n", "v", "a", "m", "eng", "x", "d", "i", "t")
_KEPT = frozenset(_TAGS[2:6]) | {"eng"}
_OTHER = len(_TAGS)
_HALF, _LIMIT = np.float32(0.5), np.float32(4.97)
_A, _B, _C = np.float32(135135), np.float32(17325), np.float32(378)
_D, _E, _F = np.float32(62370), np.float32(3150), np.float32(28)


@dataclass(frozen=True)
class Network:
    """What each character, class and place in a word adds to the gates, shapes (any, 2, 4 * hidden), and the rest.

    index (65536,) says which row of chars a character has; steps (2, hidden, 4 * hidden), last (2, hidden, 4) and
    start (4,) are weights; links (STATES, STATES) in 1/UNIT are added to the transitions of the chain.
    """

    index: NDArray[np.uint16]
    chars: Floats
    kinds: Floats
    words: Floats
    steps: Floats
    last: Floats
    start: Floats
    links: NDArray[np.int32]


def load_network(parts: Mapping[str, NDArray[Any]]) -> Network:
    """Multiply out the parts of a file of weights; KeyError or ValueError when they do not fit together."""
    index = np.full(65536, UNKNOWN, dtype=np.uint16)
    index[parts["vocabulary"]] = np.arange(len(parts["vocabulary"])) + UNKNOWN + 1
    index[0] = 0
    weights = parts["input"].astype(np.float32)
    chars, kinds, words = (
        np.ascontiguousarray(np.einsum("re,deg->rdg", parts[name].astype(np.float32) * scale, weights))
        for name, scale in zip(("chars", "kinds", "words"), parts["scales"], strict=True)
    )
    steps, last, start = (parts[name].astype(np.float32) for name in ("steps", "last", "start"))
    kinds += parts["bias"].astype(np.float32)
    links = np.rint(_spread(parts["links"]) * UNIT).astype(np.int32)
    return Network(index, chars, kinds, words, steps, last, start, links)


def _spread(links: NDArray[Any]) -> NDArray[np.float64]:
    """Links of the network's four states as those of the chain's seven; to it an address is outside."""
    states = [OUTSIDE, FIRST, INSIDE, LAST] + [OUTSIDE] * (STATES - 4)
    return np.asarray(links, dtype=np.float64)[np.ix_(states, states)]


def evidence(
    texts: Sequence[str],
    codes: Codes,
    kinds: NDArray[np.uint8],
    starts: Ints,
    lengths: Ints,
    network: Network,
) -> NDArray[np.int32]:
    """What speaks for the first, an inner and the last character of a name, in 1/UNIT nats, shape (codes, 3)."""
    words = np.zeros(len(codes), dtype=np.uint8)
    for text, start in zip(texts, starts.tolist(), strict=True):
        words[start : start + len(text)] = list(word_places(text))
    scores = np.tile(network.start, (len(codes), 1))
    rows = network.index[codes]
    for way in range(2):
        tables = (network.chars, network.kinds, network.words, network.steps[way], network.last[way])
        _read(rows, kinds, words, starts, lengths, *tables, way, scores)
    found: NDArray[np.int32] = np.rint((scores[:, FIRST:] - scores[:, :FIRST]) * UNIT).astype(np.int32)
    return found


def word_places(text: str) -> Iterator[int]:
    """For each character the kind of the word it stands in, times four, and where it stands in it."""
    for word, tag in rjieba.tag(text.encode("utf-8", "replace").decode()):  # half characters, too, are one
        kind = 4 * _kind(tag)
        yield from (kind + 3,) if len(word) == 1 else (kind, *[kind + 1] * (len(word) - 2), kind + 2)


def _kind(tag: str) -> int:
    short = tag if tag in _KEPT else "nr" if tag.startswith("nr") else tag[:1]
    return _TAGS.index(short) if short in _TAGS else _OTHER


@compiled
def _tanh(x: np.float32) -> np.float32:
    """Within 0.0002 of the hyperbolic tangent, and quick, because loops of it run side by side."""
    x = min(max(x, -_LIMIT), _LIMIT)
    s = x * x
    return x * (_A + s * (_B + s * (_C + s))) / (_A + s * (_D + s * (_E + s * _F)))


@compiled
def _read(
    rows: NDArray[np.uint16],
    kinds: NDArray[np.uint8],
    words: NDArray[np.uint8],
    starts: Ints,
    lengths: Ints,
    of_chars: Floats,
    of_kinds: Floats,
    of_words: Floats,
    steps: Floats,
    last: Floats,
    way: int,
    scores: Floats,
) -> None:
    """Read every text forwards (way 0) or backwards and add to the scores of its characters, in place."""
    hidden = len(steps)
    gates = np.empty(4 * hidden, dtype=np.float32)
    for row in range(len(starts)):
        state, cell = np.zeros(hidden, dtype=np.float32), np.zeros(hidden, dtype=np.float32)
        for step in range(lengths[row]):
            at = starts[row] + (lengths[row] - 1 - step if way else step)
            a, b, c = of_chars[rows[at], way], of_kinds[kinds[at], way], of_words[words[at], way]
            for g in range(4 * hidden):
                gates[g] = a[g] + b[g] + c[g]
            for j in range(0, hidden, 8):  # eight at once spare most ways to memory
                h, w = state[j : j + 8], steps[j : j + 8]
                for g in range(4 * hidden):
                    gates[g] += ((h[0] * w[0, g] + h[1] * w[1, g]) + (h[2] * w[2, g] + h[3] * w[3, g])) + (
                        (h[4] * w[4, g] + h[5] * w[5, g]) + (h[6] * w[6, g] + h[7] * w[7, g])
                    )
            _turn(gates, state, cell)
            for j in range(hidden):
                for out in range(4):
                    scores[at, out] += state[j] * last[j, out]


@compiled
def _turn(gates: Floats, state: Floats, cell: Floats) -> None:
    """One step of the cell: what comes in, what is kept, what is new, what goes out."""
    hidden = len(state)
    for g in range(2 * hidden):
        gates[g] = _HALF + _HALF * _tanh(_HALF * gates[g])
    for g in range(2 * hidden, 3 * hidden):
        gates[g] = _tanh(gates[g])
    for g in range(3 * hidden, 4 * hidden):
        gates[g] = _HALF + _HALF * _tanh(_HALF * gates[g])
    for j in range(hidden):
        cell[j] = gates[hidden + j] * cell[j] + gates[j] * gates[2 * hidden + j]
        state[j] = gates[3 * hidden + j] * _tanh(cell[j])
