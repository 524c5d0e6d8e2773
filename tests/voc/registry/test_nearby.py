"""What several runs say together is what one look at everything says."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.kernels.runs import ordered
from voc.registry import nearby
from voc.registry.anchors import entries, of_streams
from voc.registry.memory import Registry
from voc.registry.pairs import DAY, compatible
from voc.registry.surges import SURGES

ENTRIES = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 40)), min_size=1, max_size=80)
FAR, NEAREST = 15, 3


def entries_of(drawn):
    """Three feedbacks in a row share a moment's drawing of keys; each key stands once in a feedback."""
    rows = {(key, at // 3, at // 3 * 100 + n % 7, 5) for n, (key, at) in enumerate(drawn)}
    return ordered(np.array(sorted(rows), dtype=np.int64))


def looked_up(run, new, rare):
    """Pair by reading everything, as decision 0080 puts it."""
    rows, weights = [tuple(row) for row in run.tolist()], {}
    for (key, at, own, _), telling in zip(new.tolist(), rare.tolist(), strict=True):
        same = [(then, other) for k, then, other, _ in rows if k == key and abs(then - at) <= FAR]
        before = sorted(one for one in same if one < (at, own))[-NEAREST:]
        after = sorted(one for one in same if one > (at, own))[:NEAREST]
        for _, other in before + after:
            weights[own, other] = weights.get((own, other), 0) + (2 if telling else 1)
    return sorted({(min(pair), max(pair)) for pair, weight in weights.items() if weight >= 2})


@given(ENTRIES, st.integers(1, 4), st.integers(0, 3))
def test_neighbours_over_runs_are_those_of_everything(drawn, parts, part):
    run = entries_of(drawn)
    belongs = (run[:, nearby.FEEDBACK] * 7 // 3) % parts
    cut = [run[belongs == n] for n in range(parts)]
    new = cut[part % parts]
    rare = new[:, nearby.KEY] == 2
    found = nearby.neighbours(cut, new, FAR, NEAREST, rare)
    assert [tuple(pair) for pair in found.tolist()] == looked_up(run, new, rare)


@given(ENTRIES, st.integers(1, 4), st.integers(0, 14), st.integers(0, 14), st.integers(1, 5))
def test_counts_over_runs_are_those_of_everything(drawn, key, since, longer, enough):
    run = entries_of(drawn)
    cut = [run[run[:, 2] % 2 == n] for n in (0, 1)]
    asked = np.array(
        [[key, 5, since, since + longer], [key, nearby.ANY, since, since + longer], [key, 6, 0, 99]]
    )
    many = sum(1 for k, at, _, _ in run.tolist() if k == key and since <= at < since + longer)
    assert nearby.counted(cut, asked).tolist() == [many, many, 0]
    assert nearby.counted(cut, asked[:1], enough).tolist()[0] >= min(many, enough)


def test_holders_are_listed_in_order_of_time_for_their_stream_alone():
    run = ordered(np.array([[3, 9, 1, 5], [3, 7, 2, 5], [3, 8, 3, 6], [3, 5, 4, 5], [2, 8, 9, 5]]))
    cut = [run[run[:, 2] % 2 == n] for n in (0, 1)]
    assert nearby.holders(cut, 3, 5, 5, 9) == [4, 2]
    assert nearby.holders(cut, 3, 5, 5, 10) == [4, 2, 1]


def test_what_many_say_within_days_and_hardly_anybody_before_is_paired(background):
    stream = np.full(60, 9)
    key = 0x4E00 << 21 | 0x9FA5  # two characters that never stand together
    usual = of_streams(np.arange(100, 160), (np.arange(60) * DAY // 2).astype(np.int64), stream)
    said = np.array([[key, 29 * DAY + n, 200 + n, 9] for n in range(8)], dtype=np.int64)
    whole = of_streams(said[:, 2], said[:, 1], said[:, 3])
    found = nearby.surges([ordered(usual), ordered(np.concatenate([said, whole]))], said, background, SURGES)
    assert len(found) == 8 * 7 // 2
    assert (
        len(nearby.surges([ordered(np.concatenate([said[:4], whole[:4]]))], said[:4], background, SURGES))
        == 0
    )


def test_surges_are_those_the_registry_without_a_database_finds(background, read):
    days = [n // 2 for n in range(120)] + [58] * 9 + [59] * 6
    texts = (
        [f"快递第{n}天送到，包装完好" for n in range(120)]
        + ["榨汁机刀片崩裂，飞出来了"] * 9
        + ["榨汁机异响"] * 6
    )
    signs, facts = read(texts, days, product=[3] * len(texts))
    ids, stream = np.arange(1, len(texts) + 1), np.full(len(texts), 8)
    registry = Registry(background)
    new = ordered(entries(ids, facts.moment, stream, facts.product, signs.keys))
    runs = [ordered(np.concatenate([new, of_streams(ids, facts.moment, stream)]))]
    pairs = nearby.surges(runs, new, background, SURGES)
    registry.add(ids, signs, facts, stream)
    left, right = pairs[:, 0] - 1, pairs[:, 1] - 1
    found = pairs[compatible(signs, facts, left, right)].tolist()
    assert sorted(map(tuple, found)) == sorted(registry._surges(signs, facts, stream))
    assert len(found) > 30
