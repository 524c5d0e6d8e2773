from hypothesis import given
from hypothesis import strategies as st

from voc.registry.groups import join

EDGES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=25)


def partition(batches):
    group, opened, merged = {}, [], {}
    for edges in batches:
        result = join(edges, group, len(opened) + 1)
        opened += result.opened
        merged |= result.merged
        group = {member: result.merged.get(own, own) for member, own in group.items()} | result.group
    return group, opened, merged


def together(group):
    return {(a, b) for a in group for b in group if a < b and group[a] == group[b]}


@given(EDGES, st.randoms(use_true_random=False), st.integers(1, 5))
def test_who_ends_up_together_does_not_depend_on_the_order_of_edges_nor_on_batches(edges, chance, size):
    shuffled = chance.sample(edges, len(edges))
    batches = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    assert together(partition(batches)[0]) == together(partition([edges])[0])


@given(st.lists(EDGES, max_size=6))
def test_a_group_never_vanishes_it_is_live_or_says_which_older_one_took_it_over(batches):
    group, opened, merged = partition(batches)
    assert set(opened) == set(group.values()) | set(merged)
    assert set(group.values()).isdisjoint(merged)
    assert all(heir < gone for gone, heir in merged.items())


@given(st.lists(EDGES, max_size=6))
def test_folding_the_merges_gives_the_groups(batches):
    group, _, merged = partition(batches)
    history = [partition(batches[:count])[0] for count in range(len(batches) + 1)]

    def folded(number):
        return folded(merged[number]) if number in merged else number

    assert all(folded(own) == group[member] for past in history for member, own in past.items())


def test_the_oldest_group_survives():
    result = join([(3, 5)], {3: 7, 5: 4}, 8)
    assert result.merged == {7: 4}
    assert result.group == {3: 4, 5: 4}


def test_groups_that_a_person_set_apart_are_not_joined_by_a_member_between_them():
    result = join([(1, 9), (2, 9), (3, 9)], {1: 10, 2: 11, 3: 11}, 12, frozenset({(10, 11)}))
    assert result.merged == {}
    assert result.group[9] == 11


def test_groups_that_a_person_set_apart_are_not_joined_directly():
    assert join([(1, 2)], {1: 10, 2: 11}, 12, frozenset({(10, 11)})).group == {}
