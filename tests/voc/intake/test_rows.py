"""Definitions, mappings, canonical columns and keys."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import SchemaBroken
from voc.intake.rows import (
    CHANNELS,
    FIELDS,
    Definition,
    canonical,
    definition_from_dict,
    guess_mapping,
    map_rows,
    payload_hash,
    record_keys,
)


def source(mapping: str, **values: object) -> Definition:
    return definition_from_dict({"name": "x", "channel": "web", "map": mapping, **values})


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            ["product_id", "user_hash", "bought_at", "reviewed_at", "star", "product", "content"],
            {
                "text": "content",
                "occurred_at": "reviewed_at",
                "rating": "star",
                "customer": "user_hash",
                "product": "product",
            },
        ),
        (
            ["工单号", "评价内容", "评价时间", "满意度", "手机号", "坐席工号"],
            {
                "external_id": "工单号",
                "text": "评价内容",
                "occurred_at": "评价时间",
                "rating": "满意度",
                "phone": "手机号",
                "agent": "坐席工号",
            },
        ),
        (["Review Text?", "备注"], {}),
        (
            ["通话流水号", "来电时间", "通话摘要", "按键评分", "地市"],
            {
                "external_id": "通话流水号",
                "occurred_at": "来电时间",
                "text": "通话摘要",
                "rating": "按键评分",
                "region": "地市",
            },
        ),
        (["购买时间", "收货时间", "评论"], {"text": "评论"}),
        (["产品编号", "门店编号", "chat", "评论"], {"text": "评论"}),
        (
            ["工单号", "评价内容", "处理记录", "手机号", "通话转写"],
            {"external_id": "工单号", "text": "评价内容", "phone": "手机号", "evidence": "处理记录+通话转写"},
        ),
        (["编号", "通话转写"], {"external_id": "编号", "text": "通话转写"}),
        (["标题", "工单内容", "处理记录"], {"title": "标题", "text": "工单内容", "evidence": "处理记录"}),
        (["comment_text", "Call Transcript"], {"text": "comment_text", "evidence": "Call Transcript"}),
        (["Created-At", "FEEDBACK"], {"text": "FEEDBACK", "occurred_at": "Created-At"}),
        (["评论内容", "APP版本", "系统版本"], {"text": "评论内容", "version": "APP版本"}),
        (
            ["留言编号", "留言主题", "留言详情"],
            {"external_id": "留言编号", "title": "留言主题", "text": "留言详情"},
        ),
        (
            ["門店", "評價內容", "評價時間"],
            {"text": "評價內容", "occurred_at": "評價時間", "region": "門店"},
        ),
        (["门店", "客户评论", "商家回复内容"], {"text": "客户评论", "region": "门店"}),
        (["门店", "商家回复内容"], {"region": "门店"}),
        (["门店", "城市", "评论"], {"text": "评论", "region": "城市"}),
        (["回复内容", "手机号"], {"text": "回复内容", "phone": "手机号"}),
        (["用户意见", "处理意见", "是否留言"], {"text": "用户意见"}),
        (["反馈详情", "客户意见"], {"text": "反馈详情"}),
        (["意见内容", "门锁固件版本号"], {"text": "意见内容", "version": "门锁固件版本号"}),
    ],
)
def test_a_mapping_is_proposed_from_usual_column_names(columns: list[str], expected: dict[str, str]) -> None:
    assert guess_mapping(columns) == expected


@given(st.lists(st.text(max_size=8), max_size=12))
def test_a_proposed_mapping_names_existing_columns_each_at_most_once(columns: list[str]) -> None:
    proposed = guess_mapping([*columns, "内容", "时间"])
    assert set(proposed) <= set(FIELDS)
    assert len(set(proposed.values())) == len(proposed)
    assert set(proposed.values()) <= {*columns, "内容", "时间"}


def test_evidence_of_several_columns_keeps_their_titles() -> None:
    known = definition_from_dict(
        {"name": "x", "channel": "web", "map": {"text": "内容", "evidence": "工单记录+订单信息"}}
    )
    rows = [
        {"内容": "太差了", "工单记录": "派送超时\n两天", "订单信息": ""},
        {"内容": "不行", "工单记录": "", "订单信息": "〔已签收〕"},
        {"内容": "无语", "工单记录": " ", "订单信息": ""},
    ]
    mapped = map_rows(rows, known).require()
    assert mapped["evidence"] == ["〔工单记录〕派送超时\n两天", "〔订单信息〕（已签收）", None]


def test_rows_become_columns_of_every_canonical_field(definition: Definition) -> None:
    rows = [
        {"标题": " 不错 ", "内容": "制冷好", "星级": "5", "时间": "2020-08-24", "用户": "甲", "备注": "z"},
        {"标题": "", "内容": "  ", "星级": "", "时间": "", "用户": "", "备注": ""},
        {"标题": "同样", "内容": "同样", "星级": "1", "时间": "", "用户": "乙", "备注": ""},
    ]
    mapped = map_rows(rows, definition).require()
    assert {len(mapped[field]) for field in FIELDS} == {len(mapped)} == {3}
    assert mapped["text"] == ["不错\n制冷好", None, "同样"]
    assert mapped["rating"] == ["5", None, "1"]
    assert mapped["agent"] == [None, None, None]
    assert mapped["channel"] == ["store_review"] * 3
    assert mapped["touchpoint"] == ["售后评价"] * 3


def test_a_column_whose_name_holds_a_plus_is_taken_as_it_is() -> None:
    assert map_rows([{"a+b": "x", "a": "y", "b": "z"}], source("text=a+b"))["text"] == ["x"]


def test_a_channel_column_is_read_by_code_or_chinese_name_and_unknown_words_are_kept() -> None:
    rows = [{"t": "x", "c": value} for value in ("热线", "app", "", "火星")]
    assert map_rows(rows, source("text=t,channel=c"))["channel"] == ["hotline", "app", "web", "火星"]


def test_a_missing_column_breaks_the_schema_and_both_lists_are_named(definition: Definition) -> None:
    mapped = map_rows([{"内容": "好", "评分": "5", "时间": "2020-08-24", "用户": "甲"}], definition)
    assert mapped.missing == ("标题", "星级")
    with pytest.raises(SchemaBroken, match=r"缺少列：标题、星级；文件里有的列：内容、评分、时间、用户"):
        mapped.require()


def test_a_column_that_only_some_json_rows_have_is_not_missing() -> None:
    mapped = map_rows([{"t": "x"}, {"t": "y", "s": "5"}], source("text=t,rating=s")).require()
    assert mapped["rating"] == [None, "5"]


def test_an_empty_batch_misses_nothing(definition: Definition) -> None:
    mapped = map_rows([], definition).require()
    assert len(mapped) == 0
    assert record_keys(mapped, "x") == []


def test_the_apostrophe_of_our_own_exports_is_taken_off_again() -> None:
    rows = [{"t": cell} for cell in ("'=1+1", "'＋86", "'好'", "'")]
    assert map_rows(rows, source("text=t"))["text"] == ["=1+1", "＋86", "'好'", "'"]


def keys(rows: list[dict[str, str]], name: str = "x") -> list[str]:
    return record_keys(
        map_rows(rows, source("text=t,external_id=id,customer=c,phone=p,occurred_at=w,rating=r")), name
    )


ROW = {"t": "制冷 很好", "id": "", "c": "甲", "p": "", "w": "2020-08-24 11:29:05", "r": "5"}


def test_an_external_id_is_the_key() -> None:
    assert keys([ROW | {"id": " A-1 "}]) == ["A-1"]


@pytest.mark.parametrize(
    "same", [{"t": "制冷很好"}, {"t": "制冷　很好\n"}, {"w": "2020/8/24 11:29:59"}, {"r": "4"}]
)
def test_width_blanks_and_seconds_do_not_change_the_key(same: dict[str, str]) -> None:
    assert keys([ROW]) == keys([ROW | same])


@pytest.mark.parametrize(
    "other", [{"t": "制冷不好"}, {"c": "乙"}, {"c": "", "p": "123"}, {"w": "2020-08-24 11:30"}]
)
def test_another_text_author_or_minute_is_another_key(other: dict[str, str]) -> None:
    assert keys([ROW]) != keys([ROW | other])


def test_the_source_is_part_of_the_key_and_the_order_of_rows_is_not() -> None:
    assert keys([ROW], "x") != keys([ROW], "y")
    assert keys([ROW, ROW | {"c": "乙"}]) == keys([ROW | {"c": "乙"}, ROW])[::-1]


def test_ratings_without_words_are_told_apart_by_what_else_was_given() -> None:
    silent = {"t": "", "c": "", "w": ""}
    assert len(set(keys([ROW | silent | {"r": "1"}, ROW | silent | {"r": "5"}]))) == 2


def test_a_payload_hash_sees_every_cell_and_name_and_not_the_order() -> None:
    base = payload_hash({"a": "1", "b": "2"})
    assert len(base) == 16
    assert payload_hash({"b": "2", "a": "1"}) == base
    assert (
        len(
            {
                base,
                payload_hash({"a": "2", "b": "1"}),
                payload_hash({"a": "1", "c": "2"}),
                payload_hash({"a": "1"}),
            }
        )
        == 4
    )


@given(st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=4), st.text(max_size=4))
def test_any_payload_can_be_hashed_and_a_changed_cell_changes_the_hash(
    payload: dict[str, str], cell: str
) -> None:
    assert payload_hash(payload | {"x": cell}) != payload_hash(payload | {"x": cell + "!"})


def test_the_channels_are_the_thirteen_of_the_product() -> None:
    assert len(CHANNELS) == len(set(CHANNELS.values())) == 13


@given(st.dictionaries(st.text(), st.text()))
def test_a_row_is_written_as_json_writes_it_with_its_columns_in_order(payload: dict[str, str]) -> None:
    assert canonical(payload) == json.dumps(payload, ensure_ascii=False, sort_keys=True)


def test_marks_of_what_is_not_known_are_no_values_but_words_stay_words() -> None:
    definition = definition_from_dict(
        {
            "name": "x",
            "channel": "web",
            "map": {"external_id": "id", "text": "t", "rating": "r", "customer": "c"},
        }
    )
    rows = [{"id": "NULL", "t": "无", "r": "-", "c": "匿名"}, {"id": "n/a", "t": "NA", "r": "5", "c": "无"}]
    mapped = map_rows(rows, definition)
    assert mapped["text"] == ["无", "NA"]
    assert mapped["external_id"] == [None, None]
    assert mapped["rating"] == [None, "5"]
    assert mapped["customer"] == ["匿名", None]
