"""Indexes in sorted runs: nothing added is missed, runs stay few, little is read, and what is forgotten is gone."""

import numpy as np
import pytest
from sqlalchemy import text

from models import packed
from models.engine import transaction
from voc.kernels import runs

KIND = "test"


@pytest.fixture
def unkept(home, monkeypatch):
    """Nothing is at hand yet, as in a process that has just begun."""

    def forget():
        monkeypatch.setattr(packed, "_kept", packed._Kept())

    forget()
    return forget


def drawn(seed, many):
    return np.random.default_rng(seed).integers(1, 400, (many, 2))


def add(*parts):
    for part in parts:
        with transaction() as session:
            packed.add(session, KIND, part)


def found(keys):
    with transaction() as session:
        return sorted(map(tuple, packed.found(session, KIND, np.array(keys)).tolist()))


def test_whatever_is_added_in_parts_is_found_again_by_whoever_asks(unkept):
    parts = [
        drawn(seed, many) for seed, many in enumerate([1, 700, 3, 300, 2, 2, 900, 1, 1, 1, 400, 1_500, 2])
    ]
    add(*parts)
    everything = [tuple(row) for row in np.concatenate(parts).tolist()]
    wanted = sorted(row for row in everything if row[0] in {7, 8, 311})
    assert found([311, 7, 8, 8]) == wanted
    unkept()
    assert found([311, 7, 8, 8]) == wanted
    with transaction() as session:
        sizes = [runs.size_of(n) for n in session.scalars(text("SELECT entries FROM index_run"))]
        assert session.scalar(text("SELECT sum(entries) FROM index_run")) == len(everything)
        assert not session.scalar(text("SELECT count(*) FROM index_block b LEFT JOIN index_run r ON r.id = b.run_id "
                                       "WHERE r.id IS NULL"))  # fmt: skip
    assert all(sizes.count(size) < runs.FEW for size in sizes)


def test_a_few_keys_read_a_few_blocks(unkept, monkeypatch):
    add(drawn(1, 40 * runs.BLOCK))
    unkept()
    read = []
    blocks = packed._blocks
    monkeypatch.setattr(packed, "_blocks", lambda *asked: read.append(asked[2:]) or blocks(*asked))
    found([200])
    assert len(read) == 1
    assert len(read[0][0]) <= 3


def test_what_is_rolled_back_was_never_there(unkept):
    add(drawn(1, 300))
    with transaction() as session:
        packed.add(session, KIND, np.array([[1_000, 1]]))
        assert packed.found(session, KIND, np.array([1_000])).tolist() == [[1_000, 1]]
        session.rollback()
    assert found([1_000]) == []


def test_what_is_forgotten_leads_to_nothing_and_the_rest_stays(unkept):
    add(np.array([[5, 1], [5, 2], [6, 1], [7, 3]]), drawn(1, 900))
    before = [row for row in found(range(1, 400)) if row != (5, 1)]
    with transaction() as session:
        packed.forget(session, KIND, np.array([[5, 1]]))
    assert (5, 0) in found([5])
    assert [row for row in found(range(1, 400)) if row != (5, 0)] == before
    add(*(np.array([[900, n]]) for n in range(runs.FEW)))  # what was at hand must not come back with a merge
    assert [row for row in found(range(1, 400)) if row != (5, 0)] == before


def test_an_index_of_nothing_finds_nothing(unkept):
    with transaction() as session:
        assert packed.is_empty(session, KIND)
        packed.add(session, KIND, np.empty((0, 2), dtype=np.int64))
        assert packed.is_empty(session, KIND)
    assert found([1]) == []


def test_only_what_was_asked_for_last_is_kept_at_hand(monkeypatch):
    monkeypatch.setattr(packed, "AT_HAND", 10)
    kept = packed._Kept()
    for name in "abc":
        kept.put(name, np.zeros(4, dtype=np.int64))
    assert [kept.get(name) is not None for name in "abc"] == [False, True, True]
