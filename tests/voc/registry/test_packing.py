import numpy as np

from voc.registry.packing import packed, unpacked

TEXTS = ["阳光小区3栋停水，A7县没人管", "", "5.6.1版本闪退", "好" * 200]


def test_signs_come_back_as_they_were(read):
    signs, _ = read(TEXTS)
    again = unpacked(packed(signs))
    for name in ("pairs", "weight", "matter", "rarity", "names", "units", "codes", "keys"):
        assert np.array_equal(getattr(again, name), getattr(signs, name))


def test_no_rows_are_no_rows():
    assert len(unpacked([])) == 0
