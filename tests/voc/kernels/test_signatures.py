from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.kernels.signatures import KEPT, SHORTEST, WIDTH, letters, sign

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=SHORTEST, max_size=31)


def test_letters_are_those_of_words_in_lower_case() -> None:
    table = letters()
    assert [chr(table[ord(sign_)]) for sign_ in "A9好é"] == ["a", "9", "好", "é"]
    assert not table[[ord(sign_) for sign_ in " ，_😀\x1e"]].any()


@given(CHINESE, st.randoms(use_true_random=False))
def test_the_keys_of_classes_do_not_depend_on_the_order_of_letters(text: str, random: Random) -> None:
    mixed = "".join(random.sample(text, len(text)))
    _, keys = sign([text, mixed])
    assert (keys[0, : 2 * KEPT] == keys[1, : 2 * KEPT]).all()
    assert keys[0, : 2 * KEPT].any()


@given(CHINESE, st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5))
def test_one_letter_more_touches_one_class_at_most(text: str, letter: str) -> None:
    (_, one), (_, other) = sign([text]), sign([text + letter])
    mine, theirs = one[0, :KEPT], other[0, :KEPT]
    both = (mine != 0) & (theirs != 0)
    assert np.count_nonzero(mine[both] != theirs[both]) <= 1


def test_shapes_hold_for_short_and_for_no_texts() -> None:
    hashes, keys = sign(["短", ""])
    assert (hashes.shape, keys.shape, keys.any()) == ((2,), (2, WIDTH), False)
    assert [part.shape for part in sign([])] == [(0,), (0, WIDTH)]
