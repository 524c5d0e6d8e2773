"""What stages leave in the Prefect UI is read by people: names instead of codes, and numbers that add up."""

from datetime import UTC, date, datetime

import pytest

from models.engine import transaction
from models.schema.proof import Report
from tasks import naming
from tasks.improve import open_cases
from tasks.naming import show_accounting, show_notices, show_quarantine, show_report, table

ROWS = [["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13900000001", "成都"],
        ["R2", "质量很好，用着放心", "一月三十二日", "5", "13900000002", "成都"]]  # fmt: skip


@pytest.fixture
def shown(house, monkeypatch):
    """What the stages left, by key."""
    kept = {}
    for kind in ("create_markdown_artifact", "create_link_artifact"):
        monkeypatch.setattr(naming, kind, lambda text, **named: kept.update({named["key"]: (text, named)}))
    house.register()
    house.put(ROWS)
    return kept


def test_rows_that_have_not_come_to_an_end_yet_are_counted_as_such(house, shown):
    show_accounting.fn(house.collect())
    assert "| 网页表单 | a.csv | 2 | 0 | 0 | 0 | 0 | 0 | 0 | 2 | — |" in shown["accounting"][0]


def test_a_row_in_quarantine_is_told_by_the_names_of_its_source_and_of_its_column(house, shown):
    house.collect()
    house.understand()
    show_quarantine.fn()
    assert "| 1 | 网页表单 | a.csv | 3 | 时间 | 时间无法识别 |" in shown["quarantine"][0]


def test_notices_are_told_by_name_and_state(house, shown):
    house.take_in(ROWS)
    open_cases.fn(house.now)
    show_notices.fn()
    assert "| 受理确认 | 待发送 | 1 |" in shown["notices"][0]


def test_a_report_is_linked_where_a_browser_opens_it(house, shown, set_to, tmp_path):
    from settings import get_settings

    set_to(public_url="https://care.example.com/")
    path = get_settings().folder("reports") / "w.html"
    with transaction() as session:
        report = Report(
            kind="weekly", title="客户之声周报", period_start=date(2026, 6, 1), period_end=date(2026, 6, 7),
            path="reports/w.html", sha256="", facts={}, lineage={}, scope={}, created_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(report)
        session.flush()
        number = report.id
    show_report.fn(str(path))
    link, named = shown["report"]
    assert (link, named["link_text"]) == (f"https://care.example.com/reports/{number}", "客户之声周报")


@pytest.mark.parametrize(
    ("value", "cell"),
    [(8.651785714285715, "8.7"), (22.0, "22"), (1212, "1,212"), (None, "—"), ("a|b", "a｜b")],
)
def test_cells_are_written_as_people_read_them(value, cell):
    assert table([{"x": value}], {"x": "列"}).endswith(f"| {cell} |")
