from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from models.engine import transaction
from models.people.keys import revoke_key
from models.schema.intake import Batch, Delivery, RawRecord

ITEM = {"external_id": "a-1", "text": "送得太慢了", "rating": 2, "occurred_at": "2026-11-01T09:00:00+08:00"}


def raw():
    with transaction() as session:
        return session.scalars(select(RawRecord).order_by(RawRecord.id)).all()


def send(api, headers, *items, **more):
    return api.post("/api/v1/feedback", json={"items": list(items)}, headers={**headers, **more})


def test_what_is_answered_with_202_is_stored_and_waits_to_be_checked(api, keyed):
    answer = send(api, keyed("feedback:write"), ITEM, {"text": "很好"})
    assert answer.status_code == 202
    assert answer.json()["stored"] == 2
    assert [row.payload["text"] for row in raw()] == ["送得太慢了", "很好"]
    assert raw()[0].record_key == "a-1"
    with transaction() as session:
        batch = session.scalars(select(Batch)).one()
        assert (batch.state, batch.rows_read, batch.rows_duplicate) == ("collected", 2, 0)
        assert session.scalars(select(Delivery)).one().finished_at is not None


def test_the_pipeline_takes_it_from_there(api, keyed):
    from tasks.check import check_batches

    send(api, keyed("feedback:write"), ITEM)
    with transaction() as session:
        (batch,) = session.scalars(select(Batch.id))
    check_batches([batch], datetime.now(UTC))
    with transaction() as session:
        assert session.get_one(Batch, batch).state == "checked"


def test_the_same_again_is_known_and_stored_once(api, keyed):
    headers = keyed("feedback:write")
    send(api, headers, ITEM)
    assert send(api, headers, ITEM).json() | {"delivery": 0} == {
        "stored": 0, "known": 1, "delivery": 0, "again": False,
    }  # fmt: skip
    assert len(raw()) == 1


def test_an_idempotency_key_makes_a_repeat_harmless(api, keyed):
    headers = keyed("feedback:write")
    plain = {"text": "没有编号的一句话"}
    first = send(api, headers, plain, **{"Idempotency-Key": "x"}).json()
    again = send(api, headers, plain, **{"Idempotency-Key": "x"}).json()
    assert again == first | {"again": True}
    assert len(raw()) == 1


def test_an_idempotency_key_with_other_content_is_refused(api, keyed):
    headers = keyed("feedback:write")
    send(api, headers, ITEM, **{"Idempotency-Key": "x"})
    answer = send(api, headers, ITEM | {"text": "别的话"}, **{"Idempotency-Key": "x"})
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "message_changed"


def test_an_edited_record_is_a_new_version(api, keyed):
    headers = keyed("feedback:write")
    send(api, headers, ITEM)
    send(api, headers, ITEM | {"text": "改了"})
    assert len(raw()) == 2


@pytest.mark.parametrize(
    "items",
    [[], [{}], [{"text": "a", "colour": "b"}], [{"text": "a"}] * 1001, [{"text": "a" * 20_001}]],
    ids=["none", "no text", "unknown field", "too many", "too long"],
)
def test_what_does_not_fit_is_refused_whole(api, keyed, items):
    answer = send(api, keyed("feedback:write"), *items)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid"
    assert raw() == []


def test_a_fault_does_not_repeat_what_was_sent(api, keyed):
    answer = send(api, keyed("feedback:write"), {"text": "我的电话是13800001111", "rating": "秘密"})
    assert answer.status_code == 422
    assert "13800001111" not in answer.text
    assert "秘密" not in answer.text


def test_what_a_database_refuses_is_taken_out(api, keyed):
    assert send(api, keyed("feedback:write"), {"text": "a\u0000b"}).status_code == 202
    assert raw()[0].payload["text"] == "ab"


def test_without_a_key_or_with_a_wrong_one_nothing_is_taken(api):
    assert api.post("/api/v1/feedback", json={"items": [ITEM]}).status_code == 401
    assert send(api, {"Authorization": "Bearer voc_wrong"}, ITEM).status_code == 401


def test_a_key_does_what_its_scopes_say_and_no_more(api, keyed):
    assert send(api, keyed("cases:read"), ITEM).status_code == 403
    assert api.get("/api/v1/cases", headers=keyed("feedback:write")).status_code == 403


def test_a_key_that_was_taken_back_or_expired_opens_nothing(api, keyed):
    gone, old = keyed("cases:read"), keyed("cases:read", days=1)
    with transaction() as session:
        revoke_key(session, "key-0", "person:test", datetime.now(UTC))
        session.execute(
            text("UPDATE api_key SET expires_at = :past WHERE name = 'key-1'"),
            {"past": datetime.now(UTC) - timedelta(seconds=1)},
        )
    assert [api.get("/api/v1/cases", headers=one).status_code for one in (gone, old)] == [401, 401]


def test_a_key_is_kept_as_a_hash_only(api, keyed):
    key = keyed("cases:read")["Authorization"].split()[1]
    with transaction() as session:
        assert key not in str(session.execute(text("SELECT * FROM api_key")).all())


def test_too_many_requests_are_told_when_to_come_back(api, keyed):
    headers = keyed("cases:read", per_minute=3)
    codes = [api.get("/api/v1/cases", headers=headers).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert int(api.get("/api/v1/cases", headers=headers).headers["Retry-After"]) >= 1


def test_who_guesses_keys_is_slowed_down(api):
    codes = {
        api.get("/api/v1/cases", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(12)
    }
    assert codes == {401, 429}
