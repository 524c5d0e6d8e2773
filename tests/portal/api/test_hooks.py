import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.engine import transaction
from models.people.keys import retire_secrets
from models.schema.intake import Delivery, Quarantine, RawRecord

BODY = b'{"type": "feedback.created", "data": {"text": "\xe9\x80\x81\xe5\xbe\x97\xe5\xa4\xaa\xe6\x85\xa2", "id": 7}}'
WJX = {
    "activity": "5657754", "name": "满意度", "index": "12", "timetaken": "528", "submittime": "2026-11-01 10:01:59",
    "q1": "1", "q2": "师傅没有来", "q3": "1,2", "joinid": "101812480275", "totalvalue": "15",
}  # fmt: skip
WJQQ = {
    "id": "33cc555f-056f-4242-a97c-46f3e7d2016f", "object": "Answer", "action": "answer.create",
    "created_at": "2026-11-01 14:00:00",
    "payload": {
        "survey_id": 5356056, "answer_id": 7, "started_at": "2026-11-01 11:55:30", "ended_at": "2026-11-01 11:58:39",
        "answer": [{"id": "1", "questions": [
            {"id": "q-1", "type": "radio", "options": [
                {"id": "o-1", "checked": 1, "text": "不满意"}, {"id": "o-2", "checked": 0, "text": "满意"}]},
            {"id": "q-2", "type": "textarea", "text": "包装破了"},
            {"id": "q-3", "type": "star", "text": "2"}]}],
    },
}  # fmt: skip


def signed(secret, body=BODY, id_="msg_1", at=None):
    """Sign as the standard says: HMAC-SHA256 over id, time and body with the decoded secret."""
    at = str(int(at if at is not None else time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, b".".join([id_.encode(), at.encode(), body]), hashlib.sha256).digest()
    return {
        "webhook-id": id_,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def stored():
    with transaction() as session:
        return [row.payload for row in session.scalars(select(RawRecord).order_by(RawRecord.id))]


def push(api, headers, body=BODY, source="by-webhook"):
    return api.post(f"/api/hooks/{source}", content=body, headers=headers)


def test_a_signed_message_is_stored_before_it_is_answered(api, secret):
    answer = push(api, signed(secret("by-webhook")))
    assert answer.json() == {"stored": 1, "again": False}
    assert stored() == [{"id": "7", "text": "送得太慢"}]


def test_the_same_message_again_is_answered_and_not_stored_again(api, secret):
    key = secret("by-webhook")
    push(api, signed(key))
    assert push(api, signed(key)).json() == {"stored": 1, "again": True}
    assert len(stored()) == 1


def test_a_message_that_changed_under_its_id_is_refused(api, secret):
    key = secret("by-webhook")
    push(api, signed(key))
    other = b'{"text": "other"}'
    assert push(api, signed(key, other), other).status_code == 409


def test_two_secrets_hold_at_once_and_a_retired_one_no_more(api, secret):
    old, new = secret("by-webhook"), secret("by-webhook")
    codes = [push(api, signed(key, id_=f"m{n}")).status_code for n, key in enumerate((old, new))]
    assert codes == [200, 200]
    with transaction() as session:
        retire_secrets(session, "by-webhook", "person:test", datetime.now(UTC))
    assert push(api, signed(old, id_="m3")).status_code == 401
    assert push(api, signed(new, id_="m4")).status_code == 200


def test_a_third_secret_retires_the_first(api, secret):
    first, _, _ = secret("by-webhook"), secret("by-webhook"), secret("by-webhook")
    assert push(api, signed(first)).status_code == 401


@pytest.mark.parametrize("late", [-330, 330])
def test_a_message_more_than_five_minutes_off_is_a_replay(api, secret, late):
    assert push(api, signed(secret("by-webhook"), at=time.time() + late)).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": "v2,AAAA"},
        {"webhook-timestamp": "nan"},
        {"webhook-id": "other"},
        {"webhook-signature": ""},
    ],
)
def test_a_forged_message_is_refused_and_nothing_is_stored(api, secret, change):
    assert push(api, signed(secret("by-webhook")) | change).status_code == 401
    assert stored() == []


def test_a_changed_body_is_a_forged_message(api, secret):
    assert push(api, signed(secret("by-webhook")), BODY + b" ").status_code == 401


def test_a_source_that_is_not_there_answers_like_a_wrong_signature(api, secret):
    key = secret("by-webhook")
    wrong, nowhere = push(api, signed(key) | {"webhook-id": "x"}), push(api, signed(key), source="nowhere")
    assert (wrong.status_code, wrong.json()) == (nowhere.status_code, nowhere.json())


def test_a_genuine_message_that_cannot_be_read_waits_in_quarantine(api, secret):
    body = "不是 JSON".encode()
    assert push(api, signed(secret("by-webhook"), body), body).json() == {"stored": 1, "again": False}
    with transaction() as session:
        assert "JSON" in session.scalars(select(Quarantine)).one().reason
        assert session.scalars(select(Delivery)).one().finished_at
    assert stored() == [{"__raw__": "不是 JSON"}]


def wjx(secret, **changes):
    value = {**WJX, **changes}
    value["sign"] = hashlib.sha1(f"{value['activity']}{value['index']}{secret}".encode()).hexdigest()
    return json.dumps(value, ensure_ascii=False).encode()


def test_an_answer_of_wjx_is_taken_with_what_was_written_by_hand(api, secret):
    body = wjx(secret("by-wjx", "push-key-of-wjx"))
    assert push(api, {}, body, "by-wjx").json() == {"stored": 1, "again": False}
    (row,) = stored()
    assert (row["answers"], row["q3"], row["submittime"]) == ("师傅没有来", "1,2", "2026-11-01 10:01:59")
    assert "sign" not in row
    assert push(api, {}, body, "by-wjx").json()["again"] is True


def test_an_answer_of_wjx_with_a_wrong_signature_is_refused(api, secret):
    secret("by-wjx", "push-key-of-wjx")
    assert push(api, {}, wjx("another-key-of-wjx"), "by-wjx").status_code == 401


def test_an_answer_of_wjqq_comes_by_an_address_with_a_secret(api, secret):
    address = f"by-wjqq/{secret('by-wjqq')}"
    body = json.dumps(WJQQ, ensure_ascii=False).encode()
    assert push(api, {}, body, address).json() == {"stored": 1, "again": False}
    (row,) = stored()
    assert (row["answers"], row["q-1"], row["q-3"], row["answer_key"]) == (
        "包装破了",
        "不满意",
        "2",
        "5356056-7",
    )
    assert push(api, {}, body, "by-wjqq/wrong").status_code == 401
    assert push(api, {}, body, "by-wjqq").status_code == 401


@pytest.mark.parametrize("change", [{"action": "answer.delete"}, {"payload": {}}], ids=["deleted", "test"])
def test_a_push_of_wjqq_without_an_answer_is_answered_and_leaves_nothing(api, secret, change):
    body = json.dumps(WJQQ | change).encode()
    assert push(api, {}, body, f"by-wjqq/{secret('by-wjqq')}").json() == {"stored": 0, "again": False}
    assert stored() == []
