"""Names of persons and addresses found by a linear-chain model (CRF) over hashed character n-grams.

States are O, then begin, inside, end of a name, then of an address; O weighs nothing, so a slot holds one small
integer for each of the other six. Lafferty et al. (2001); decoding is Viterbi in whole numbers, hence exact. What stays
in doubt, and news, a small network (`voc.privacy.network`) reads as well; the two are added up.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import rjieba
from numpy.typing import NDArray

from voc.errors import ConfigError
from voc.privacy.brands import BRANDS
from voc.privacy.chain import BITS, UNIT, Codes, Ints, decode, insert, mean_registers
from voc.privacy.context import announced
from voc.privacy.network import PARTS, Network, evidence, load_network
from voc.privacy.pieces import around, united
from voc.privacy.places import abroad

KINDS = ("姓名", "地址")
TABLE_BITS = 18  # at most half full
SIEVE_BITS = 20
SPARED, LEAST = 3.5, 0.5  # nats of margin a name needs less where it is announced, and needs at least there
DOUBT, SURE = -2.0, 5.0  # nats above the margin needed between which the clauses around a name are read again
NEWS = 0.4  # register above which a text is read again whatever was found
_LATIN = re.compile("[A-Za-z]+")
_NEVER = re.compile("周[一二三四五六日末天]|[零〇一二三四五六七八九十百]+")  # weekdays, years
_MONEY = re.compile("[的把将些块元点多少退还付交存取转花没有给赔拿扣完下那这和老]$")
_NOTHING, _SILENT = np.zeros((0, 3), dtype=np.int32), np.zeros(1, dtype=np.uint8)
PAD = "\x00\x00\x00"  # features look three characters to either side


@dataclass(frozen=True)
class NameModel:
    """Weights (2**TABLE_BITS, 8) and transitions (7, 7) in units of 1/UNIT; classes (65536,) of characters.

    keys (2**TABLE_BITS,) tells which feature each entry of the hash table belongs to; sieve, small enough for
    the processor's cache, is a table of bits that turns most features away before that.

    register (65536,) of characters is high where news is written, low in reviews; a name needs a margin of
    thresholds[0] less thresholds[1] for each unit of it, and thresholds[2] more when a dictionary has it as a
    word that is no name.
    talk is a table of bits: pairs of characters marked there are everyday words and begin nothing.
    """

    sieve: NDArray[np.uint8]
    keys: NDArray[np.int32]
    weights: NDArray[np.int8]
    transitions: NDArray[np.int32]
    classes: NDArray[np.uint8]
    talk: NDArray[np.uint8]
    register: NDArray[np.int8]
    thresholds: tuple[float, float, float]
    version: str
    network: Network | None = None


@dataclass(frozen=True)
class Spans:
    """Found spans as columns: row of the batch, kind (index of KINDS), start and end in that row's text.

    margins say by how much (natural logarithm) the span wins over finding nothing up to its end.
    """

    rows: Ints
    kinds: Ints
    starts: Ints
    ends: Ints
    margins: NDArray[np.float64]


def join(texts: Sequence[str]) -> tuple[Codes, Ints, Ints]:
    """Code points of a batch with padding between texts; where each text starts and how long it is."""
    joined = PAD + PAD.join(texts) + PAD
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<i4")
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    starts = np.cumsum(lengths + len(PAD)) - lengths
    return np.minimum(codes, 0xFFFF).astype(np.int32), starts, lengths


def find_spans(
    codes: Codes, starts: Ints, lengths: Ints, model: NameModel, texts: Sequence[str] = ()
) -> Spans:
    """Find names and addresses in a joined batch; equal texts get equal spans wherever they stand.

    When the texts are given the network of the model reads them as well.
    """
    found = np.empty((int(lengths.sum()) // 2 + 1, 5), dtype=np.int64)
    folded, kinds = fold(codes, model.classes)
    longest = int(lengths.max(initial=0))
    links, talk, more = model.transitions, model.talk, _NOTHING
    if model.network is not None and texts:
        links, talk = links + model.network.links, _SILENT
        more = evidence(texts, folded, kinds, starts, lengths, model.network)
    count = decode(
        folded,
        kinds,
        starts,
        lengths,
        model.sieve,
        model.keys,
        model.weights,
        links,
        talk,
        more,
        longest,
        found,
    )
    rows, kinds_found, begun, ended, margins = np.ascontiguousarray(found[:count].T)
    return Spans(rows, kinds_found, begun, ended, margins / UNIT)


def name_spans(
    texts: Sequence[str], codes: Codes, starts: Ints, lengths: Ints, model: NameModel
) -> Iterator[tuple[int, str, int, int]]:
    """Row, kind, start and end of addresses, and of names with margin enough for the register of their text."""
    registers = _registers(codes, starts, lengths, model)
    spans = find_spans(codes, starts, lengths, model)
    if model.network is not None:
        spans = _read_again(texts, spans, registers, model)
    sure = spans.margins > _needed(texts, spans, registers, model)
    for at in np.flatnonzero((spans.kinds == KINDS.index("地址")) | sure):
        row, end = int(spans.rows[at]), int(spans.ends[at])
        yield row, KINDS[spans.kinds[at]], int(spans.starts[at]), _word_end(texts[row], end)


def _needed(
    texts: Sequence[str], spans: Spans, registers: NDArray[np.float64], model: NameModel
) -> NDArray[np.float64]:
    """The margin each span needs to be taken for a name, shape (spans,)."""
    margin, slope, word = model.thresholds
    needed = margin - slope * registers[spans.rows] + word * _words(texts, spans)
    spared = np.minimum(needed, np.maximum(needed - SPARED, LEAST))
    needed = np.where(_announced(texts, spans), spared, needed)
    needed[_barred(texts, spans)] = np.inf
    return needed


def _read_again(
    texts: Sequence[str], spans: Spans, registers: NDArray[np.float64], model: NameModel
) -> Spans:
    """The spans after the network, too, has read news and clauses with a name in doubt."""
    pieces = _doubtful(texts, spans, registers, model)
    if not len(pieces):
        return spans
    read = [texts[row][start:end] for row, start, end in pieces.tolist()]
    again = find_spans(*join(read), model, read)
    rows, shifts = pieces[again.rows, 0], pieces[again.rows, 1]
    fresh = Spans(rows, again.kinds, again.starts + shifts, again.ends + shifts, again.margins)
    kept = ~_inside(spans, pieces)
    columns = ("rows", "kinds", "starts", "ends", "margins")
    return Spans(*(np.concatenate([getattr(spans, name)[kept], getattr(fresh, name)]) for name in columns))


def _doubtful(texts: Sequence[str], spans: Spans, registers: NDArray[np.float64], model: NameModel) -> Ints:
    """Row, start and end of what is to be read again, in order and apart from each other, shape (pieces, 3)."""
    above = spans.margins - _needed(texts, spans, registers, model)
    doubted = (spans.kinds == KINDS.index("姓名")) & (above > DOUBT) & (above < SURE)
    news = registers > NEWS
    pieces = [(row, 0, len(texts[row])) for row in np.flatnonzero(news).tolist()]
    for at in np.flatnonzero(doubted & ~news[spans.rows]):
        row = int(spans.rows[at])
        pieces.append((row, *around(texts[row], int(spans.starts[at]), int(spans.ends[at]))))
    return np.array(united(pieces), dtype=np.int64).reshape(-1, 3)


def _inside(spans: Spans, pieces: Ints) -> NDArray[np.bool_]:
    """Which spans stand in one of the pieces, shape (spans,)."""
    far = 1 << 32  # further than any text is long
    before = np.searchsorted(pieces[:, 0] * far + pieces[:, 1], spans.rows * far + spans.starts, "right") - 1
    rows, _, ends = pieces[np.maximum(before, 0)].T
    found: NDArray[np.bool_] = (before >= 0) & (rows == spans.rows) & (spans.starts < ends)
    return found


def _barred(texts: Sequence[str], spans: Spans) -> NDArray[np.bool_]:
    """Whether each span is no name whatever stands beside it, shape (spans,): brands, towns, weekdays, years, 钱存."""
    columns = zip(spans.rows.tolist(), spans.starts.tolist(), spans.ends.tolist(), strict=True)
    found = [
        texts[row][a:b] in BRANDS
        or abroad(texts[row], a, b)
        or _NEVER.fullmatch(texts[row], a, b) is not None
        or (texts[row][a] == "钱" and _MONEY.search(texts[row], max(0, a - 2), a) is not None)
        for row, a, b in columns
    ]
    return np.array(found, dtype=np.bool_)


def _announced(texts: Sequence[str], spans: Spans) -> NDArray[np.bool_]:
    """Whether the words beside each span say that a person is named there, shape (spans,)."""
    columns = zip(spans.rows.tolist(), spans.starts.tolist(), spans.ends.tolist(), strict=True)
    return np.array([announced(texts[row], start, end) for row, start, end in columns], dtype=np.bool_)


def _word_end(text: str, end: int) -> int:
    """The end of a span, moved to the end of a word in Latin letters it stops within."""
    rest = _LATIN.match(text, end) if text[end - 1].isascii() and text[end - 1].isalpha() else None
    return rest.end() if rest else end


def _words(texts: Sequence[str], spans: Spans) -> NDArray[np.bool_]:
    """Whether each span is one word of the dictionary that is not a name there, shape (spans,)."""
    columns = zip(spans.rows.tolist(), spans.starts.tolist(), spans.ends.tolist(), strict=True)
    found = [is_word(texts[row][a:b]) or _cuts_word(texts[row], a) for row, a, b in columns]
    return np.array(found, dtype=np.bool_)


def _cuts_word(text: str, start: int) -> bool:
    """Whether a word of the dictionary goes across the beginning: 维生素A begins no name at 素."""
    at = max(0, start - 4)
    for word in rjieba.cut(text[at : start + 4], False):
        if at < start < at + len(word):
            return True
        at += len(word)
    return False


def is_word(value: str) -> bool:
    """Whether this is one word of the dictionary, or a number and one, that is no name."""
    words = rjieba.tag(value)
    if len(words) == 2 and len(words[1][0]) > 1:  # 一张浴巾
        return words[1][1] in ("n", "nz")
    return len(words) == 1 and not words[0][1].startswith(("nr", "x", "eng"))


def _registers(codes: Codes, starts: Ints, lengths: Ints, model: NameModel) -> NDArray[np.float64]:
    """Mean register of the Chinese characters of each text in nats, between -1 and 1, shape (texts,).

    Numbers and letters say nothing: news stays news with a telephone number in it.
    """
    means = np.empty(len(starts), dtype=np.float64)
    mean_registers(codes, starts, lengths, model.register, means)
    limited: NDArray[np.float64] = np.clip(means / 8, -1, 1)
    return limited


def fold(codes: Codes, classes: NDArray[np.uint8]) -> tuple[Codes, NDArray[np.uint8]]:
    """Make all digits alike and say which class each character belongs to."""
    digits = (codes >= 48) & (codes <= 57)
    return np.where(digits, np.int32(48), codes), classes[codes]


def load_names(data: bytes) -> NameModel:
    """Read the weights `benchmarks/train_names.py` wrote; ConfigError when the file is something else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            card = json.loads(bytes(file["card"]).decode())
            return NameModel(
                *_table(file["slots"], file["weights"].astype(np.int8)),
                file["transitions"].astype(np.int32),
                file["classes"].astype(np.uint8),
                file["talk"].astype(np.uint8),
                file["register"].astype(np.int8),
                (float(card["margin"]), float(card["slope"]), float(card["word"])),
                str(card["version"]),
                load_network({name: file[f"net_{name}"] for name in PARTS}) if "net_input" in file else None,
            )
    except (KeyError, ValueError, OSError, EOFError, IndexError, zipfile.BadZipFile) as error:
        raise ConfigError(41, f"姓名模型文件无法读取：{error}；请运行 make model 重新生成") from error


def _table(
    gaps: NDArray[np.uint16], rows: NDArray[np.int8]
) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.int8]]:
    """Sieve, keys and weights of the features, which are stored as distances because those compress."""
    slots = np.cumsum(gaps.astype(np.int64)).astype(np.int32)
    if 2 * len(slots) > 2**TABLE_BITS or slots.max(initial=0) >= 2**BITS or len(rows) != len(slots):
        raise ValueError("slots")
    bits = np.zeros(2**SIEVE_BITS, dtype=np.uint8)
    bits[slots & (2**SIEVE_BITS - 1)] = 1
    keys, weights = np.zeros(2**TABLE_BITS, dtype=np.int32), np.zeros((2**TABLE_BITS, 8), dtype=np.int8)
    insert(slots, rows, keys, weights)
    return np.packbits(bits, bitorder="little"), keys, weights
