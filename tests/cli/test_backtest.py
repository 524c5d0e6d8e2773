"""voc backtest and voc vague say in Chinese what the database knows."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from cli import app
from models.engine import transaction

LATE, FINE = "约好的安装师傅没来", "收到货箱子破了，外壳凹进去一块"
runner = CliRunner()


def stored(rows):
    """Store complaints as (day, issue, level, score, customer) and when their issue became a problem."""
    with transaction() as session:
        run = lambda query, **values: session.execute(text(query), values)  # noqa: E731
        run(
            "INSERT INTO taxonomy_version (version, fingerprint, body, used_since) VALUES ('t', 'f', '', now())"
        )
        run(
            """INSERT INTO source (name, title, kind, channel, definition) VALUES ('s', 's', 'csv', 'web', '{}')"""
        )
        run(
            """INSERT INTO delivery (source_id, origin, fingerprint, started_at) VALUES (1, 'a', 'f', now())"""
        )
        run("""INSERT INTO batch (delivery_id, part, state, rows_read, rows_stored, rows_duplicate, rows_near_duplicate,
               rows_rejected, rows_quarantined, rows_blank, collected_at)
               VALUES (1, 1, 'checked', 0, 0, 0, 0, 0, 0, 0, now())""")
        run("""INSERT INTO department (code, name, owner) VALUES ('d', 'd', 'd')""")
        for n, (day, issue, level, score) in enumerate(rows, 1):
            at = datetime.fromisoformat("2026-01-05T09:00+08:00") + timedelta(days=day)
            run(
                """INSERT INTO vault.raw_record (source_id, batch_id, row, record_key, payload_hash, payload, outcome)
                   VALUES (1, 1, :n, :k, '', '{}', 'stored')""",
                n=n,
                k=str(n),
            )
            run(
                """INSERT INTO feedback (tracking_number, raw_record_id, batch_id, source_id, record_key, channel,
                   occurred_at, text, content_hash, disposition)
                   VALUES (:k, :n, 1, 1, :k, 'web', :at, 'x', 0, 'accepted')""",
                n=n,
                k=str(n),
                at=at,
            )
            run(
                """INSERT INTO annotation (feedback_id, model_version, taxonomy_version, type, type_confidence,
                   sentiment,
                   sentiment_confidence, severity, vague, priority, priority_parts)
                   VALUES (:n, 'm', 't', 'complaint', 1, -0.5, 1, 0, false, :level,
                           jsonb_build_object('score', CAST(:score AS float)))""",
                n=n,
                level=level,
                score=score,
            )
            run(
                """INSERT INTO mention (annotation_id, feedback_id, area, issue, polarity, span_start, span_end,
                   confidence)
                   VALUES (:n, :n, 'x', :issue, -1, 0, 1, 1)""",
                n=n,
                issue=issue,
            )
        run(
            """INSERT INTO problem (key, issue, area, name, state, round, department, first_seen_at, detected_at,
               alarm_from, alarm_until, changed_at)
               VALUES ('k', 'up', 'x', 'x', 'detected', 1, 'd', :at, :at, :at, :at, :at)""",
            at=datetime.fromisoformat("2026-02-05T09:00+08:00"),
        )


@pytest.fixture
def said(home):
    rows = [
        (day, issue, level, score)
        for day in range(60)
        for issue, level, score in (("up", "high", 0.5 + day / 1000), ("down", "low", 0.1))
    ]
    stored(rows)


def test_levels_that_came_true_are_told_from_those_that_did_not(said):
    found = json.loads(runner.invoke(app, ["backtest", "--json"]).stdout)
    assert (found["complaints"], found["followed"]) == (120, 64)
    (problem,) = found["outcomes"]
    # 31 days before it was a problem, the first three of them too long before; on the last day it was one already.
    assert (problem["outcome"], problem["count"]) == ("problem", 63)
    assert problem["precision"] == pytest.approx(28 / 31)
    assert problem["recall"] == 1.0


def test_the_table_is_in_chinese_and_says_what_it_does_not_prove(said):
    shown = runner.invoke(app, ["backtest"]).stdout
    assert "28 天内所诉事项成为问题" in shown
    assert "权重是判断" in shown


def test_without_history_nothing_is_claimed(home):
    assert "历史还不够" in runner.invoke(app, ["backtest"]).stdout


def test_the_share_that_can_be_used_is_not_claimed_without_feedback(home):
    assert "还没有反馈" in runner.invoke(app, ["vague"]).stdout


def test_what_stays_vague_is_listed_with_its_question(said):
    with transaction() as session:
        session.execute(text("UPDATE annotation SET vague = true WHERE id = 1"))
        session.execute(
            text("""INSERT INTO clarification (annotation_id, feedback_id, author, question)
                    VALUES (1, 1, 'rule', '请问具体是哪件事让您不满意？')""")
        )
    shown = runner.invoke(app, ["vague"]).stdout
    assert "反馈利用率 99.2%" in shown
    assert "待追问" in shown
