"""voc causes, changes and pareto as people type them, on an empty house and on one problem."""

import json
import sys

import pytest
from sqlalchemy import text

from cli import main
from models.engine import transaction

SAID = (
    "INSERT INTO department (code, name, owner) VALUES ('x', '安装服务部', '经理')",
    "INSERT INTO source (name, title, kind, channel, definition) VALUES ('web', '网页', 'csv', 'web', '{}')",
    "INSERT INTO delivery (source_id, origin, fingerprint, started_at) VALUES (1, 'a', 'f', now())",
    """INSERT INTO batch (delivery_id, part, state, rows_read, rows_stored, rows_duplicate, rows_near_duplicate,
           rows_rejected, rows_quarantined, rows_blank, collected_at)
       VALUES (1, 1, 'analysed', 40, 40, 0, 0, 0, 0, 0, now())""",
    """INSERT INTO vault.raw_record (source_id, batch_id, row, record_key, payload_hash, payload, outcome)
       SELECT 1, 1, i, 'k' || i, 'h' || i, '{}', 'stored' FROM generate_series(1, 40) i""",
    """INSERT INTO feedback (tracking_number, raw_record_id, batch_id, source_id, record_key, channel, occurred_at,
           region, text, content_hash, disposition)
       SELECT 'T' || i, i, 1, 1, 'k' || i, 'web', timestamptz '2026-06-01 10:00+08' + i * interval '1 day',
           CASE WHEN i % 2 = 0 THEN '武汉' ELSE '成都' END, '约好的安装师傅一直没有来', i, 'accepted'
       FROM generate_series(1, 40) i""",
    """INSERT INTO problem (key, issue, area, name, state, round, department, first_seen_at, detected_at, alarm_from,
           alarm_until, changed_at)
       SELECT 'issue:installation.late', 'installation.late', 'installation', '安装师傅未按预约时间上门', 'confirmed',
           1, 'x', timestamptz '2026-06-01', now(), now(), now(), now()""",
    "INSERT INTO problem_member (problem_id, feedback_id, method) SELECT 1, id, 'rule:issue' FROM feedback "
    "WHERE region = '武汉'",
)


@pytest.fixture
def voc(home, monkeypatch, capfd, tmp_path):
    """Return a function that runs the command against a database of its own and returns code, output and errors."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["voc", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capfd.readouterr()
        return left.value.code or 0, said.out, said.err

    return run


@pytest.fixture
def told(voc):
    """A house with forty pieces of feedback, twenty of them of one problem in 武汉."""
    with transaction() as session:
        for statement in SAID:
            session.execute(text(statement))
    return voc


def test_a_page_is_written_where_it_is_asked_for_and_summed_up(told, tmp_path):
    code, out, _ = told("causes", "1", "--out", tmp_path / "根因.html")
    assert code == 0
    assert "地区「武汉」：只在这里出现" in out
    assert "鱼骨图" in (tmp_path / "根因.html").read_text("utf-8")


def test_a_page_goes_below_the_reports_unless_told_otherwise(told, home):
    assert told("causes", "安装师傅")[0] == 0
    path = home / "reports" / "problems" / "1.html"
    assert path.exists()
    (problem,) = json.loads(told("problems", "--json")[1])
    assert problem["page"] == str(path.resolve())
    assert "根因页（1 个）" in told("problems")[1]


def test_json_holds_the_same_findings(told):
    _, out, _ = told("causes", "1", "--json")
    said = json.loads(out)
    assert said["head"]["count"] == 20
    assert said["lifts"][0]["name"] == "武汉"
    assert said["cost"]["assumed"] is True
    assert [bone["name"] for bone in said["bones"]] == ["流程", "人员", "技术", "产品", "环境"]


@pytest.mark.parametrize("asked", ["99", "没有这样的问题"])
def test_an_unknown_problem_is_told_in_one_sentence(told, asked):
    code, _, err = told("causes", asked)
    assert code == 1
    assert "voc problems" in err


def test_changes_are_imported_listed_and_wrong_rows_told(voc, tmp_path):
    file = tmp_path / "变更.csv"
    file.write_text(
        "类型,名称,开始时间,产品\n价格,冰箱降价,2026-06-01,冰箱\n搬家,x,2026-06-01,\n", encoding="utf-8"
    )
    code, out, _ = voc("changes", "import", file)
    assert code == 1
    assert "第 3 行：不认识类型「搬家」" in out
    assert "新登记 1 项变更" in out
    assert "冰箱降价" in voc("changes", "list")[1]
    assert json.loads(voc("changes", "list", "--json")[1])[0]["product"] == "冰箱"


def test_a_pareto_of_problems_is_written_and_printed(told, home):
    _, out, _ = told("pareto")
    assert "1 个问题中，「安装师傅未按预约时间上门」这一项占了反馈条数的 100%" in out
    assert list((home / "reports").glob("pareto-problem-*.html"))
    said = json.loads(told("pareto", "--by", "department", "--measure", "cost", "--json")[1])
    assert said["bars"][0]["name"] == "安装服务部"


def test_a_pareto_of_what_does_not_exist_is_refused_with_what_does(voc):
    code, _, err = voc("pareto", "--by", "weather")
    assert code == 1
    assert "problem（问题）" in err
