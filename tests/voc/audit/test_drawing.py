import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.audit.drawing import FEWEST, allocate, draw, strata_of


@given(st.lists(st.integers(1, 500), min_size=1, max_size=12), st.integers(8, 300))
def test_the_sample_is_as_large_as_wanted_and_no_stratum_gives_more_than_it_has(sizes, wanted):
    given_out = allocate(np.array(sizes), wanted)
    assert (given_out <= sizes).all()
    assert given_out.sum() >= min(wanted, sum(sizes))
    assert (given_out >= np.minimum(sizes, FEWEST)).all()


@given(st.integers(20, 300), st.integers(10, 60), st.integers(0, 9))
def test_the_chances_of_a_draw_add_up_to_the_population(rows, wanted, seed):
    strata = np.arange(rows) % 3
    lots = draw(strata, [["x"] * rows], wanted, seed)
    assert len(set(lots.rows.tolist())) == len(lots.rows)
    assert (lots.strata == strata[lots.rows]).all()
    assert np.isclose((1 / lots.chances).sum(), rows)


def test_each_row_of_a_stratum_is_drawn_equally_often():
    strata = np.repeat([0, 1], [12, 30])
    order = [["a", "b"][n % 2] for n in range(42)]
    often = np.zeros(42)
    for seed in range(1200):
        often[draw(strata, [order], 14, seed).rows] += 1
    expected = np.repeat(allocate(np.array([12, 30]), 14) / [12, 30], [12, 30])
    assert np.allclose(often / 1200, expected, atol=0.07)


def test_an_order_spreads_the_sample_over_its_kinds():
    order = ["app"] * 50 + ["hotline"] * 50
    rows = draw(np.zeros(100, dtype=np.int64), [order], 10, 3).rows
    assert sum(order[row] == "app" for row in rows) == 5


def test_rows_are_sorted_by_what_was_said_and_how_surely():
    strata, names = strata_of(["praise", "complaint", "praise"], np.array([0.9, 0.5, 0.6]))
    assert [names[n] for n in strata] == ["praise", "complaint?", "praise?"]
