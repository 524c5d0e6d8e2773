"""Replay on the database: the same report byte for byte, and one changed row names exactly what it moves."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from models.change import By
from models.engine import transaction
from models.measures import approving
from models.schema.proof import Report
from models.views import reports
from tasks.report import Wanted, ask_for_release, release_reports, write, write_report
from tasks.reporting.replay import replay
from tasks.verify import verify_due

MONDAY = date(2026, 1, 5)
LIVE = MONDAY + timedelta(days=84)
DUE = LIVE + timedelta(days=80)


@pytest.fixture
def judged(house, make, once):
    """A loop that has turned once."""
    once("judged", lambda: turn(house, make))
    return house.on(DUE)


def turn(house, make):
    then, due = house.on(LIVE - timedelta(days=14)), house.on(DUE)
    then.act_on(make["daily"](MONDAY, 70, lambda day: 9, 10), LIVE)
    due.take_in(make["daily"](MONDAY + timedelta(days=70), 94, lambda day: 9, 10, start=20_000), "b.csv")
    verify_due.fn(due.now)


@pytest.fixture
def spoken(house, make, once):
    """Ten days of feedback and nothing done about it."""
    today = house.on(MONDAY + timedelta(days=14))
    once("spoken", lambda: today.take_in(make["daily"](MONDAY, 10, lambda day: 3, 4)))
    return today


def file(house, kind="run"):
    """Write a report down and return it apart from its session."""
    with transaction() as session:
        report = write(session, Wanted(kind, paper=False), house.now)
        session.expunge(report)
    return report


def changed(statement, **values):
    with transaction() as session:
        session.execute(text(statement), values)


def moved(report, house):
    found = replay(report, house.now).comparison
    return {(one.key, one.part) for one in found.moved}


def test_a_report_is_replayed_byte_for_byte_and_what_happens_later_moves_nothing(judged, make):
    report = file(judged)
    done = replay(report, judged.now)
    assert done.comparison.same
    assert done.same_bytes
    assert done.comparison.compared > 40
    later = judged.on(DUE + timedelta(days=7))
    later.take_in(make["daily"](DUE - timedelta(days=3), 3, lambda day: 5, 5, start=90_000), "c.csv")
    done = replay(report, later.now)
    assert done.comparison.moved == ()
    assert 0 < done.late <= 30  # those of them that belong to the period of the report


def test_one_changed_rating_moves_the_numbers_about_ratings_and_nothing_else(spoken):
    report = file(spoken)
    row = spoken.value("SELECT min(id) FROM feedback WHERE rating = 5 AND disposition = 'accepted'")
    changed("UPDATE feedback SET rating = 1 WHERE id = :id", id=row)
    found = moved(report, spoken)
    assert {key for key, _ in found} == {"csat", "satisfied"}
    assert {part for _, part in found} == {"数值", "区间下限", "区间上限"}


def test_one_praise_read_as_complaint_moves_what_counts_complaints(spoken):
    report = file(spoken)
    row = spoken.value(
        """SELECT min(f.id) FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
           WHERE a.type = 'praise' AND f.disposition = 'accepted'"""
    )
    changed("UPDATE annotation SET type = 'complaint' WHERE feedback_id = :id AND current", id=row)
    assert {key for key, _ in moved(report, spoken)} == {
        "complaints", "channel:web", "stage:0", "stage:1", "fcr",
    }  # fmt: skip


def test_an_effect_is_judged_again_when_a_row_behind_it_changed(judged):
    report = file(judged)
    day = LIVE + timedelta(days=20)
    changed(
        """UPDATE feedback SET suspect = 'crawler' WHERE occurred_at::date = :day AND id IN (
           SELECT feedback_id FROM problem_member)""",
        day=day,
    )
    found = replay(report, judged.now).comparison
    effect = {one.part: one for one in found.moved if one.key.startswith("verification:")}
    assert effect["变化"].now < effect["变化"].was
    assert all(one.rows_changed for one in effect.values())


def test_a_weekly_report_reaches_leadership_only_after_approval(spoken):
    path = write_report.fn(spoken.now, "weekly", paper=False)
    number = ask_for_release.fn(path, spoken.now)
    assert release_reports.fn(spoken.now) == []
    assert spoken.value("SELECT count(*) FROM outbox WHERE event = 'report_released'") == 0
    with transaction() as session:
        approving.decide(session, number, True, "", By("person:王主管", spoken.now))
    assert len(release_reports.fn(spoken.now)) == 1
    assert release_reports.fn(spoken.now) == []
    (message,) = spoken.rows("SELECT audience, data FROM outbox WHERE event = 'report_released'")
    assert message["audience"] == "leadership"
    assert spoken.value("SELECT state FROM report") == "released"


def test_a_refused_report_is_told_to_nobody(spoken):
    number = ask_for_release.fn(write_report.fn(spoken.now, "weekly", paper=False), spoken.now)
    with transaction() as session:
        approving.decide(session, number, False, "数字待核对", By("person:王主管", spoken.now))
    assert release_reports.fn(spoken.now) == []
    assert spoken.value("SELECT state FROM report") == "refused"


def test_a_report_somebody_was_asked_about_is_never_written_over(spoken):
    first = write_report.fn(spoken.now, "weekly", paper=False)
    again = write_report.fn(spoken.now, "weekly", paper=False)
    ask_for_release.fn(again, spoken.now)
    third = write_report.fn(spoken.now, "weekly", paper=False)
    assert first == again
    assert third != first
    assert Path(third).exists()
    assert spoken.value("SELECT count(*) FROM report") == 2


def test_reports_about_a_measure_and_a_department_keep_to_it(judged):
    with transaction() as session:
        action = write(session, Wanted("action", action=1, paper=False), judged.now)
        department = write(session, Wanted("department", department="installation", paper=False), judged.now)
        meeting = write(session, Wanted("meeting", paper=False), judged.now)
        pages = [
            Path(judged.inbox.parent / "home" / one.path).read_text("utf-8")
            for one in (action, department, meeting)
        ]
    assert "措施经过" in pages[0]
    assert 'id="numbers"' not in pages[0]
    assert "安装服务部" in pages[1]
    assert "复盘会议程" in pages[2]


def test_reports_are_found_by_their_page(spoken):
    filed = file(spoken)
    with transaction() as session:
        found = reports.by_path(session, filed.path)
        assert isinstance(found, Report)
        assert found.id == filed.id


def received(house, type_):
    """A raw row that was read as praise or complaint."""
    return house.value(
        """SELECT min(f.raw_record_id) FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
           WHERE a.type = :type AND f.disposition = 'accepted' AND f.superseded_by IS NULL""",
        type=type_,
    )


def rewritten(row, **cells):
    for name, cell in cells.items():
        changed(
            "UPDATE vault.raw_record SET payload = jsonb_set(payload, ARRAY[:name], to_jsonb(CAST(:cell AS text)))"
            " WHERE id = :row",
            name=name, cell=cell, row=row,
        )  # fmt: skip


def test_a_rating_changed_in_what_was_received_moves_the_numbers_about_ratings_and_nothing_else(spoken):
    report = file(spoken)
    row = received(spoken, "praise")
    rewritten(row, 评分="1")
    done = replay(report, spoken.now)
    assert {one.key for one in done.comparison.moved} == {"csat", "satisfied"}
    assert [(one.file, one.parts) for one in done.raw] == [("a.csv", ("评分",))]
    assert replay(report, spoken.now) == done  # nothing of it was kept


def test_words_changed_in_what_was_received_move_what_counts_them(spoken):
    report = file(spoken)
    rewritten(received(spoken, "complaint"), 内容="质量很好，用着放心，谢谢", 评分="5")
    done = replay(report, spoken.now)
    keys = {one.key for one in done.comparison.moved}
    assert {"complaints", "csat"} <= keys
    assert {one for one in keys if one.startswith("problem:")}
    assert not {"channel_rows", "rows"} & keys
    assert [one.parts for one in done.raw] == [("评分", "内容")]


def test_a_day_changed_in_what_was_received_takes_it_out_of_the_period(spoken):
    report = file(spoken)
    rewritten(received(spoken, "praise"), 时间="2025-01-05 10:00")
    keys = {one.key for one in replay(report, spoken.now).comparison.moved}
    assert "feedback" in keys or "csat" in keys
