"""Stranger, colleague, owner: who opens the page of a case, a measure and a problem, and who changes it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from models.change import By, advance, begin
from models.engine import transaction
from models.measures.improving import store_departments
from models.schema.loop import Action, Case, ProblemMember
from tasks.aggregate import organisation

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
BY = By("rule:x", NOW)
PAGES = ("/cases/1", "/actions/1", "/problems/1", "/problems/1/sentences")
ROWS = """
INSERT INTO source (name, title, kind, channel, definition) VALUES ('s', '来源', 'csv', 'web', '{}');
INSERT INTO delivery (source_id, origin, fingerprint, started_at) VALUES (1, 'a.csv', 'x', now());
INSERT INTO batch (delivery_id, part, state, collected_at, rows_read, rows_stored, rows_duplicate,
  rows_near_duplicate, rows_rejected, rows_quarantined, rows_blank)
  VALUES (1, 1, 'analysed', now(), 1, 1, 0, 0, 0, 0, 0);
INSERT INTO vault.raw_record (source_id, batch_id, "row", record_key, payload_hash, payload, outcome)
  VALUES (1, 1, 1, 'k', '', '{}', 'stored');
INSERT INTO feedback (tracking_number, raw_record_id, batch_id, source_id, record_key, channel, occurred_at, text,
  content_hash, disposition) VALUES ('VOC-1', 1, 1, 1, 'k', 'web', now(), '送得太慢', 1, 'accepted');
"""


@pytest.fixture
def work(home):
    """A case, a problem and an approved measure of 物流部."""
    with transaction() as session:
        store_departments(session, organisation())
        session.execute(text(ROWS))
        problem = {
            "key": "issue:logistics.late", "issue": "logistics.late", "area": "logistics", "name": "配送超时",
            "department": "logistics", "first_seen_at": NOW, "detected_at": NOW, "alarm_from": NOW, "alarm_until": NOW,
        }  # fmt: skip
        (id_,) = begin(session, "problem", "detect", [problem], BY)
        session.add(ProblemMember(problem_id=id_, feedback_id=1, method="rule"))
        measure = {
            "problem_id": id_, "problem_round": 1, "measure": "催办", "detail": "…", "kind": "corrective",
            "dimension": "process", "department": "logistics", "due_at": NOW,
        }  # fmt: skip
        advance(session, "action", "approve", {begin(session, "action", "propose", [measure], BY)[0]: {}}, BY)
        case = {
            "feedback_id": 1, "category": "配送", "priority": "high", "opened_at": NOW, "respond_by": NOW,
            "resolve_by": NOW,
        }  # fmt: skip
        (number,) = begin(session, "case", "open", [case], BY)
        advance(session, "case", "acknowledge", {number: {}}, BY)
        advance(session, "case", "assign", {number: {"department": "logistics"}}, BY)


def states():
    with transaction() as session:
        return session.get_one(Case, 1).state, session.get_one(Action, 1).state


def test_the_owner_opens_what_the_colleague_does_not_find_and_the_stranger_is_asked_who_he_is(
    work, signed, stranger
):
    owner, colleague = signed("handler", "logistics"), signed("handler", "finance")
    opened = {path: [one.get(path).status_code for one in (owner, colleague, stranger)] for path in PAGES}
    assert opened == {path: [200, 404, 303] for path in PAGES}


def test_what_is_not_theirs_looks_like_what_is_not_there(work, signed):
    colleague = signed("handler", "finance")
    pages = [colleague.get(path).text for path in ("/cases/1", "/cases/999")]
    assert pages[0].replace("/cases/1", "") == pages[1].replace("/cases/999", "")


@pytest.mark.parametrize(
    "path", ["/cases/1/respond", "/actions/1/return", "/cases/1/note", "/actions/1/start"]
)
def test_nobody_but_the_owner_changes_anything(work, signed, stranger, path):
    form = {"reason": "已联系客户", "text": "已联系客户"}
    answers = [
        one.post(path, form).status_code
        for one in (signed("handler", "finance"), stranger, signed("auditor"))
    ]
    assert answers == [404, 303, 403]
    assert states() == ("assigned", "approved")


def test_the_owner_does(work, signed):
    assert (
        signed("handler", "logistics").post("/actions/1/return", {"reason": "不属于本部门"}).status_code
        == 303
    )
    assert states()[1] == "returned"
