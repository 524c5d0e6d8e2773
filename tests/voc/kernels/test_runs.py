"""Sorted runs: whatever is added in whatever parts, everything is found again and runs stay few."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.kernels import runs

SOME = st.lists(st.tuples(st.integers(0, 9), st.integers(-5, 5), st.integers(0, 99)), max_size=60)


def table(rows):
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


@given(st.lists(SOME, min_size=1, max_size=5))
def test_joined_runs_are_the_run_of_everything(parts):
    joined = runs.merged([runs.ordered(table(part)) for part in parts])
    everything = runs.ordered(table([row for part in parts for row in part]))
    assert np.array_equal(joined, everything)


@given(SOME, st.integers(0, 10), st.integers(-6, 6), st.integers(0, 70))
def test_a_place_is_the_first_that_is_not_before(rows, key, then, start):
    run = runs.ordered(table(rows))
    earlier = [n for n, row in enumerate(run.tolist()) if tuple(row[:2]) < (key, then)]
    begin = min(start, len(earlier))
    assert runs.seek(run, key, then, begin) == len(earlier)


@given(st.integers(0, 3_000), st.integers(0, 40), st.integers(0, 40), st.integers(1, 60))
def test_blocks_that_are_read_hold_all_that_was_asked_for(count, low, more, keys):
    drawn = np.random.default_rng(count).integers(0, keys, (count, 3))
    run = runs.ordered(drawn)
    ends = np.array([[low, 7]]), np.array([[low + more, 9]])
    found = runs.places(runs.heads(run), *ends)
    read = [row for n in found.tolist() for row in run[n * runs.BLOCK : (n + 1) * runs.BLOCK].tolist()]
    wanted = [row for row in run.tolist() if (low, 7) <= tuple(row[:2]) <= (low + more, 9)]
    assert [row for row in wanted if row not in read] == []


@given(st.lists(st.integers(1, 50_000), max_size=300))
def test_there_are_few_runs_of_each_size_and_nothing_is_lost(added):
    known: list[int] = []
    for many in added:
        known.append(many)
        while due := runs.due(known):
            joined = sum(known[n] for n in due)
            known = [own for n, own in enumerate(known) if n not in due] + [joined]
    sizes = [runs.size_of(many) for many in known]
    assert all(sizes.count(size) < runs.FEW for size in sizes)
    assert sum(known) == sum(added)
