import numpy as np

from voc.suspects.waves import Copied, find_waves


def feedback(wave, usual=0, days=90, customers=None):
    """Ten rows a day, `usual` copies of one text each day, from day 60 on `wave` copies of another."""
    said = [(day, day * 100 + n + 1000, day * 100 + n) for day in range(days) for n in range(10)]
    said += [(day, 1, 50_000 + day * 50 + n) for day in range(days) for n in range(usual)]
    own = customers or range(wave)
    said += [(60 + n % 3, 2, 90_000 + customer) for n, customer in zip(range(wave), own, strict=True)]
    said.sort()
    return Copied(*(np.array(column, dtype=np.int64) for column in zip(*said, strict=True)))


def test_one_text_from_many_customers_within_days_is_a_wave():
    (wave,) = find_waves(feedback(12))
    assert (wave.original, wave.start, wave.end, wave.observed) == (2, 60, 62, 12)
    assert wave.seen in (60, 61)
    assert "12 位客户" in wave.reason


def test_four_copies_are_no_wave():
    assert find_waves(feedback(4)) == []


def test_one_customer_who_says_it_twelve_times_is_no_wave():
    assert find_waves(feedback(12, customers=[7] * 12)) == []


def test_what_a_source_always_does_is_no_wave():
    assert [wave.original for wave in find_waves(feedback(0, usual=6))] == []


def test_where_nobody_is_named_each_row_is_a_voice():
    rows = feedback(12)
    assert len(find_waves(Copied(rows.days, rows.originals, np.full(len(rows.days), -1)))) == 1
