"""Customers look at their own feedback, and at nobody else's."""

import re
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from models.customers import erasing
from models.customers.linking import TOKEN_BYTES, hashed, revoke
from models.customers.tracking import find, remarks
from models.engine import transaction
from models.people.rights import customer, session_for
from models.people.sessions import Person

NOW = datetime.now(UTC)
INSERT = """
WITH s AS (INSERT INTO source (name, title, kind, channel, definition)
           VALUES ('web', '网页', 'csv', 'web', '{}') RETURNING id),
     d AS (INSERT INTO delivery (source_id, origin, fingerprint, started_at, finished_at)
           SELECT id, 'a.csv', 'x', now(), now() FROM s RETURNING id, source_id),
     b AS (INSERT INTO batch (delivery_id, part, state, collected_at, rows_read, rows_stored, rows_duplicate,
           rows_near_duplicate, rows_rejected, rows_quarantined, rows_blank)
           SELECT id, 1, 'analysed', now(), 1, 1, 0, 0, 0, 0, 0 FROM d RETURNING id),
     r AS (INSERT INTO vault.raw_record (source_id, batch_id, "row", record_key, payload_hash, payload, outcome)
           SELECT d.source_id, b.id, 2, 'R1', '', '{"内容": "师傅没来，我是张三 13812345678"}', 'stored'
           FROM d, b RETURNING id, source_id, batch_id),
     c AS (INSERT INTO customer (pseudonym, value, first_seen_at) VALUES ('p', 0, now()) RETURNING id),
     p AS (INSERT INTO vault.contact (customer_id, phone) SELECT id, '13812345678' FROM c),
     f AS (INSERT INTO feedback (tracking_number, raw_record_id, batch_id, source_id, record_key, channel, occurred_at,
           customer_id, text, content_hash, disposition)
           SELECT 'VOC-0123456789', r.id, r.batch_id, r.source_id, 'R1', 'web', now(), c.id,
           '约好的师傅没来', 1, 'accepted'
           FROM r, c RETURNING id),
     o AS (INSERT INTO department (code, name, owner) VALUES ('service', '服务部', '经理') RETURNING code),
     k AS (INSERT INTO "case" (feedback_id, state, round, department, category, priority, opened_at, respond_by,
           resolve_by, changed_at)
           SELECT f.id, 'resolved', 1, o.code, '安装不准时', 'high', now(), now(), now(), now() FROM f, o RETURNING id)
INSERT INTO case_log (subject_id, seq, step, state, at, by, facts)
SELECT k.id, n, step, state, now(), 'person:1', facts::jsonb FROM k, (VALUES
    (1, 'open', 'received', '{}'), (2, 'acknowledge', 'acknowledged', '{}'),
    (3, 'assign', 'assigned', '{"department": "service"}'), (4, 'respond', 'responded', '{}'),
    (5, 'resolve', 'resolved', '{}')) AS v (n, step, state, facts)
"""
RIGHT = {"number": "VOC-0123456789", "digits": "5678"}
FAILURES = [
    {"number": "VOC-0123456789", "digits": "0000"}, {"number": "VOC-9999999999", "digits": "5678"},
    {"number": "VOC-0123456789", "digits": ""}, {"number": "", "digits": ""}, {"number": "' OR 1=1", "digits": "5678"},
    {"number": "VOC-0123456789", "digits": "%%%%"}, {"number": "VOC-%", "digits": "____"},
    {"number": "\x00", "digits": "😀"},
]  # fmt: skip


@pytest.fixture
def told(app, monkeypatch):
    """A customer with a feedback whose case is solved; how long failures take is looked at by itself."""
    monkeypatch.setattr("portal.pages.tracking.SECONDS", 0.0)
    with transaction() as session:
        session.execute(text(INSERT))


