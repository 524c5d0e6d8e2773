import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.audit.agreement import agreement


def test_kappa_is_that_of_the_textbook():
    # Cohen's own kind of table: 20 and 15 equal, 5 and 10 crossed; kappa 0.4 (Wikipedia, Cohen's kappa).
    first = ["y"] * 25 + ["n"] * 25
    second = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    found = agreement(first, second)
    assert found.kappa == pytest.approx(0.4)
    assert found.low < 0.4 < found.high
    assert found.equal == 0.7
    assert found.word == "一般"


def test_alpha_is_that_of_krippendorffs_example():
    # Krippendorff (2011), binary data of two observers: 0.095.
    first, second = "0100000010", "1110010000"
    assert agreement(list(first), list(second)).alpha == pytest.approx(0.095, abs=5e-4)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=40))
def test_agreement_is_the_same_whoever_is_named_first(pairs):
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    one, other = agreement(first, second), agreement(second, first)
    assert one.kappa == pytest.approx(other.kappa)
    assert one.alpha == pytest.approx(other.alpha)
    assert one.kappa <= 1


def test_readers_who_say_one_thing_only_agree():
    assert agreement(["a"] * 3, ["a"] * 3).kappa == 1
