from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voc.evidence.records import joined, split

titles = st.text(st.characters(exclude_characters="〔〕\n"), min_size=1, max_size=20)
cells = st.text(st.sampled_from("派送超时〔〕\n ：abc"), max_size=40).filter(lambda cell: cell.strip())


@given(st.dictionaries(titles, cells, max_size=4))
def test_what_was_joined_is_split_into_the_same_records(given_cells: dict[str, str]) -> None:
    whole = joined(dict(given_cells)) or ""
    found = split(whole)
    assert [record.source for record in found] == list(given_cells)
    assert all(whole[record.start :].startswith(record.text) for record in found)
    plain = [cell.replace("〔", "（").replace("〕", "）").rstrip() for cell in given_cells.values()]
    assert [record.text for record in found] == plain


def test_words_without_a_title_are_a_record_without_a_source() -> None:
    (record,) = split("派送超时两天")
    assert (record.source, record.start, record.text) == ("", 0, "派送超时两天")


def test_nothing_is_no_record() -> None:
    assert joined({"工单记录": None, "订单信息": ""}) is None
    assert split("") == split("〔工单记录〕 \n") == []