@pytest.fixture
def link(told):
    """A link to the feedback, as a message would carry it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction() as session:
        session.execute(
            text("INSERT INTO tracking_link SELECT :hash, id, :now, :until, NULL FROM feedback"),
            {"hash": hashed(token), "now": NOW, "until": NOW + timedelta(days=1)},
        )
    return token


def send(browser, path, **fields):
    """Send a form of a public page with the token of this browser."""
    shown = browser.client.get("/track").text
    token = re.search(r'name="csrf" value="([^"]+)"', shown)[1]
    return browser.client.post(path, data={"csrf": token, **fields})


def value(query, **values):
    with transaction() as session:
        return session.execute(text(query), values).scalar()


def test_number_and_digits_open_the_page_and_the_number_alone_does_not(told, stranger):
    assert stranger.get("/track/view").headers["location"] == "/track"
    opened = send(stranger, "/track", **RIGHT)
    assert (opened.status_code, opened.headers["location"]) == (303, "/track/view")
    shown = stranger.get("/track/view").text
    assert [
        title for title in ("已收到", "处理中", "已改进", "待您确认", "已关闭") if title not in shown
    ] == []
    assert "安装不准时" in shown
    assert "师傅没来" not in shown
    assert "13812345678" not in shown


def test_every_failure_gives_the_same_answer(told, stranger, monkeypatch):
    monkeypatch.setattr("portal.pages.tracking.A_MINUTE", 1000)
    answers = {
        (
            answer.status_code,
            re.sub(r'value="[0-9a-f]{64}"', "", answer.text),
            tuple(sorted(answer.headers.items())),
        )
        for answer in [
            *(send(stranger, "/track", **guess) for guess in FAILURES),
            stranger.get("/t/" + "x" * 22),
            stranger.get("/t/%00"),
        ]
    }
    assert len(answers) == 1


def test_every_answer_takes_its_time(told, stranger, monkeypatch):
    slept = []
    monkeypatch.setattr("portal.pages.tracking.SECONDS", 5.0)
    monkeypatch.setattr("portal.pages.tracking.time.sleep", slept.append)
    for guess in (RIGHT, *FAILURES[:3]):
        send(stranger, "/track", **guess)
    assert len(slept) == 4
    assert min(slept) > 0


def test_the_eleventh_question_of_a_minute_waits(told, stranger):
    codes = [send(stranger, "/track", **FAILURES[0]).status_code for _ in range(11)]
    assert codes == [403] * 10 + [429]
    assert send(stranger, "/track", **RIGHT).status_code == 429


def test_guesses_find_nothing(told):
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    with customer() as session:
        guesses = ["VOC-" + "".join(secrets.choice(alphabet) for _ in range(10)) for _ in range(2000)]
        found = [find(session, number, f"{n % 10000:04d}") for n, number in enumerate(guesses)]
    assert found == [None] * 2000


def test_a_link_opens_the_page_and_leaves_no_trace_in_the_address(link, stranger):
    followed = stranger.get(f"/t/{link}")
    assert followed.headers["location"] == "/track/view"
    assert link not in followed.headers["set-cookie"]
    assert stranger.get("/track/view").status_code == 200
    assert link not in stranger.get("/track/view").text


def test_a_link_is_kept_as_a_hash_only(link):
    assert value("SELECT count(*) FROM tracking_link WHERE token_hash = :link", link=link) == 0


def test_a_link_that_was_taken_back_closes_the_page_it_had_opened(link, stranger):
    stranger.get(f"/t/{link}")
    with transaction() as session:
        assert revoke(session, value("SELECT id FROM feedback"), datetime.now(UTC)) == 1
    assert stranger.get("/track/view").headers["location"] == "/track"
    assert stranger.get(f"/t/{link}").status_code == 403


def test_a_link_that_expired_opens_nothing(link, stranger):
    with transaction() as session:
        session.execute(text("UPDATE tracking_link SET expires_at = now()"))
    assert stranger.get(f"/t/{link}").status_code == 403


def test_looking_changes_nothing(link, stranger):
    before = value("SELECT count(*) FROM case_log"), value("SELECT count(*) FROM outbox")
    for path in (f"/t/{link}", "/track/view", "/track", "/track/answer", "/track/erase"):
        stranger.get(path)
    assert (value("SELECT count(*) FROM case_log"), value("SELECT count(*) FROM outbox")) == before
    assert value("SELECT count(*) FROM customer_answer") == 0


def test_a_satisfied_customer_closes_the_case_once(link, stranger):
    stranger.get(f"/t/{link}")
    send(stranger, "/track/answer", kind="satisfied")
    send(stranger, "/track/answer", kind="satisfied")
    assert value('SELECT state FROM "case"') == "confirmed"
    assert value("SELECT count(*) FROM customer_answer") == 1
    assert "已关闭" in stranger.get("/track/view").text


def test_not_satisfied_opens_the_case_again_and_tells_both_sides(link, stranger):
    stranger.get(f"/t/{link}")
    send(stranger, "/track/answer", kind="unsatisfied")
    assert value('SELECT state FROM "case"') == "assigned"
    assert value('SELECT round FROM "case"') == 2
    assert (
        value("SELECT string_agg(event, ',' ORDER BY event) FROM outbox") == "case_reassigned,case_reopened"
    )


def test_a_remark_enters_the_intake_with_the_way_to_reach_its_customer_and_no_page_sees_that(link, stranger):
    stranger.get(f"/t/{link}")
    said = send(stranger, "/track/remark", words="师傅电话一直打不通")
    assert "well=1" in said.headers["location"]
    assert (
        value("SELECT payload ->> '内容' FROM vault.raw_record WHERE record_key LIKE 'remark-%'")
        == "师傅电话一直打不通"
    )
    assert (
        value("SELECT payload ->> '电话' FROM vault.raw_record WHERE record_key LIKE 'remark-%'")
        == "13812345678"
    )
    assert (
        value("SELECT facts::text FROM case_log WHERE step = 'note'")
        == f'{{"answer": {value("SELECT id FROM customer_answer")}}}'
    )
    with session_for(Person(1, "x", "某人", frozenset({"voc"}), frozenset())) as session:
        ((_, words),) = remarks(session, value("SELECT min(id) FROM feedback"))
    assert words is None  # received, and not understood yet


def test_wishes_are_kept_and_shown(link, stranger):
    stranger.get(f"/t/{link}")
    send(stranger, "/track/wishes", reach="phone", quiet="22-8", silent="yes")
    assert (
        value("SELECT (reach, quiet_from, quiet_until, silent)::text FROM customer_preference")
        == "(phone,22,8,t)"
    )
    assert "checked" in stranger.get("/track/view").text


def test_who_asks_to_be_erased_is_overwritten_and_late_writers_are_stopped(link, stranger):
    stranger.get(f"/t/{link}")
    send(stranger, "/track/erase")
    assert value("SELECT count(*) FROM erasure") == 0
    send(stranger, "/track/erase", sure="yes")
    send(stranger, "/track/erase", sure="yes")
    with transaction() as session:
        (asked,) = erasing.asked(session)
        assert erasing.carry_out(session, asked["id"], "person:1", datetime.now(UTC)) == 1
    everything = value("SELECT string_agg(payload::text, '') FROM vault.raw_record") + value(
        "SELECT text FROM feedback"
    )
    assert "师傅" not in everything
    assert value("SELECT count(*) FROM vault.contact") == 0
    assert value("SELECT count(*) FROM vault.tombstone") == 1
    assert stranger.get("/track/view").headers["location"] == "/track"
    assert send(stranger, "/track", **RIGHT).status_code == 403


def test_nobody_sends_a_form_from_elsewhere(link, stranger):
    stranger.get(f"/t/{link}")
    stranger.client.post("/track/answer", data={"kind": "unsatisfied"})
    assert value('SELECT state FROM "case"') == "resolved"


def test_a_page_is_small_and_needs_no_script(link, stranger):
    stranger.get(f"/t/{link}")
    shown = stranger.get("/track/view").text
    styles = [stranger.get(path).content for path in re.findall(r'href="(/static/[^"]+)"', shown)]
    assert len(shown.encode()) + sum(map(len, styles)) <= 60_000
    assert "<script" not in shown
    assert "style=" not in shown


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", "{{ 7*7 }}", '"><img src=x onerror=alert(1)>']
)
def test_what_somebody_types_is_shown_nowhere_as_markup(told, stranger, payload):
    answered = send(stranger, "/track", number=payload, digits=payload)
    assert payload not in answered.text
    assert "49" not in re.sub(r"[0-9a-f]{64}", "", answered.text)


@pytest.mark.parametrize(
    ("left", "said"), [("9 days", "我们承诺最晚在"), ("0 days", "已超过承诺时间")], ids=["in time", "late"]
)
def test_while_it_is_worked_on_the_next_promised_time_is_shown_or_that_it_has_passed(
    link, stranger, left, said
):
    with transaction() as session:
        session.execute(
            text("""UPDATE "case" SET respond_by = opened_at + CAST(:left AS interval),
                 resolve_by = opened_at + CAST(:left AS interval)"""),
            {"left": left},
        )
    stranger.get(f"/t/{link}")
    assert said not in stranger.get("/track/view").text
    send(stranger, "/track/answer", kind="unsatisfied")
    assert said in stranger.get("/track/view").text
