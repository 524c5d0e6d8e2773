"""From files to feedback: every row is accounted for, once, and personal data stays in the vault."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from models.change import By
from models.engine import transaction
from models.intake.checking import repair
from models.intake.collecting import pause, reading, resume
from models.schema.intake import Batch
from models.views import showing
from tasks.check import build_docs, check_batches
from tasks.collect import failures, list_sources, read_source
from voc.errors import InputError, SourceBusy

COMPLAINT = "安装师傅迟到了三个小时，电话也打不通，我请假白等了一上午"
NEARLY = "安装师傅迟到了三个小时，电话也打不通，我请假白等了一下午"
MOBILE, IDENTITY, MAIL, NAME = "13912345678", "11010519491231002X", "zhang.san@example.com", "张三丰"
PERSONAL = f"我叫{NAME}，手机{MOBILE}，身份证{IDENTITY}，邮箱 {MAIL}，退款一直不到账"
GOOD = ["客服很耐心，谢谢", "质量很好，用着放心", "退款一直不到账", "请问保修期多久？"]
EVERY_KIND = [
    *([f"G{n}", words, "2026-06-01 09:00", "5", f"1380000000{n}", "成都"] for n, words in enumerate(GOOD)),
    ["R1", COMPLAINT, "2026-06-01 10:00", "1", "13800000010", "成都"],
    ["R1", COMPLAINT, "2026-06-01 10:00", "1", "13800000010", "成都"],
    ["R2", NEARLY, "2026-06-01 11:00", "1", "13800000011", "成都"],
    ["R3", "加微信 abc12345 刷单兼职日赚300元", "2026-06-01 12:00", "5", "", ""],
    ["R4", "此用户没有填写评价内容", "2026-06-01 12:00", "5", "", ""],
    ["R5", "太差了，什么玩意", "2026-06-01 12:00", "1", "13800000012", ""],
    ["R6", "时间写错的一行", "上上个礼拜", "3", "", ""],
    ["R7", "评分超出量程的一行", "2026-06-01 12:00", "9", "", ""],
    ["R8", "", "2026-06-01 12:00", "", "", ""],
    ["", "", "", "", "", ""],
    ["R9", PERSONAL, "2026-06-01 13:00", "2", MOBILE, "成都"],
    ["R10", "", "2026-06-01 14:00", "4", "13800000013", "成都"],
]
ACCOUNTED = {
    "read": 16, "stored": 8, "duplicate": 1, "near_duplicate": 1, "rejected": 2, "quarantined": 2, "blank": 2,
}  # fmt: skip


def accounting():
    with transaction() as session:
        return showing.accounting(session)


def everywhere(house):
    """Read every text and JSON value of every table outside the vault as (table, column, value)."""
    columns = house.rows(
        """SELECT table_name, column_name FROM information_schema.columns
           WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'character varying')"""
    )
    with transaction() as session:
        return [
            (c["table_name"], c["column_name"], value)
            for c in columns
            for value in session.scalars(
                text(
                    f'SELECT "{c["column_name"]}"::text FROM "{c["table_name"]}" WHERE "{c["column_name"]}" IS NOT NULL'
                )
            )
        ]


def test_every_row_of_a_file_comes_to_exactly_one_outcome(house):
    house.take_in(EVERY_KIND)
    assert accounting() == ACCOUNTED


def test_what_became_of_each_row_can_be_read_with_its_reason(house):
    house.take_in(EVERY_KIND)
    feedback = {row["record_key"]: row for row in house.rows("SELECT * FROM feedback")}
    assert {key: row["disposition"] for key, row in feedback.items()} == {
        **{f"G{n}": "accepted" for n in range(4)},
        "R1": "accepted", "R2": "near_duplicate", "R3": "rejected", "R4": "rejected", "R5": "accepted",
        "R9": "accepted", "R10": "accepted",
    }  # fmt: skip
    assert feedback["R2"]["copy_of"] == feedback["R1"]["id"]
    assert (feedback["R3"]["reason"], feedback["R4"]["reason"]) == ("advertising", "placeholder")
    assert (feedback["R10"]["text"], feedback["R10"]["rating"]) == ("", 4.0)


def test_a_vague_complaint_is_kept_and_marked_as_vague(house):
    house.take_in(EVERY_KIND)
    query = "SELECT record_key, vague FROM annotation JOIN feedback f ON f.id = feedback_id"
    vague = house.pairs(query)
    assert vague["R5"]
    assert not vague["R1"]


def test_quarantined_rows_name_the_row_the_column_and_what_is_wrong(house):
    house.take_in(EVERY_KIND)
    with transaction() as session:
        rows = showing.quarantined(session)
    assert [(row["row"], row["column"], row["reason"]) for row in rows] == [
        (12, "时间", "时间无法识别"),
        (13, "评分", "评分无法识别或超出量程：9"),
    ]


def test_only_accepted_rows_are_annotated(house):
    house.take_in(EVERY_KIND)
    accepted = house.value("SELECT count(*) FROM feedback WHERE disposition = 'accepted'")
    assert house.value("SELECT count(*) FROM annotation") == accepted == 8


def test_taking_the_same_file_in_again_stores_nothing_and_counts_everything_as_known(house):
    house.take_in(EVERY_KIND)
    before = house.rows("SELECT id, record_key, disposition FROM feedback ORDER BY id")
    house.collect(again=True)
    house.understand()
    assert house.rows("SELECT id, record_key, disposition FROM feedback ORDER BY id") == before
    second = house.rows("SELECT * FROM batch ORDER BY id")[1]
    assert (second["rows_read"], second["rows_stored"]) == (16, 0)
    # A physically blank row has no key to be known by.
    assert (second["rows_duplicate"], second["rows_blank"]) == (15, 1)


def test_a_file_that_is_known_is_not_read_again_unless_asked(house):
    house.take_in(EVERY_KIND)
    assert house.collect() == []


def test_the_same_rows_in_another_file_are_known_as_well(house):
    house.take_in(EVERY_KIND)
    house.take_in([*EVERY_KIND, ["R11", "请问怎么清洗滤网", "2026-06-02 10:00", "4", "", ""]], "b.csv")
    assert accounting()["stored"] == ACCOUNTED["stored"] + 1


def test_an_edited_record_supersedes_its_earlier_version(house):
    house.take_in([["R1", "退款一直不到账", "2026-06-01 10:00", "2", "", ""]])
    house.take_in([["R1", "退款已经到账，谢谢", "2026-06-01 10:00", "5", "", ""]], "b.csv")
    old, new = house.rows("SELECT id, text, superseded_by, disposition FROM feedback ORDER BY id")
    assert (old["superseded_by"], new["superseded_by"]) == (new["id"], None)
    assert new["text"] == "退款已经到账，谢谢"


def test_a_record_edited_by_one_character_is_a_new_version_and_no_copy_of_itself(house):
    house.take_in([["R1", COMPLAINT, "2026-06-01 10:00", "1", "13800000010", "成都"]])
    house.take_in([["R1", NEARLY, "2026-06-01 10:00", "1", "13800000010", "成都"]], "b.csv")
    old, new = house.rows("SELECT id, superseded_by, disposition FROM feedback ORDER BY id")
    assert old["superseded_by"] == new["id"]
    assert new["disposition"] == "accepted"


def test_one_broken_file_keeps_none_of_the_others_out_and_says_why(house):
    house.register()
    house.put(EVERY_KIND, "b.csv")
    (house.inbox / "web" / "a.csv").write_bytes(b"PK\x03\x04 no csv at all")
    deliveries = house.collect()
    house.understand()
    assert accounting()["stored"] == ACCOUNTED["stored"]
    (reason,) = failures.fn(deliveries)
    assert reason.startswith("a.csv：「a.csv」不是完整的 Excel 文件")


def test_a_mended_file_clears_the_error_of_the_broken_one(house):
    house.register()
    path = house.inbox / "web" / "a.csv"
    path.write_bytes(b"")
    broken = house.collect()
    house.put(EVERY_KIND, "a.csv")
    mended = house.collect()
    assert failures.fn(broken) == ["a.csv：文件「a.csv」是空的，请检查导出是否成功。"]
    assert failures.fn(mended) == []


def test_a_file_without_a_promised_column_waits_and_names_what_is_missing(house):
    house.register()
    (house.inbox / "web" / "a.csv").write_text("编号,正文\n1,退款一直不到账\n", "utf-8")
    (reason,) = failures.fn(house.collect())
    assert "缺少列：内容、时间、评分、电话、城市；文件里有的列：编号、正文" in reason
    assert house.value("SELECT count(*) FROM vault.raw_record") == 0


def test_a_source_that_is_being_read_is_left_to_its_reader(house):
    house.register()
    house.put(EVERY_KIND)
    with reading("web"), pytest.raises(SourceBusy, match="正在被另一个任务采集"):
        house.collect()
    assert len(house.collect()) == 1


def test_other_sources_can_be_read_meanwhile(house):
    house.register()
    house.register("mall")
    house.put(EVERY_KIND, name="mall")
    with reading("web"):
        assert len(house.collect("mall")) == 1


def test_sources_with_somewhere_to_read_from_are_listed(house):
    house.register()
    house.register("push", path="")
    assert list_sources.fn() == ["web"]


def test_a_source_that_rests_is_read_by_no_run_until_it_is_resumed(house):
    house.register()
    with transaction() as session:
        pause(session, "web", "系统已下线", By("person:赵宁", house.now))
    assert (list_sources.fn(), list_sources.fn(["web", "other"])) == ([], ["other"])
    with transaction() as session:
        resume(session, "web", By("person:赵宁", house.now))
    assert list_sources.fn() == ["web"]
    assert house.rows("SELECT action FROM audit_event ORDER BY id") == [
        {"action": "source.pause"},
        {"action": "source.resume"},
    ]


@pytest.mark.parametrize(
    ("step", "name", "said"), [(pause, "nobody", "没有名为「nobody」"), (resume, "web", "没有暂停")]
)
def test_what_does_not_rest_is_not_resumed_and_what_is_not_there_does_not_rest(house, step, name, said):
    house.register()
    reason = ["下线"] if step is pause else []
    with transaction() as session, pytest.raises(InputError, match=said):
        step(session, name, *reason, By("person:赵宁", house.now))


def test_asking_for_a_file_that_is_not_there_says_so(house):
    house.register()
    with pytest.raises(InputError, match="找不到文件"):
        read_source("web", house.now, True)


def test_a_source_that_nobody_registered_is_named(house):
    with pytest.raises(InputError, match="没有名为「nobody」的来源"):
        house.collect("nobody")


def test_a_source_may_name_several_places_one_a_line(house):
    house.register(path=f"{house.inbox}/web/a*.csv\n{house.inbox}/web/b*.csv")
    house.put(EVERY_KIND[:2], "a.csv")
    house.put(EVERY_KIND[2:4], "b.csv")
    house.put(EVERY_KIND[4:5], "c.csv")
    house.collect()
    assert house.value("SELECT sum(rows_read) FROM batch") == 4


def test_a_row_that_cannot_be_read_is_set_aside_with_its_line(house):
    house.register()
    path = house.put([["R1", "退款一直不到账", "2026-06-01 10:00", "2", "", ""]])
    with path.open("a", encoding="utf-8") as file:
        file.write('R2,"没有关上的引号,2026-06-01 10:00,2,,\nR3,客服很耐心,2026-06-01 10:00,5,,\n')
    house.collect()
    house.understand()
    assert {key: accounting()[key] for key in ("read", "stored", "quarantined")} == {
        "read": 3, "stored": 2, "quarantined": 1,
    }  # fmt: skip
    (row,) = house.rows('SELECT row, "column", reason FROM quarantine')
    assert (row["row"], row["column"]) == (3, "*")
    assert "引号没有成对" in row["reason"]


def test_a_repaired_row_is_checked_again_and_stored(house):
    house.take_in(EVERY_KIND)
    waiting = house.value("SELECT id FROM quarantine WHERE \"column\" = 'occurred_at'")
    with transaction() as session:
        repair(session, waiting, {"时间": "2026-05-25 09:30"}, "person:李雷", house.now)
    house.understand()
    row = house.rows("SELECT disposition, occurred_at FROM feedback WHERE record_key = 'R6'")
    assert row == [{"disposition": "accepted", "occurred_at": datetime(2026, 5, 25, 1, 30, tzinfo=UTC)}]
    with transaction() as session:
        assert [one["row"] for one in showing.quarantined(session)] == [13]
        assert [one["row"] for one in showing.quarantined(session, "released")] == [12]


def test_a_repair_that_mends_nothing_sets_the_row_aside_again(house):
    house.take_in(EVERY_KIND)
    waiting = house.value("SELECT id FROM quarantine WHERE \"column\" = 'rating'")
    with transaction() as session:
        repair(session, waiting, {"评分": "10"}, "person:李雷", house.now)
    house.understand()
    with transaction() as session:
        assert [row["reason"] for row in showing.quarantined(session)] == [
            "时间无法识别", "评分无法识别或超出量程：10",
        ]  # fmt: skip


def test_a_file_that_is_wrong_as_a_whole_is_refused_with_every_row_kept(house):
    house.register(map={"text": "时间", "occurred_at": "内容", "external_id": "编号"})
    house.put([[f"R{n}", "退款一直不到账", "2026-06-01 10:00", "2", "", ""] for n in range(8)])
    house.collect()
    house.understand()
    assert "超过一半，整批没有收下" in house.value("SELECT refused_because FROM batch")
    assert (accounting()["quarantined"], accounting()["stored"]) == (8, 0)


def test_a_batch_is_checked_once_however_often_it_is_asked_for(house):
    house.register()
    house.put(EVERY_KIND)
    house.collect()
    with transaction() as session:
        batches = list(session.scalars(select(Batch.id)))
    assert check_batches(batches, house.now)["batches"] == 1
    assert check_batches(batches, house.now) == {}


def test_data_docs_are_written_from_the_results(house):
    house.take_in(EVERY_KIND)
    assert "网页表单" in Path(build_docs.fn()).read_text("utf-8")


@pytest.mark.parametrize("canary", [MOBILE, IDENTITY, MAIL, NAME])
def test_personal_data_appears_nowhere_outside_the_vault(house, canary):
    house.take_in(EVERY_KIND)
    assert (
        house.value("SELECT count(*) FROM vault.raw_record WHERE payload::text LIKE :it", it=f"%{canary}%")
        == 1
    )
    assert [(table, column) for table, column, value in everywhere(house) if canary in value] == []


def test_personal_data_in_the_wrong_columns_appears_nowhere_outside_the_vault(house):
    # A comma that was not quoted moves every cell behind it one column on.
    rows = [[f"R{n}", "退款一直不到账", "2026-06-01 10:00", "5", "", ""] for n in range(9)]
    moved = [
        ["M1", "没有引号", f"我叫{NAME}", "2026-06-01 10:00", "2", MOBILE],
        ["M2", "评分里是名字", "2026-06-01 10:00", NAME, MOBILE, "成都"],
        ["M3", "城市里是手机", "2026-06-01 10:00", "2", "", MOBILE],
        ["M4", "城市里是邮箱", "2026-06-01 10:00", "2", "", MAIL],
    ]
    house.take_in([*rows, *moved])
    found = [(t, c) for t, c, value in everywhere(house) for it in (MOBILE, MAIL, NAME) if it in value]
    assert found == []


def test_a_file_without_a_header_does_not_put_its_first_customer_into_the_error(house):
    house.register()
    (house.inbox / "web" / "a.csv").write_text(f"1,退款一直不到账,{MOBILE},{MAIL}\n2,谢谢,,\n", "utf-8")
    (reason,) = failures.fn(house.collect())
    assert "缺少列" in reason
    assert MOBILE not in reason
    assert MAIL not in reason
