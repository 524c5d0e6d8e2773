import numpy as np

from voc.registry.anchors import anchors, by_day, hashed, of_any, of_product, streams
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


def test_every_key_is_an_entry_of_the_index_and_a_count_of_its_day(read):
    signs, facts = read(["阳光小区停水", "阳光小区停水", ""], days=[0, 0, 5])
    stream = np.array([4, 4, 4])
    index = anchors(np.array([7, 8, 9]), facts.moment, stream, facts.product, signs)
    counts = by_day(index, facts.moment, stream)
    assert set(index["feedback_id"]) == {7, 8}
    assert counts.filter(counts["key"] == 0).sort("day")["events"].to_list() == [2, 1]
    assert counts.filter(counts["key"] != 0)["events"].unique().to_list() == [2]


def test_keys_of_two_products_differ_and_stand_for_the_same_pair_of_characters():
    keys = np.array([21_000_000_123, 21_000_000_123, NONE])
    own = of_product(keys, np.array([0, 4_000_000_007, 3]))
    assert own[0] == keys[0] != own[1]
    assert own[2] == NONE
    assert of_any(own)[:2].tolist() == keys[:2].tolist()
