import numpy as np

from voc.registry.anchors import entries, hashed, of_any, of_product, of_streams, streams, whole
from voc.registry.signs import NONE


def test_properties_not_known_are_zero_and_known_ones_never():
    assert hashed([None, "", " ", "空调", "空调 "]).tolist()[:3] == [0, 0, 0]
    assert hashed(["空调"])[0] == hashed(["空调 "])[0] != 0


def test_products_sources_and_regions_make_streams_of_their_own():
    product, region = np.array([0, 9, 9, 0, 0]), np.array([0, 0, 3, 3, 0])
    found = streams([1, 1, 1, 1, 2], product, region).tolist()
    assert len(set(found)) == 5


def test_a_products_stream_is_the_same_in_every_source():
    nine, none = np.array([9, 9]), np.array([0, 0])
    assert len(set(streams([1, 2], nine, none).tolist())) == 1


def test_every_key_is_an_entry_of_the_index_and_every_feedback_one_of_its_stream(read):
    signs, facts = read(["阳光小区停水", "阳光小区停水", ""], days=[0, 0, 5])
    ids, stream = np.array([7, 8, 9]), np.array([4, 4, 5])
    found = entries(ids, facts.moment, stream, facts.product, signs.keys)
    assert set(found[:, 2].tolist()) == {7, 8}
    assert len(found) == (signs.keys != NONE).sum()
    streamed = of_streams(ids, facts.moment, stream)
    assert streamed[:, 1:].tolist() == [
        [at, id_, own] for at, id_, own in zip(facts.moment, ids, stream, strict=True)
    ]
    assert len(set(streamed[:, 0].tolist())) == 2


def test_the_key_of_a_stream_is_never_that_of_words():
    words = of_product(np.array([0x9FFF << 21 | 0x9FFF]), np.array([(1 << 32) - 1]))
    assert whole(np.array([0, -1, 5])).min() > words.max()


def test_keys_of_two_products_differ_and_stand_for_the_same_pair_of_characters():
    keys = np.array([21_000_000_123, 21_000_000_123, NONE])
    own = of_product(keys, np.array([0, 4_000_000_007, 3]))
    assert own[0] == keys[0] != own[1]
    assert own[2] == NONE
    assert of_any(own)[:2].tolist() == keys[:2].tolist()
