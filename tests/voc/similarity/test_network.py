import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import asset_bytes
from voc.errors import ConfigError
from voc.similarity.features import LONGEST, SHARED, features, sentences
from voc.similarity.network import PairModel, load_pairs, similarity

WORDS = st.text("怎么取消花呗分期还款借不了钱？ab12，", min_size=0, max_size=60)


@pytest.fixture(scope="module")
def model() -> PairModel:
    return load_pairs(asset_bytes("pairs.npz"))


def test_questions_with_one_meaning_are_nearer_than_questions_that_share_their_words(model):
    same = similarity(["怎么关闭花呗", "什么时候能到账", "手机号换了怎么办"],
                      ["如何取消花呗", "多久可以到账", "更换手机号怎么操作"], model)  # fmt: skip
    other = similarity(["怎么关闭花呗", "什么时候能到账", "手机号换了怎么办"],
                       ["怎么开通花呗", "什么时候能还款", "手机丢了怎么办"], model)  # fmt: skip
    assert (same > other).all()


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=12))
def test_the_order_of_the_two_and_the_company_they_come_in_do_not_matter(model, pairs):
    left, right = [a for a, _ in pairs], [b for _, b in pairs]
    together = similarity(left, right, model)
    np.testing.assert_allclose(together, similarity(right, left, model), atol=1e-5)
    np.testing.assert_allclose(together[:1], similarity(left[:1], right[:1], model), atol=1e-5)


@given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=80)), max_size=8))
def test_any_text_gets_a_probability(model, pairs):
    shares = similarity([a for a, _ in pairs], [b for _, b in pairs], model)
    assert shares.shape == (len(pairs),)
    assert ((shares >= 0) & (shares <= 1)).all()


def test_the_same_words_are_certainly_the_same_and_silence_is_like_nothing(model):
    left, right = ["花呗怎么还款", "花呗怎麼還款", "", "！"], ["花呗怎么还款？", "花呗怎么还款", "", "花呗"]
    assert similarity(left, right, model).tolist() == [1, 1, 0, 0]


def test_what_is_beyond_the_longest_still_counts_in_the_overlaps(model):
    long = "请问一下" * 12
    assert len(long) > LONGEST
    a, b = sentences([long + "还款", long + "开通"])
    assert not np.array_equal(features([a], [b], model.rarity), features([a], [a], model.rarity))


def test_the_share_of_common_characters_is_counted_with_repetition(model):
    a, b = sentences(["花呗还还款", "花呗还款吗"])
    assert features([a], [b], model.rarity)[0, SHARED[0]] == pytest.approx(4 / 6)


def test_the_order_of_common_characters_is_measured_by_the_longest_row_of_them(model):
    a, b = sentences(["花呗还款", "还款花呗吗"])
    assert features([a], [b], model.rarity)[0, SHARED[2]] == pytest.approx(2 / 5)


def test_features_are_the_same_from_both_sides(model):
    a, b = sentences(["怎么提前还款3期", "不能提前还吗，为什么"])
    np.testing.assert_array_equal(features([a], [b], model.rarity), features([b], [a], model.rarity))


def test_sides_of_different_length_are_refused(model):
    with pytest.raises(ValueError, match="differ in length"):
        similarity(["一"], [], model)


def test_a_file_that_holds_no_model_is_refused_in_chinese():
    with pytest.raises(ConfigError, match="模型文件无法读取"):
        load_pairs(b"nothing")
