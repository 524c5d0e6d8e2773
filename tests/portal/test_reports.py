"""Reports in the portal: figures with intervals, the way to the sentences, two side by side, and for whom."""

import json
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from benchmarks.portal_rows import lay_out
from models.engine import transaction
from models.views.reports import link
from settings import get_settings

NOW = datetime.now(UTC)


@pytest.fixture
def two(app, monkeypatch):
    """Two monthly reports on the whole company; return their numbers."""
    monkeypatch.setenv("VOC_PUBLIC_URL", "https://testserver")
    get_settings.cache_clear()
    with transaction() as session:
        lay_out(session, 10, NOW)
        problem = session.execute(text("SELECT id FROM problem")).scalar_one()
        return [
            session.execute(
                text(
                    "INSERT INTO report (kind, title, period_start, period_end, path, sha256, facts, lineage, scope,"
                    " created_at) VALUES ('monthly', '月报', :since, :until, :path, 'x', CAST(:facts AS jsonb), '{}',"
                    " '{}', now()) RETURNING id"
                ),
                {
                    "since": f"2026-0{month}-01", "until": f"2026-0{month}-28", "path": f"reports/{month}.html",
                    "facts": json.dumps({
                        "fcr": {"name": "一次解决率（FCR）", "unit": "percent", "value": share, "low": share - 0.01,
                                "high": share + 0.01, "basis": "360 次来访"},
                        f"problem:{problem}": {"count": 31, "state": "改进中"},
                    }),
                },
            ).scalar_one()
            for month, share in ((1, 0.80), (2, 0.85))
        ]  # fmt: skip


def test_the_address_in_a_notice_leads_to_figures_and_on_to_the_sentences(two, signed):
    leader = signed("leader")
    shown = leader.get(urlsplit(link(two[1])).path)
    assert shown.status_code == 200
    assert "一次解决率（FCR）" in shown.text
    assert "84.0%–86.0%" in shown.text
    assert "/sentences" in shown.text
    assert f"/reports/compare?a={two[0]}&amp;b={two[1]}" in shown.text
    assert leader.get("/problems/1/sentences").status_code == 200


def test_two_reports_side_by_side_show_what_both_measured(two, signed):
    shown = signed("leader").get(f"/reports/compare?a={two[0]}&b={two[1]}").text
    assert "+5.0 个百分点（区间不重叠）" in shown
    assert "没有共同的指标" not in shown


def test_a_report_on_the_company_is_not_there_for_a_department(two, signed):
    head = signed("head", "app")
    assert head.get(f"/reports/{two[1]}").status_code == 404
    assert head.get(f"/reports/compare?a={two[0]}&b={two[1]}").status_code == 404
