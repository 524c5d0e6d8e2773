"""`voc suspects`, `voc audit`, `voc themes`, `voc needs` in a house without feedback, and with one burst."""

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from cli import build
from models.analysis import suspects
from models.engine import transaction
from models.intake.collecting import register_source
from voc.errors import InputError


@pytest.fixture
def run(home, capsys, monkeypatch):
    """Return a function that runs a command and returns what it printed."""
    monkeypatch.setenv("COLUMNS", "240")

    def call(*arguments):
        capsys.readouterr()
        build(("suspects", "audit", "themes", "show"))(list(arguments), standalone_mode=False)
        return capsys.readouterr().out

    return call


@pytest.fixture
def burst(home):
    """Keep one finding without its feedback."""
    found = {
        "kind": "praise_burst", "product": "", "anchor": 0, "started_on": date(2026, 5, 1),
        "ended_on": date(2026, 5, 3),
        "seen_on": date(2026, 5, 1), "observed": 80, "expected": 2.5, "chance": 1e-9, "signs": ["alike"],
        "reason": "好评 80 条，按以往约 2.5 条。", "feedback": 80, "recorded_at": datetime(2026, 5, 4, tzinfo=UTC),
    }  # fmt: skip
    with transaction() as session:
        register_source(session, "mall", {"name": "mall", "title": "商城评价", "kind": "csv", "channel": "web",
                                          "map": {"text": "内容"}, "path": "x.csv"})  # fmt: skip
        source = session.scalar(text("SELECT id FROM source"))
        suspects.note(session, [{**found, "source_id": source}])
        suspects.note(session, [{**found, "source_id": source, "ended_on": date(2026, 5, 4), "observed": 90}])


def test_a_burst_that_went_on_is_listed_once_with_its_days_and_reason(run, burst):
    (found,) = json.loads(run("suspects", "--json"))["findings"]
    assert (found["start"], found["end"], found["seen"]) == ("2026-05-01", "2026-05-04", "2026-05-01")
    assert (found["observed"], found["expected"], found["quotations"]) == (90, 2.5, [])
    assert "好评突增存疑" in run("suspects")


def test_nothing_suspect_is_said_to_be_nothing(run):
    assert "可疑反馈：暂无。" in run("suspects")


def test_a_report_without_readings_says_what_to_do(run):
    assert "voc audit draw" in run("audit", "report")
    assert json.loads(run("audit", "report", "--json")) == {"weeks": [], "questions": []}


@pytest.mark.parametrize("command", [("themes",), ("needs",), ("audit", "draw", "--out", "a.csv")])
def test_a_house_without_feedback_is_told_in_a_sentence(run, command):
    with pytest.raises(InputError, match="还没有反馈"):
        run(*command)


def test_on_a_day_without_feedback_nothing_rises_and_nothing_is_wanted(run, tmp_path):
    assert json.loads(run("themes", "--as-of", "2026-05-01", "--json"))["themes"] == []
    run("needs", "--as-of", "2026-05-01", "--out", str(tmp_path / "needs.html"))
    assert "没有两位以上客户" in (tmp_path / "needs.html").read_text("utf-8")
