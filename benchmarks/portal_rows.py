"""A house of many cases, written straight into the tables: what the portal is tried and measured on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

WORDS = ("约好的安装师傅没来，等了一下午", "设备连不上网，重启也没用", "退款一直没到账", "包装破了，外壳有划痕",
         "客服答非所问，找不到人工")  # fmt: skip
DEPARTMENTS = ("app", "installation", "logistics", "finance", "service")
_BASE = """
    INSERT INTO department (code, name, owner) VALUES
        ('app', '数字技术部', '经理'), ('installation', '安装服务部', '经理'), ('logistics', '物流部', '经理'),
        ('finance', '财务部', '经理'), ('service', '客服中心', '经理'), ('voc', '客户体验部', '经理'),
        ('quality', '质量安全部', '经理') ON CONFLICT DO NOTHING;
    INSERT INTO taxonomy_version (version, fingerprint, body, used_since) VALUES ('t', 't', '', :now);
    INSERT INTO source (name, title, kind, channel, definition) VALUES ('load', '网页表单', 'csv', 'web', '{}');
    INSERT INTO delivery (source_id, origin, fingerprint, started_at, finished_at)
        SELECT id, 'load.csv', 'load', :now, :now FROM source WHERE name = 'load';
    INSERT INTO batch (delivery_id, part, state, collected_at, rows_read, rows_stored, rows_duplicate,
                       rows_near_duplicate, rows_rejected, rows_quarantined, rows_blank)
        SELECT id, 1, 'analysed', :now, :cases, :cases, 0, 0, 0, 0, 0 FROM delivery WHERE origin = 'load.csv';
    INSERT INTO customer (pseudonym, value, first_seen_at)
        SELECT 'load-' || n, n % 4, :now FROM generate_series(1, GREATEST(:cases / 3, 1)) n;
"""
_ROWS = """
    INSERT INTO vault.raw_record (source_id, batch_id, "row", record_key, payload_hash, payload, outcome)
        SELECT d.source_id, b.id, n, 'L' || n, '', '{}', 'stored'
        FROM generate_series(1, :cases) n, delivery d JOIN batch b ON b.delivery_id = d.id
        WHERE d.origin = 'load.csv';
    INSERT INTO feedback (tracking_number, raw_record_id, batch_id, source_id, record_key, channel, occurred_at,
                          customer_id, region, product, rating, text, content_hash, disposition)
        SELECT 'VOC-' || lpad(r."row"::text, 10, '0'), r.id, r.batch_id, r.source_id, r.record_key, 'web',
               :now - (r."row" % 2000) * interval '1 hour', (SELECT min(id) FROM customer) + r."row" % (:cases / 3),
               '武汉', '空调', 1 + r."row" % 5, (CAST(:words AS text[]))[1 + r."row" % 5] || '（' || r."row" || '）',
               r."row", 'accepted'
        FROM vault.raw_record r WHERE r.record_key LIKE 'L%';
    INSERT INTO annotation (feedback_id, model_version, taxonomy_version, type, type_confidence, sentiment,
                            sentiment_confidence, severity, vague, priority, priority_parts)
        SELECT id, 'm', 't', 'complaint', 0.9, -0.7, 0.9, 0, false, 'medium', '{"reasons": ["近 28 天同类反馈 6 条"]}'
        FROM feedback WHERE record_key LIKE 'L%';
    INSERT INTO "case" (feedback_id, state, round, department, category, priority, opened_at, respond_by, resolve_by,
                        changed_at)
        SELECT f.id, CASE WHEN f.id / 5 % 5 < 2 THEN 'assigned' WHEN f.id / 5 % 5 = 2 THEN 'responded'
                          ELSE 'confirmed' END, 1, (CAST(:departments AS text[]))[1 + f.id % 5], '安装不准时', 'medium',
               f.occurred_at,
               f.occurred_at + interval '8 hours', f.occurred_at + interval '72 hours', f.occurred_at
        FROM feedback f WHERE f.record_key LIKE 'L%';
    INSERT INTO case_log (subject_id, seq, step, state, at, by, facts)
        SELECT k.id, v.n, v.step, v.state, k.opened_at, 'rule:routing', CASE WHEN v.step = 'assign'
               THEN jsonb_build_object('department', k.department) ELSE '{}' END
        FROM "case" k, (VALUES (1, 'open', 'received'), (2, 'acknowledge', 'acknowledged'), (3, 'assign', 'assigned'),
                               (4, 'respond', 'responded'), (5, 'resolve', 'resolved'), (6, 'confirm', 'confirmed'))
                       AS v (n, step, state)
        WHERE v.n <= CASE k.state WHEN 'assigned' THEN 3 WHEN 'responded' THEN 4 ELSE 6 END;
"""
_LOOP = """
    INSERT INTO problem (key, kind, issue, area, name, state, round, department, first_seen_at, detected_at, alarm_from,
                         alarm_until, root_cause, dimension, changed_at)
        VALUES ('load', 'issue', 'app.connect', 'app', '设备连不上网或频繁离线', 'diagnosed', 1, 'app',
                :now - interval '60 days', :now - interval '30 days', :now - interval '37 days',
                :now - interval '30 days', '新固件的配网缺陷', 'technology', :now);
    INSERT INTO problem_member (problem_id, feedback_id, method)
        SELECT p.id, f.id, 'rule' FROM problem p, (SELECT id FROM feedback ORDER BY id LIMIT 40) f
        WHERE p.key = 'load';
    INSERT INTO problem_log (subject_id, seq, step, state, at, by, facts)
        SELECT p.id, v.n, v.step, v.state, p.detected_at, 'rule:problems',
               '{"root_cause": "新固件的配网缺陷", "dimension": "technology"}'
        FROM problem p, (VALUES (1, 'detect', 'detected'), (2, 'confirm', 'confirmed'), (3, 'diagnose', 'diagnosed'))
                        AS v (n, step, state) WHERE p.key = 'load';
    INSERT INTO action (problem_id, round, measure, detail, kind, dimension, state, own_round, department, due_at,
                        changed_at)
        SELECT id, 1, '修复配网缺陷，提供分步排障指引', '数字技术部修复前三位原因并推送固件。', 'corrective',
               'technology', 'approved', 1, 'app', :now + interval '10 days', :now FROM problem WHERE key = 'load';
    INSERT INTO action_log (subject_id, seq, step, state, at, by, facts)
        SELECT a.id, v.n, v.step, v.state, :now, 'rule:measures', '{}'
        FROM action a, (VALUES (1, 'propose', 'proposed'), (2, 'approve', 'approved')) AS v (n, step, state);
"""


def lay_out(session: Session, cases: int, now: datetime) -> None:
    """Write cases (five at least) over five departments, three in five open, with a problem and a measure."""
    values = {"cases": cases, "now": now, "words": list(WORDS), "departments": list(DEPARTMENTS)}
    for block in (_BASE, _ROWS, _LOOP):
        for statement in filter(str.strip, block.split(";\n")):
            session.execute(text(statement), values)
    # A plan is only as good as what PostgreSQL knows of the tables.
    session.execute(text("ANALYZE"))
