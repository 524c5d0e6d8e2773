"""Changes in the business: what a file may hold, and how near to a beginning they rank."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.causes.changes import KINDS, begin_of, columns_of, likely, nearby, read_changes, suspicions
from voc.causes.changes import Change as Changed
from voc.causes.onset import Onset
from voc.errors import InputError

HEADER = ("类型", "名称", "开始时间", "结束时间", "产品", "地区", "渠道", "版本", "来源")
ONSET = Onset(date(2026, 6, 10), date(2026, 6, 8), date(2026, 6, 12), None, 0.01, 0.05, 20.0, 1.2)


def read(*rows):
    payloads = [dict(zip(HEADER, [*row, *[""] * (len(HEADER) - len(row))], strict=True)) for row in rows]
    return read_changes(HEADER, payloads, range(2, 2 + len(rows)))


def change(days, title="变更", **scope):
    return Changed("release", begin_of(ONSET.day - timedelta(days=days)), title, **scope)


def test_a_row_becomes_a_change():
    found = read(
        ("版本发布", "智家 5.3.0", "2026-06-01 09:00", "2026-06-03", "空调", "", "", "5.3.0", "发布记录")
    )
    (one,) = found.changes
    assert found.errors == ()
    assert (one.kind, one.title, one.product, one.version) == ("release", "智家 5.3.0", "空调", "5.3.0")
    assert one.at == begin_of(date(2026, 6, 1)) + timedelta(hours=9)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("搬家", "x", "2026-06-01"), "不认识类型「搬家」"),
        (("人员", "", "2026-06-01"), "名称是空的"),
        (("人员", "x", "下周"), "看不懂开始时间「下周」"),
        (("人员", "x", ""), "看不懂开始时间「」"),
        (("人员", "x", "2026-06-01", "哪天"), "看不懂结束时间「哪天」"),
        (("人员", "x", "2026-06-05", "2026-06-01"), "早于开始时间"),
        (("人员", "长" * 121, "2026-06-05"), "名称超过 120 个字"),
    ],
)
def test_a_wrong_row_is_told_with_its_number_and_the_others_go_on(row, said):
    found = read(("价格", "降价", "2026-06-01"), row, ("价格", "涨价", "2026/6/2"))
    assert [one.title for one in found.changes] == ["降价", "涨价"]
    (error,) = found.errors
    assert error.startswith("第 3 行：")
    assert said in error


def test_empty_rows_and_repeats_count_once_or_not():
    found = read(("价格", "降价", "2026-06-01"), ("",), ("价格", "降价", "2026-06-01"))
    assert (len(found.changes), found.errors) == (1, ())


def test_a_file_without_the_columns_is_refused_with_their_names():
    with pytest.raises(InputError, match="缺少列：类型、开始时间"):
        columns_of(["名称", "备注"])


def test_english_columns_are_known_too():
    assert columns_of(["Kind", "Date", "Title"]) == {"kind": "Kind", "at": "Date", "title": "Title"}


@given(st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6), st.text(max_size=12)), max_size=5))
def test_any_row_is_a_change_or_an_error_or_empty(rows):
    found = read(*rows)
    full = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(found.changes) + len(found.errors) <= len(full)
    assert {one.kind for one in found.changes} <= set(KINDS)


def test_the_nearest_change_before_a_beginning_comes_first():
    found = suspicions([change(20, "早"), change(1, "近")], ONSET, {})
    assert [one.change.title for one in found] == ["近", "早"]
    assert [one.days for one in found] == [1, 20]


def test_a_change_that_fits_the_place_outranks_a_nearer_one_that_does_not():
    changes = [change(1, "杭州的事", region="杭州"), change(6, "武汉的事", region="武汉、长沙")]
    found = suspicions(changes, ONSET, {"region": ["武汉"]})
    assert [(one.change.title, one.fit) for one in found] == [
        ("武汉的事", "范围吻合"),
        ("杭州的事", "范围不符"),
    ]


def test_a_scope_that_could_not_be_looked_at_speaks_neither_for_nor_against():
    (one,) = suspicions([change(1, region="杭州")], ONSET, {})
    assert one.fit == "范围待查"


def test_a_problem_spread_evenly_does_not_come_from_a_change_of_one_place():
    (one,) = suspicions([change(1, region="杭州")], ONSET, {"region": []})
    assert one.fit == "范围不符"


def test_a_change_that_speaks_of_the_matter_outranks_another_of_that_day():
    found = suspicions(
        [change(3, "冰箱降价"), change(3, "退款改为两级审核")], ONSET, {}, "退款迟迟不到账，退款慢"
    )
    assert [(one.change.title, one.alike) for one in found] == [
        ("退款改为两级审核", True),
        ("冰箱降价", False),
    ]


def test_what_lies_after_the_likeliest_day_ranks_behind_what_lies_as_far_before_it():
    assert [one.days for one in suspicions([change(-2), change(2)], ONSET, {})] == [2, -2]


def test_a_change_after_the_interval_or_long_before_it_is_left_out():
    changes = [change(-3, "之后"), change(31, "太早"), change(-2, "区间里"), change(30, "刚好")]
    assert {one.change.title for one in suspicions(changes, ONSET, {})} == {"区间里", "刚好"}


def test_what_is_read_covers_what_is_ranked():
    since, until = nearby(ONSET)
    assert (since, until) == (begin_of(date(2026, 5, 11)), begin_of(date(2026, 6, 13)))


def test_only_what_ranks_near_the_first_and_fits_is_likely():
    changes = [change(1, "近"), change(2, "也近"), change(20, "远"), change(1, "别处", region="杭州")]
    found = suspicions(changes, ONSET, {"region": ["武汉"]})
    assert [one.change.title for one in likely(found)] == ["近", "也近"]
    assert likely([]) == []
