"""Vague complaints become concrete only where their evidence shows it; otherwise there is one question."""

import pytest

from models.analysis.clarifying import clarified, usage
from models.engine import transaction
from notifications.rendering import render_message
from tasks.improve import open_cases
from voc.evidence.concrete import OPEN_QUESTION

COLUMNS = {"external_id": "编号", "text": "内容", "rating": "评分", "evidence": "工单记录+通话转写"}
TOLD = {"number": "VOC-1", "category": "服务体验", "deadline": "6月8日 12:00", "link": ""}
MOBILE = "13912345678"
NAME = "李晓东"  # nothing but its neighbours says that it is a name
TICKET = f"来电{MOBILE}，{NAME}反映安装师傅迟到3小时，一直没上门"
CALL = "坐席：您好，很高兴为您服务\n客户：我买的空调一直漏水，地板都泡了\n坐席：请问还有什么可以帮您"
ROWS = [
    ["V1", "太差了，什么玩意", "1", TICKET, ""],
    ["V2", "无语，失望透顶", "1", "", CALL],
    ["V3", "垃圾，再也不来了", "1", "", ""],
    ["V4", "太差劲了", "1", "外观检查：正常，是否破损：否", ""],
    ["C1", "退款一直不到账", "1", TICKET, ""],
    ["P1", "质量很好，用着放心", "5", "", CALL],
]


@pytest.fixture
def heard(house):
    folder = house.inbox / "web"
    house.register(map=COLUMNS)
    lines = [["编号", "内容", "评分", "工单记录", "通话转写"], *ROWS]
    cells = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    (folder / "a.csv").write_text(cells, encoding="utf-8")
    house.collect()
    house.understand()
    house.gather()
    return house


def test_what_evidence_shows_is_cited_word_for_word_with_its_source(heard):
    rows = heard.rows(
        """SELECT f.record_key, c.issue, c.source, c.quote, substr(e.text, c.span_start::int + 1,
                  (c.span_end - c.span_start)::int) AS cited
           FROM clarification c JOIN feedback f ON f.id = c.feedback_id JOIN evidence e ON e.feedback_id = f.id
           WHERE c.issue IS NOT NULL ORDER BY 1"""
    )
    found = {row["record_key"]: (row["issue"], row["source"]) for row in rows}
    assert found == {"V1": ("installation.late", "工单记录"), "V2": ("product.leak", "通话转写")}
    assert all(row["quote"] == row["cited"] for row in rows)


def test_a_concrete_complaint_counts_like_one_that_named_its_issue(heard):
    query = """SELECT f.record_key, a.vague, a.dimension, m.issue, m.span_end - length(f.text) AS rest
               FROM annotation a JOIN feedback f ON f.id = a.feedback_id
               JOIN mention m ON m.annotation_id = a.id AND m.polarity = -1
               WHERE f.record_key IN ('V1', 'V2') ORDER BY 1"""
    rows = heard.rows(query)
    assert [(row["vague"], row["issue"], row["rest"]) for row in rows] == [
        (False, "installation.late", 0),
        (False, "product.leak", 0),
    ]
    assert all(row["dimension"] for row in rows)


def test_where_nothing_shows_it_there_is_exactly_one_question(heard):
    with transaction() as session:
        waiting = clarified(session, concrete=False, limit=10)
    assert {row["text"] for row in waiting} == {"垃圾，再也不来了", "太差劲了"}
    assert all(row["question"].count("？") == 1 and row["issue"] is None for row in waiting)


def test_clear_complaints_and_praise_are_not_clarified(heard):
    query = """SELECT count(*) FROM clarification c JOIN feedback f ON f.id = c.feedback_id
               WHERE f.record_key IN ('C1', 'P1')"""
    assert heard.value(query) == 0


def test_evidence_is_masked_before_it_is_kept(heard):
    kept = heard.rows("SELECT text FROM evidence")
    assert len(kept) == 5
    assert all(MOBILE not in row["text"] for row in kept)
    assert any("[手机号" in row["text"] for row in kept)


def test_the_share_that_can_be_used_is_counted_with_and_without_evidence(heard):
    with transaction() as session:
        counts = usage(session)
    assert counts == {"feedback": 6, "vague": 2, "by_rule": 2, "by_assistant": 0, "with_evidence": 3}


def test_the_confirmation_of_a_vague_complaint_asks_its_question_and_no_other_does(house):
    house.take_in(
        [
            ["V1", "太差了，什么玩意", "2026-06-07 10:00", "1", "13800000001", "成都"],
            ["C1", "约好的安装师傅没来", "2026-06-07 11:00", "1", "13800000002", "成都"],
        ]
    )
    open_cases.fn(house.now)
    asked = house.pairs(
        """SELECT f.record_key, o.data ->> 'question' FROM outbox o JOIN "case" k ON o.subject = 'case:' || k.id
           JOIN feedback f ON f.id = k.feedback_id WHERE o.event = 'case_opened'"""
    )
    assert asked == {"V1": OPEN_QUESTION, "C1": None}
    assert OPEN_QUESTION in render_message("case_opened", {**TOLD, "question": OPEN_QUESTION})[1]
    assert "补充" not in render_message("case_opened", TOLD)[1]


def test_a_name_in_evidence_is_masked_though_no_title_announces_it(heard):
    stored = heard.rows("SELECT text FROM evidence")
    assert stored
    assert [row["text"] for row in stored if NAME in row["text"]] == []
