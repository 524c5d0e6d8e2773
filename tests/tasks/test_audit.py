import csv
from datetime import UTC, datetime

import pytest

from notifications.audit_pages import render_audit
from tasks import audit
from voc.errors import InputError

NOW = datetime(2026, 6, 20, 1, tzinfo=UTC)
SAID = {
    "投诉": "安装师傅没来，太差了",
    "表扬": "质量很好，非常满意",
    "建议": "建议增加定时功能",
    "咨询": "请问保修期是多久",
}


@pytest.fixture
def week(house):
    words = list(SAID.values())
    rows = [
        [f"n{n}", words[n % 4], f"2026-06-{1 + n % 7:02d} 09:{n % 60:02d}", [1, 5, 4, 3][n % 4], "", ""]
        for n in range(120)
    ]  # fmt: skip
    house.register()
    house.put(rows)
    house.collect()
    house.understand()
    return "2026-W23"


def filled(path, kind):
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["类型"] = kind(row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return rows


def true(row):
    return next(kind for kind, words in SAID.items() if row["内容"][:6] == words[:6])


def test_readers_see_words_but_not_what_the_model_said(week, tmp_path):
    assert audit.draw_week(week, 40, NOW) == 40
    first, second = audit.write_sheets(week, tmp_path / "a.csv")
    shown = first.read_text("utf-8-sig").splitlines()
    assert shown[0] == "编号,内容,渠道,类型,领域,备注"
    assert all(line.endswith(",,,") for line in shown[1:])
    assert sorted(shown) == sorted(second.read_text("utf-8-sig").splitlines())
    assert shown != second.read_text("utf-8-sig").splitlines()


def test_a_file_that_is_no_sheet_of_an_audit_is_refused(week, tmp_path):
    (tmp_path / "other.csv").write_text("编号,评价内容\n1,很好\n", "utf-8")
    with pytest.raises(InputError, match="没有列「类型」；请导入由 voc audit draw 写出"):
        audit.take_in(tmp_path / "other.csv", "王芳", NOW)


def test_a_week_is_drawn_once_and_its_lots_follow_from_the_week(week, house, tmp_path):
    audit.draw_week(week, 40, NOW)
    before = house.rows("SELECT feedback_id, chance FROM audit_item ORDER BY id")
    assert audit.draw_week("2026-06-03", 100, NOW) == 40
    assert house.rows("SELECT feedback_id, chance FROM audit_item ORDER BY id") == before
    weight = house.value("SELECT sum(1 / chance) FROM audit_item")
    assert weight == pytest.approx(house.value("SELECT population FROM audit_sample"))


def test_what_readers_say_becomes_agreement_shares_and_a_page(week, tmp_path):
    audit.draw_week(week, 48, NOW)
    first, second = audit.write_sheets(week, tmp_path / "a.csv")
    filled(first, true)
    filled(second, lambda row: {"咨询": "建议"}.get(true(row), true(row)))
    assert audit.take_in(first, "甲", NOW) == (48, [])
    assert audit.take_in(second, "乙", NOW) == (48, [])
    weeks, questions = audit.report()
    (kinds,) = questions
    assert weeks == [week]
    assert kinds.readers == ("乙", "甲")
    assert 0.5 < kinds.agreement.kappa < 1
    assert {item.said["甲"] for item in kinds.disagreements} == {"enquiry"}
    assert sum(share.corrected for share in kinds.shares.values()) == pytest.approx(1)
    assert kinds.shares["praise"].low < 0.25 < kinds.shares["praise"].high
    page = render_audit(weeks, questions, audit.class_names(), NOW)
    assert "请一起讨论" in page
    assert "Kappa" in page


def test_the_page_begins_with_what_the_model_counts_wrongly(week, tmp_path):
    audit.draw_week(week, 48, NOW)
    for sheet, reader in zip(audit.write_sheets(week, tmp_path / "a.csv"), ("甲", "乙"), strict=True):
        filled(sheet, lambda row: {"表扬": "投诉"}.get(true(row), true(row)))
        audit.take_in(sheet, reader, NOW)
    page = render_audit(*audit.report(), audit.class_names(), NOW)
    assert "模型数得不准的：表扬" in page


def test_wrong_cells_are_told_and_the_rest_is_kept(week, tmp_path):
    audit.draw_week(week, 20, NOW)
    first, _ = audit.write_sheets(week, tmp_path / "a.csv")
    kinds = iter(["不满", *["投诉"] * 19])
    filled(first, lambda row: next(kinds))
    stored, troubles = audit.take_in(first, "甲", NOW)
    assert stored == 19
    assert "没有「不满」这一类" in str(troubles[0])


def test_a_week_without_feedback_is_said_to_have_none(week):
    with pytest.raises(InputError, match="2026-W01"):
        audit.draw_week("2026-W01", 20, NOW)


def test_the_last_complete_week_is_drawn_by_default(week):
    assert audit.default_week(NOW) == "2026-W23"


def test_without_readings_there_is_no_report(week):
    assert audit.report() == ([], [])
