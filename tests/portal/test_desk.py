"""The desk: what a department has to do, and every step it takes, with and without the right."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from benchmarks.portal_rows import lay_out
from models.cases.joint import join
from models.change import By
from models.customers import tracking
from models.engine import transaction
from models.measures import approving
from models.people.rights import session_for
from models.people.sessions import Person
from models.views import leading

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
NOW = datetime.now(UTC)
JUDGED = text("""
    INSERT INTO verification (action_id, attempt, due_on, verdict, sentence, result, lineage, computed_at)
    SELECT id, :attempt, now(), :verdict, '', '{}', '{}', now() FROM action ORDER BY id LIMIT 1""")


@pytest.fixture
def full(app):
    """A house with sixty cases, a problem and an approved measure of the department `app`."""
    with transaction() as session:
        lay_out(session, 60, NOW)


@pytest.fixture
def handler(full, signed):
    """Somebody of the department `app`."""
    return signed("handler", "app")


def one(query, **values):
    """Read one value."""
    with transaction() as session:
        return session.execute(text(query), values).scalar_one()


def first(department, state="assigned"):
    """The case of a department that falls due first."""
    return one('SELECT id FROM "case" WHERE department = :d AND state = :s ORDER BY respond_by LIMIT 1',
               d=department, s=state)  # fmt: skip


def test_the_desk_shows_what_is_due_first_and_only_ones_own(handler):
    shown = handler.get("/desk").text
    numbers = [int(found) for found in re.findall(r'href="/cases/(\d+)"', shown)]
    with transaction() as session:
        found = {
            id_: (department, due)
            for id_, department, due in session.execute(
                text(
                    "SELECT id, department, CASE state WHEN 'assigned' THEN respond_by ELSE resolve_by END AS due"
                    ' FROM "case"'
                )
            )
        }
    assert {found[number][0] for number in numbers} == {"app"}
    dues = [found[number][1] for number in numbers]
    assert dues == sorted(dues)


def test_the_time_left_is_told_in_words(app, signed):
    # Far enough back for office hours to have passed on whatever day and at whatever hour this runs.
    with transaction() as session:
        lay_out(session, 60, NOW - timedelta(days=14))
    assert re.search(r'class="left late">.*?已超时 \d+ ', signed("handler", "app").get("/desk").text)


def test_a_case_of_another_department_is_not_there(handler):
    assert handler.get(f"/cases/{first('logistics')}").status_code == 404


def test_an_answer_is_kept_masked_and_moves_the_case(handler):
    case = first("app")
    handler.post(f"/cases/{case}/respond", {"text": "您好，请拨打 13812345678 联系我们"})
    said = one("SELECT facts ->> 'reason' FROM case_log WHERE subject_id = :id AND step = 'respond'", id=case)
    assert one('SELECT state FROM "case" WHERE id = :id', id=case) == "responded"
    assert "13812345678" not in said
    assert "您好" in said


def test_an_answer_without_words_is_refused_and_changes_nothing(handler):
    case = first("app")
    assert handler.post(f"/cases/{case}/respond", {"text": "  "}).status_code == 409
    assert one('SELECT state FROM "case" WHERE id = :id', id=case) == "assigned"


def test_the_cases_that_were_ticked_are_answered_at_once(handler):
    with transaction() as session:
        cases = session.scalars(
            text("SELECT id FROM \"case\" WHERE department = 'app' AND state = 'assigned'")
        ).all()
    handler.post("/desk/answers", {"text": "已安排处理", "cases": cases[:3]})
    assert one("SELECT count(*) FROM \"case\" WHERE id = ANY(:ids) AND state = 'responded'", ids=cases) == 3


def test_nobody_answers_the_case_of_another_department_in_bulk(handler):
    case = first("finance")
    assert handler.post("/desk/answers", {"text": "已安排", "cases": [case]}).status_code == 404
    assert one('SELECT state FROM "case" WHERE id = :id', id=case) == "assigned"


def test_whoever_solved_a_case_cannot_confirm_it(handler, signed):
    case = first("app")
    handler.post(f"/cases/{case}/resolve", {"text": "已换新"})
    assert handler.post(f"/cases/{case}/confirm", {"text": ""}).status_code == 409
    assert signed("head", "app").post(f"/cases/{case}/confirm", {"text": ""}).status_code == 303


def test_a_measure_is_taken_on_with_a_locked_contract_and_goes_live(handler):
    action = one("SELECT id FROM action")
    handler.post(f"/actions/{action}/accept", {"live_on": (NOW + timedelta(days=3)).date().isoformat()})
    assert one("SELECT locked_hash IS NOT NULL FROM contract WHERE action_id = :id", id=action)
    assert "至少下降" in handler.get(f"/actions/{action}").text
    handler.post(f"/actions/{action}/start")
    live = (NOW - timedelta(days=1)).date().isoformat()
    handler.post(f"/actions/{action}/implement", {"went_live_on": live, "went_live_at": "10:30"})
    assert one("SELECT state FROM action WHERE id = :id", id=action) == "implemented"
    assert one("SELECT to_char(went_live AT TIME ZONE 'Asia/Shanghai', 'HH24:MI') FROM action") == "10:30"


def test_a_measure_cannot_have_gone_live_tomorrow(handler):
    action = one("SELECT id FROM action")
    handler.post(f"/actions/{action}/accept", {"live_on": (NOW + timedelta(days=3)).date().isoformat()})
    late = {"went_live_on": (NOW + timedelta(days=2)).date().isoformat(), "went_live_at": "09:00"}
    assert handler.post(f"/actions/{action}/implement", late).status_code == 409


def test_a_measure_is_returned_with_a_reason_only(handler):
    action = one("SELECT id FROM action")
    assert handler.post(f"/actions/{action}/return", {"reason": ""}).status_code == 409
    assert handler.post(f"/actions/{action}/return", {"reason": "要改硬件，应归研发"}).status_code == 303
    assert one("SELECT state FROM action") == "returned"


def test_progress_and_remarks_are_shown(handler):
    action = one("SELECT id FROM action")
    handler.post(f"/actions/{action}/note", {"text": "固件已灰度", "percent": "60"})
    shown = handler.get(f"/actions/{action}").text
    assert "固件已灰度" in shown
    assert 'value="60"' in shown


def test_a_file_comes_back_as_a_download_that_is_never_shown_in_place(handler):
    action = one("SELECT id FROM action")
    handler.post(f"/actions/{action}/file", files={"file": ("现场.png", PNG, "text/html")})
    taken = handler.get(f"/files/{one('SELECT id FROM desk_file')}")
    assert (taken.content, taken.headers["content-type"]) == (PNG, "image/png")
    assert taken.headers["content-disposition"].startswith("attachment")
    assert taken.headers["x-content-type-options"] == "nosniff"


def test_a_file_that_is_not_what_it_says_is_refused(handler):
    action = one("SELECT id FROM action")
    answer = handler.post(f"/actions/{action}/file", files={"file": ("a.png", b"<script>", "image/png")})
    assert answer.status_code == 409
    assert one("SELECT count(*) FROM desk_file") == 0


def test_the_file_of_another_department_is_not_there(handler, signed):
    action = one("SELECT id FROM action")
    handler.post(f"/actions/{action}/file", files={"file": ("a.png", PNG, "image/png")})
    path = f"/files/{one('SELECT id FROM desk_file')}"
    assert signed("handler", "finance").get(path).status_code == 404


def test_a_case_is_handed_to_another_department_with_a_reason(handler):
    case = first("app")
    away = {"to": "department:logistics"}
    assert handler.post(f"/cases/{case}/hand-over", away).status_code == 409
    assert (
        handler.post(f"/cases/{case}/hand-over", {**away, "reason": "是物流的事"})
        .headers["location"]
        .startswith("/desk")
    )
    assert one('SELECT department FROM "case" WHERE id = :id', id=case) == "logistics"
    assert handler.get(f"/cases/{case}").status_code == 404


def test_a_measure_that_is_handed_over_waits_to_be_taken_on_again(handler):
    action = one("SELECT id FROM action")
    handler.post(f"/actions/{action}/hand-over", {"to": "department:installation", "reason": "由安装部实施"})
    assert one("SELECT department || ':' || state FROM action") == "installation:approved"


def test_a_case_is_taken_in_hand_and_given_to_a_colleague(handler, known):
    case = first("app")
    known("colleague", ["handler"], ["app"])
    handler.post(f"/cases/{case}/take")
    holder = "SELECT u.login FROM desk_holder h JOIN app_user u ON u.id = h.user_id"
    assert one(holder) == "handler-app"
    colleague = one("SELECT id FROM app_user WHERE login = 'colleague'")
    handler.post(f"/cases/{case}/hand-over", {"to": f"person:{colleague}"})
    assert one(holder) == "colleague"


def test_a_preventive_measure_is_proposed_and_waits_for_approval(handler):
    problem = one("SELECT id FROM problem")
    form = {"measure": "上线前做配网回归测试", "detail": "数字技术部在每个版本上线前跑完 30 个路由器型号。",
            "department": "app", "due_on": (NOW + timedelta(days=20)).date().isoformat()}  # fmt: skip
    handler.post(f"/problems/{problem}/preventive", form)
    assert one("SELECT state FROM action WHERE kind = 'preventive'") == "proposed"
    assert one("SELECT count(*) FROM approval WHERE state = 'open'") == 1


@pytest.mark.parametrize(
    ("form", "state", "reason"),
    [
        ({"step": "confirm"}, "confirmed", None),
        ({"step": "dismiss", "reason": "已停产"}, "dismissed", "已停产"),
    ],
)
def test_who_does_the_work_of_voc_decides_whether_a_problem_is_one(full, signed, form, state, reason):
    with transaction() as session:
        session.execute(text("UPDATE problem SET state = 'detected'"))
    problem, voc = one("SELECT id FROM problem"), signed("voc")
    assert "是要解决的问题吗" in voc.get(f"/problems/{problem}").text
    voc.post(f"/problems/{problem}/decide", form)
    assert one("SELECT state FROM problem") == state
    assert one("SELECT facts ->> 'reason' FROM problem_log ORDER BY seq DESC LIMIT 1") == reason


def test_nothing_is_dismissed_without_a_reason(full, signed):
    answer = signed("voc").post(f"/problems/{one('SELECT id FROM problem')}/decide", {"step": "dismiss"})
    assert (answer.status_code, "理由" in answer.text) == (409, True)


@pytest.fixture
def another(full):
    """A second problem, about the same issue and with members in two regions."""
    with transaction() as session:
        number = session.execute(
            text(
                """INSERT INTO problem (key, kind, issue, area, name, state, round, department, first_seen_at,
                   detected_at, alarm_from, alarm_until, changed_at)
                   SELECT key || '-too', 'candidate', NULL, area, '配网后频繁掉线', 'confirmed', 1, department,
                          first_seen_at, detected_at, alarm_from, alarm_until, changed_at FROM problem RETURNING id"""
            )
        ).scalar_one()
        session.execute(text("UPDATE feedback SET region = '杭州' WHERE id % 3 = 0"))
        session.execute(
            text(
                """INSERT INTO problem_member (problem_id, feedback_id, method)
                   SELECT :id, id, 'rule:event' FROM feedback ORDER BY id LIMIT 12"""
            ),
            {"id": number},
        )
    return number


def test_a_measure_nobody_approved_is_not_late_on_the_dashboard(full, signed):
    with transaction() as session:
        session.execute(text("UPDATE action SET state = 'proposed', due_at = now() - interval '9 days'"))
        session.execute(text("UPDATE problem SET state = 'diagnosed'"))
    shown = signed("leader").get("/dashboard").text
    assert ("措施待审批" in shown, "已逾期" in shown) == (True, False)


def test_two_problems_with_one_cause_are_merged_on_the_page_and_both_tell_of_it(another, signed):
    whole, voc = one("SELECT min(id) FROM problem"), signed("voc")
    assert f'<option value="{whole}">' in voc.get(f"/problems/{another}").text
    before = one("SELECT count(DISTINCT feedback_id) FROM problem_member")
    answer = voc.post(f"/problems/{another}/merge", {"into": whole, "reason": "同一版固件"})
    assert answer.headers["location"] == f"/problems/{whole}?done=problem-merge"
    assert one("SELECT count(*) FROM problem_member WHERE problem_id = :id", id=whole) == before
    for number, other, words in ((whole, another, "并进"), (another, whole, "并入")):
        shown = voc.get(f"/problems/{number}").text
        assert f'<strong>{words}</strong> <a href="/problems/{other}">PRB-{other}</a>' in shown
        assert "同一版固件" in shown


def test_measures_of_a_problem_that_was_merged_stand_with_the_one_that_took_it_in(another, signed):
    whole, voc = one("SELECT min(id) FROM problem"), signed("voc")
    voc.post(f"/problems/{whole}/merge", {"into": another, "reason": "同一版固件"})
    assert f'href="/actions/{one("SELECT min(id) FROM action")}"' in voc.get(f"/problems/{another}").text


def test_what_one_region_says_is_split_off_a_problem_on_its_page(another, signed):
    voc = signed("voc")
    assert '<option value="region=杭州">地区：杭州（4 条）' in voc.get(f"/problems/{another}").text
    voc.post(f"/problems/{another}/split", {"part": "region=杭州", "name": "", "reason": "杭州机房"})
    made = one("SELECT id FROM problem WHERE kind = 'part' AND name = '配网后频繁掉线（杭州）'")
    assert one("SELECT count(*) FROM problem_member WHERE problem_id = :id", id=made) == 4
    assert "杭州机房" in voc.get(f"/problems/{made}").text


@pytest.mark.parametrize(
    ("step", "form", "said"),
    [
        ("merge", {"into": 0, "reason": "同一件事"}, "没有编号为 0 的问题"),
        ("merge", {"into": 1, "reason": " "}, "请写明合并的理由"),
        ("split", {"part": "region=火星", "reason": "试试"}, "至少一条"),
        ("split", {"part": "region=杭州", "reason": ""}, "请写明拆分的理由"),
        ("split", {"part": "杭州", "reason": "试试"}, "请选择要拆出的部分"),
        ("split", {"part": "weather=雨", "reason": "试试"}, "不认识"),
    ],
)
def test_a_problem_is_not_reshaped_without_a_reason_or_into_nothing(another, signed, step, form, said):
    answer = signed("voc").post(f"/problems/{another}/{step}", form)
    assert (answer.status_code, said in answer.text) == (409, True)
    assert one("SELECT count(*) FROM problem_lineage") == 0


def test_a_merge_that_was_asked_for_is_carried_out_when_it_is_approved_in_the_portal(another, signed):
    whole = one("SELECT min(id) FROM problem")
    with transaction() as session:
        asked = approving.request(
            session, "problem_merge", f"problem:{another}", "是否合并", "", None, "voc", NOW, By("person:a", NOW),
            {"survivor": whole, "gone": another, "reason": "同一件事"},
        )  # fmt: skip
    signed("voc").post(f"/approvals/{asked}", {"answer": "yes"})
    assert one("SELECT merged_into FROM problem WHERE id = :id", id=another) == whole


def test_a_split_of_one_event_gives_its_members_a_group_of_their_own(another, signed):
    with transaction() as session:
        session.execute(text("INSERT INTO registry_group (id, opened_at) VALUES (7, now())"))
        session.execute(text("UPDATE problem SET group_id = 7 WHERE id = :id"), {"id": another})
    signed("voc").post(f"/problems/{another}/split", {"part": "region=杭州", "reason": "两次掉线"})
    assert one("SELECT older || '-' || younger FROM registry_apart") == "7-8"


def test_a_root_cause_report_is_written_by_one_and_accepted_by_another(handler, signed):
    from models.measures.explaining import ask

    with transaction() as session:
        report = ask(session, one("SELECT id FROM problem"), "quality", By("rule:relapse", NOW))
    form = {"why": ["配网超时", "握手重试太少", "没有弱网测试", "", ""], "technology": "固件缺陷", "people": "",
            "root_cause": "弱网下握手失败", "preventive": "加入弱网回归测试",
            "preventive_due": (NOW + timedelta(days=30)).date().isoformat()}  # fmt: skip
    assert handler.post(f"/rootcauses/{report}", form).status_code == 303
    assert handler.post(f"/rootcauses/{report}/review", {"answer": "accept"}).status_code in (403, 404)
    assert (
        signed("head", "quality").post(f"/rootcauses/{report}/review", {"answer": "accept"}).status_code
        == 303
    )
    assert one("SELECT state FROM rootcause") == "accepted"


def test_a_procedure_of_twelve_nodes_is_started_and_its_nodes_are_noted(handler):
    case = first("app")
    handler.post(f"/cases/{case}/procedure", {"code": "return"})
    run = one("SELECT id FROM sop_run")
    shown = handler.get(f"/cases/{case}").text
    assert shown.count('<li class="waiting">') == 11
    handler.post(f"/cases/{case}/procedure/{run}", {"node": "accept", "step": "done"})
    assert one("SELECT count(*) FROM sop_log WHERE step = 'done'") == 1


@pytest.fixture
def called(full):
    """A case of `app` that `quality` was called in to; return it and the number of the task."""
    case = first("app")
    with transaction() as session:
        join(session, {case: ["quality"]}, {"": "核查批次"}, NOW + timedelta(hours=2), By("rule:x", NOW))
    return case, one("SELECT id FROM case_task")


def test_a_department_that_was_called_in_finds_the_case_among_its_own_work_and_answers(called, signed):
    case, task = called
    quality = signed("handler", "quality")
    shown = quality.get("/desk").text
    assert f'href="/cases/{case}#joint"' in shown
    assert "请本部门：核查批次" in shown
    assert "登记首次答复" not in quality.get(f"/cases/{case}").text
    quality.post(f"/cases/{case}/joint/{task}", {"text": "该批次已停售，咨询 13812345678"})
    assert "13812345678" not in one("SELECT result FROM case_task")
    assert "没有待办" in quality.get("/desk").text
    assert "该批次已停售" in quality.get(f"/cases/{case}").text


def test_nobody_answers_for_a_department_that_was_called_in_but_itself(called, handler, signed):
    case, task = called
    assert "联动部门" in handler.get(f"/cases/{case}").text
    assert handler.post(f"/cases/{case}/joint/{task}", {"text": "已核查"}).status_code == 403
    far = signed("handler", "finance").post(f"/cases/{case}/joint/{task}", {"text": "已核查"})
    assert far.status_code == 404
    assert one("SELECT count(*) FROM case_task WHERE done_at IS NULL") == 1


def test_what_a_customer_adds_is_shown_with_the_case_once_it_is_masked(called, handler, signed):
    case, _ = called
    with transaction() as session:
        feedback = session.scalar(text('SELECT feedback_id FROM "case" WHERE id = :id'), {"id": case})
        assert tracking.remark(session, feedback, "师傅电话一直打不通", NOW)
    assert "脱敏后显示" in handler.get(f"/cases/{case}").text
    assert "客户有补充" in handler.get("/desk").text
    _understood("师傅电话一直打不通")
    assert "师傅电话一直打不通" in handler.get(f"/cases/{case}").text
    assert "师傅电话一直打不通" in signed("handler", "quality").get(f"/cases/{case}").text
    stranger = Person(1, "x", "某人", frozenset({"handler"}), frozenset({"finance"}))
    with session_for(stranger) as session:
        assert tracking.remarks(session, feedback) == []


def _understood(words):
    """Make feedback of what a customer added, as the analysis does."""
    with transaction() as session:
        session.execute(
            text(
                "INSERT INTO feedback (tracking_number, raw_record_id, batch_id, source_id, record_key, channel,"
                " occurred_at, text, content_hash, disposition) SELECT 'VOC-R', id, batch_id, source_id, record_key,"
                " 'web', now(), :words, 1, 'accepted' FROM vault.raw_record WHERE record_key LIKE 'remark-%'"
            ),
            {"words": words},
        )


def test_an_auditor_looks_and_changes_nothing(full, signed):
    auditor, case = signed("auditor"), first("app")
    shown = auditor.get(f"/cases/{case}").text
    assert "登记首次答复" not in shown
    assert auditor.post(f"/cases/{case}/respond", {"text": "您好"}).status_code == 403


def test_a_leader_drills_down_to_the_sentence_that_is_marked(full, signed):
    leader = signed("leader")
    problem = one("SELECT id FROM problem")
    assert f'href="/problems/{problem}"' in leader.get("/dashboard").text
    assert "（30）" in leader.get(f"/problems/{problem}/sentences?page=2").text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_dashboard_is_taken_away_as_a_file(full, signed, kind):
    taken = signed("leader").get(f"/dashboard/export.{kind}")
    assert taken.headers["content-disposition"].startswith("attachment")
    assert len(taken.content) > 500


def test_the_desk_is_read_by_the_index_of_deadlines(full):
    from models.cases.desk import _PARTS

    query = _PARTS["answer"].replace("d.code", "'app'").replace(":limit", "26")
    with transaction() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(session.scalars(text(f"EXPLAIN {query}")))
    assert "ix_case_to_answer" in plan
    assert "Sort Key: k.respond_by\n" not in plan


def test_a_problem_that_was_merged_leads_to_the_one_that_stands_for_it(handler):
    kept = one("SELECT min(id) FROM problem WHERE department = 'app'")
    merged = one(
        """INSERT INTO problem (key, issue, area, name, department, kind, state, round, first_seen_at, detected_at,
                                alarm_from, alarm_until, changed_at, merged_into)
           SELECT key || '-x', issue, area, '并入的一个', department, kind, state, round, first_seen_at, detected_at,
                  alarm_from, alarm_until, changed_at, id FROM problem WHERE id = :kept RETURNING id""",
        kept=kept,
    )
    shown = handler.get(f"/problems/{merged}").text
    assert "这个问题已并入" in shown
    assert f'<a href="/problems/{kept}">' in shown
    assert "提出预防措施" not in shown


def test_the_dashboard_counts_each_measure_by_its_last_verdict_and_shows_what_failed_first(full):
    with transaction() as session:
        for attempt, verdict in ((1, "insufficient"), (2, "worse")):
            session.execute(JUDGED, {"attempt": attempt, "verdict": verdict})
        found = leading.figures(session, NOW - timedelta(days=1), NOW)
        rows = leading.effects(session)
    assert (found["judged"], found["failed"], found["effective"]) == (1, 1, 0)
    assert [row["verdict"] for row in rows] == ["worse"]
