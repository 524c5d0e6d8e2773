"""What is not feedback at all: placeholders, advertising, fraud, mere abuse, test entries, meaningless signs.

A rejected complaint is a customer not heard, so every rule asks for more than one sign, the customer's own
words count against rejecting, and what stays in doubt stays in. Vague feedback (很差) is feedback.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from voc.cleaning.spam import SpamModel, spam_scores
from voc.cleaning.words import (
    ADDRESSED,
    BLANK,
    COMMON,
    FILLER,
    HOLLOW,
    INSULT,
    MASHED,
    OFFER,
    OFFERED,
    OWN,
    PLACEHOLDER_WORDS,
    QUOTED,
    REACHED,
    SIGNS,
    STRONG,
    TEST_WORDS,
    TYPED,
)
from voc.text.disguise import CONTACT, LINK, PHONE, undisguised

PLACEHOLDER, ADVERTISING, FRAUD, ABUSE, TEST, MEANINGLESS = (
    "placeholder", "advertising", "fraud", "abuse", "test", "meaningless",
)  # fmt: skip
REASONS = (PLACEHOLDER, ADVERTISING, FRAUD, ABUSE, TEST, MEANINGLESS)
LONGEST_EMPTY = 40  # longer texts say something
OWN_WEIGHT, MOST_OWN = 1.0, 4  # logits a customer's own word weighs against the model, and how many count
RULES = 3.5  # signs of advertising that suffice without the model
DOUBT = -6.0  # below this score the rules are not asked
# Below this one they need a way to reach somebody: without, two customers of 153,538 were rejected.
UNLIKE = -4.5
SIGN_WEIGHT, MOST_SIGNS = 0.3, 4.0  # what the signs of the rules add to the model's score, or take
MOST_ADDED = SIGN_WEIGHT * MOST_SIGNS + 1e-9  # beyond rounding
LACKING = 1.0  # what the model's score must be higher where no offer, or no way to reach somebody, is found
MOST_COMMON = 2  # words of offers that customers use, too, as far as they count where nobody is to be reached
FEWEST_WORDS = 4  # Chinese characters: the model has seen hardly any other language
SHORTEST = 16  # letters; shorter advertising says where to go
FEWEST_LETTERS = 7  # with which several signs of advertising can be told
_CHINESE = re.compile("[\u3400-\u9fff]")
_ASKING = re.compile("如何|怎[么样]|什么|[吗呢]|哪|谁|多少")
_TOKENS = re.compile(f"[{LINK}{PHONE}{CONTACT}]")


def reject(texts: Sequence[str], spam: SpamModel | None = None) -> list[str | None]:
    """Say why a text, masked, is not feedback; None for feedback. Without a model, advertising is told by rules."""
    plain = undisguised(texts)
    reasons: list[str | None] = [None] * len(texts)
    for row, reason in _advertising(plain, spam):
        reasons[row] = reason
    for row in _hollow(texts, plain):
        reasons[row] = _empty(texts[row], plain[row]) or reasons[row]
    return reasons


def _hollow(texts: Sequence[str], plain: Sequence[str]) -> list[int]:
    """Short texts that can hold nothing: one look at all of them spares most the rules one by one."""
    short = [row for row, text in enumerate(texts) if len(text) <= LONGEST_EMPTY]
    column = pl.Series([plain[row] for row in short], dtype=pl.String)
    return [short[k] for k in column.str.contains(HOLLOW).arg_true()]


def weighed(plain: Sequence[str], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Set the model's scores against the customer's own words and the signs of the rules, shape (n,)."""
    own = [min(len(set(OWN.findall(text))), MOST_OWN) for text in plain]
    signs = np.clip([_signs(text) for text in plain], -MOST_SIGNS, MOST_SIGNS)
    lacking = [(not REACHED.search(text)) + (not OFFER.search(text)) for text in plain]
    return scores - OWN_WEIGHT * np.array(own) + SIGN_WEIGHT * signs - LACKING * np.array(lacking)


def _empty(text: str, plain: str) -> str | None:
    """Say why a short text holds nothing."""
    if not plain:
        return PLACEHOLDER if BLANK.fullmatch(text) else MEANINGLESS if SIGNS.fullmatch(text) else None
    if PLACEHOLDER_WORDS.fullmatch(plain):
        return PLACEHOLDER
    if TEST_WORDS.fullmatch(plain) or (plain.isascii() and TYPED.fullmatch(plain)):
        return TEST
    if MASHED.fullmatch(plain):
        return MEANINGLESS
    if INSULT.search(plain) and not FILLER.sub("", INSULT.sub("", plain)):
        return ABUSE
    return None


def _advertising(plain: Sequence[str], spam: SpamModel | None) -> Iterable[tuple[int, str]]:
    if spam is None:
        signs = ((row, _signs(text)) for row, text in enumerate(plain) if _told(text))
        return [(row, ADVERTISING) for row, sum_ in signs if sum_ >= RULES]
    scores = spam_scores(plain, spam)
    doubtful: list[int] = np.flatnonzero(scores[:, 0] >= DOUBT).tolist()
    sold = {
        *_by_model(plain, scores[:, 0], doubtful, spam.threshold),
        *_by_rules(plain, scores[:, 0], doubtful),
    }
    return [(row, FRAUD if scores[row, 1] > 0 else ADVERTISING) for row in sorted(sold)]


def _by_model(
    plain: Sequence[str], scores: NDArray[np.float64], doubtful: Sequence[int], threshold: float
) -> Iterator[int]:
    likely = [row for row in doubtful if scores[row] >= threshold - MOST_ADDED]
    net = weighed([plain[row] for row in likely], scores[likely])
    for row, score in zip(likely, net.tolist(), strict=True):
        if score >= threshold and readable(plain[row]):
            yield row


def _by_rules(plain: Sequence[str], scores: NDArray[np.float64], doubtful: Sequence[int]) -> Iterator[int]:
    column = pl.Series([plain[row] for row in doubtful], dtype=pl.String)
    for row in (doubtful[k] for k in column.str.contains_any(OFFERED).arg_true()):
        likely = scores[row] >= UNLIKE or REACHED.search(plain[row])
        if likely and _told(plain[row]) and _signs(plain[row]) >= RULES:
            yield row


def _told(plain: str) -> bool:
    """Whether the rules may judge a text: one that is readable, or a short one that offers and asks nothing."""
    return readable(plain) or (
        len(plain) >= FEWEST_LETTERS and not QUOTED.search(plain) and not _ASKING.search(plain)
    )


def readable(plain: str) -> bool:
    """Whether a text is one to judge: no quotation, and in words the model of spam has seen enough of."""
    if QUOTED.search(plain):
        return False
    if _TOKENS.search(plain):
        return True
    return len(plain) >= SHORTEST and len(_CHINESE.findall(plain)) >= FEWEST_WORDS


def _signs(plain: str) -> float:
    """Add up the signs of advertising, less the customer's own words; no single word condemns a complaint."""
    offers = {found.group() for found in OFFER.finditer(plain)}
    if not offers:
        return 0.0
    strong = len(set(STRONG.findall(plain)))
    reached = len({found.group() for found in REACHED.finditer(plain)})
    common = sum(bool(COMMON.fullmatch(offer)) for offer in offers)
    beyond = 0 if reached or strong else max(common - MOST_COMMON, 0)
    offered = min(len(offers) - beyond, 4)
    return 2.5 * strong + 1.5 * min(reached, 2) + offered - 1.5 * len(ADDRESSED.findall(plain))
