"""`voc alarms`, `voc reviews` and `voc review`: what happened, and what a person finds it to be."""

import json
from datetime import UTC, date, datetime

import pytest

from cli import build
from models.change import By
from models.engine import transaction
from models.measures.improving import store_departments
from models.problems.watching import raise_alarms
from tasks.aggregate import organisation
from voc.alarms.values import Alarm
from voc.zone import CHINA

NOW = datetime.now(UTC)
SPIKE = Alarm(
    kind="spike", series="issue:app.login", label="登录失败", start=date(2026, 5, 1), end=date(2026, 5, 3), observed=21,
    expected=1.3, raised_at=datetime(2026, 5, 2, tzinfo=CHINA), department="app", words=("超时", "登录"),
    quotations=("一直提示超时，登录不了",), cause="「登录失败」21 条，平时同期约 1.3 条。", issue="app.login",
)  # fmt: skip
SILENT = Alarm(
    kind="silence", series="source:热线", label="来源「热线」", start=date(2026, 6, 1), end=date(2026, 6, 2),
    observed=0,
    expected=9.0, raised_at=datetime(2026, 6, 3, tzinfo=CHINA), department="voc", cause="连续 2 天没有新反馈。",
)  # fmt: skip


@pytest.fixture
def run(home, capsys, monkeypatch):
    """Two alarms, and a function that runs a command over them and returns what it printed."""
    monkeypatch.setenv("COLUMNS", "200")
    with transaction() as session:
        store_departments(session, organisation())
        raise_alarms(session, [SPIKE, SILENT], By("rule:test", NOW))

    def call(*arguments):
        capsys.readouterr()
        build(("alarms", "show"))(list(arguments), standalone_mode=False)
        return capsys.readouterr().out

    return call


def test_json_says_kind_series_days_counts_cause_and_when_with_its_zone(run):
    silent, spike = json.loads(run("alarms", "--json"))
    assert (silent["kind"], spike["kind"]) == ("silence", "spike")
    assert (spike["start"], spike["end"], spike["observed"], spike["expected"]) == (
        "2026-05-01",
        "2026-05-03",
        21,
        1.3,
    )
    assert (spike["words"], spike["quotations"]) == (["超时", "登录"], ["一直提示超时，登录不了"])
    assert spike["raised_at"] == "2026-05-02T00:00:00+08:00"


def test_alarms_are_chosen_by_kind_and_by_the_day_from_which_they_last(run):
    assert [row["kind"] for row in json.loads(run("alarms", "--json", "--kind", "spike"))] == ["spike"]
    assert [row["kind"] for row in json.loads(run("alarms", "--json", "--since", "2026-05-20"))] == [
        "silence"
    ]


def test_a_person_reads_the_cause_and_what_customers_said(run):
    told = run("alarms")
    assert "登录失败" in told
    assert "“一直提示超时，登录不了”" in told


def test_a_review_is_concluded_and_counts_for_the_precision_of_its_kind(run):
    said = json.loads(run("reviews", "--all", "--json"))
    number = next(row["id"] for row in said["reviews"] if row["kind"] == "spike")
    assert "认定误报" in run("review", str(number), "--false", "测试账号", "--by", "李雷")
    shares = {row["kind"]: row["precision"] for row in json.loads(run("reviews", "--json"))["precision"]}
    assert shares == {"spike": 0.0, "silence": None}
    assert "重新复核" in run("review", str(number), "--reopen", "看错了")


def test_a_review_wants_exactly_one_conclusion(run):
    with pytest.raises(Exception, match="只给一个结论"):
        run("review", "1", "--real", "是", "--known", "大促")


def test_an_unknown_kind_is_answered_with_those_there_are(run):
    with pytest.raises(Exception, match="praise_burst"):
        run("alarms", "--kind", "surge")
