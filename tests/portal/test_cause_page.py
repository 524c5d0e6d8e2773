"""The root-cause page in the portal: handed out as it was written, to those who may read reports."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from benchmarks.portal_rows import lay_out
from models.engine import transaction
from models.views.showing import weekly
from settings import get_settings

NOW = datetime.now(UTC)


@pytest.fixture
def problem(app):
    """A problem with some feedback and a page about it; returns its number and its department."""
    with transaction() as session:
        lay_out(session, 10, NOW)
        number, department = session.execute(text("SELECT id, department FROM problem")).one()
    path = get_settings().folder("reports/problems") / f"{number}.html"
    path.write_text("<title>根因分析</title><style>p {}</style>", "utf-8")
    return number, department


def test_it_is_read_in_the_portal_and_may_run_nothing(problem, signed):
    leader = signed("leader")
    assert f"/problems/{problem[0]}/causes" in leader.get(f"/problems/{problem[0]}").text
    page = leader.get(f"/problems/{problem[0]}/causes")
    assert page.status_code == 200
    assert "根因分析" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]


def test_a_handler_is_not_shown_the_way_to_it(problem, signed):
    shown = signed("handler", problem[1]).get(f"/problems/{problem[0]}")
    assert shown.status_code == 200
    assert "/causes" not in shown.text


def test_another_department_finds_nothing_there(problem, signed):
    assert signed("head", "elsewhere").get(f"/problems/{problem[0]}/causes").status_code == 404


def test_before_the_first_report_there_is_none(problem, signed):
    (get_settings().folder("reports/problems") / f"{problem[0]}.html").unlink()
    leader = signed("leader")
    assert "/causes" not in leader.get(f"/problems/{problem[0]}").text
    assert leader.get(f"/problems/{problem[0]}/causes").status_code == 404


def test_a_silent_week_stands_in_the_picture_as_zero(problem):
    moved = "UPDATE feedback SET occurred_at = :at WHERE id IN (SELECT {}(feedback_id) FROM problem_member)"
    with transaction() as session:
        session.execute(text("UPDATE feedback SET occurred_at = '2026-06-01 12:00+08'"))
        session.execute(text(moved.format("max")), {"at": "2026-06-22 12:00+08"})
        weeks = weekly(session, [problem[0]])[problem[0]]
    first = date(2026, 6, 1)
    assert list(weeks) == [first + timedelta(days=7 * n) for n in range(4)]
    assert [weeks[first + timedelta(days=away)] for away in (7, 14, 21)] == [0, 0, 1]
