"""The post as a whole: limits, digests, quiet hours, wishes, strange answers, and letters by the right way."""

import json
from collections import deque
from datetime import timedelta

import pytest
from sqlalchemy import text

from models.engine import transaction
from models.post import office
from models.post.dispatching import replay
from notifications.base import Manner
from tasks import letters
from tasks.tell import send_due
from voc.errors import DeliveryError
from voc.telling.delivery import Rate

QUEUE = """
INSERT INTO outbox (subject, event, round, audience, recipient, channel, data, state, attempts, next_attempt_at, repeat,
                    created_at)
SELECT 'case:' || n, :event, 1, :audience, :recipient, :channel,
       jsonb_build_object('template', CAST(:event AS text), 'number', 'VOC-' || lpad(CAST(n AS text), 10, '0'),
           'category', '安装不准时', 'department', '服务部', 'deadline', '6月9日 18:00', 'link', '', 'round', 1),
       'pending', 0, :now, false, :now FROM generate_series(1, :count) n
"""
CUSTOMER = """
WITH c AS (INSERT INTO customer (id, pseudonym, value, first_seen_at) VALUES (1, 'p', 0, now()) RETURNING id)
INSERT INTO vault.contact (customer_id, phone, email) SELECT id, '13800000000', 'a@example.com' FROM c
"""


class Robot:
    """A channel that keeps what it is given and answers as it is told."""

    def __init__(self, name="robot", reaches="group", rate=None, digests=True, error=None):
        self.name, self.on_unknown, self.error = name, "resend", error
        self.manner = Manner(reaches, digests, rate, name)
        self.got = []

    def send(self, message):
        self.got.append(message)
        if self.error:
            raise self.error
        return "HTTP 200"


@pytest.fixture
def post(house, monkeypatch):
    """Return a function that puts channels in the place of those of the settings."""

    def use(*channels):
        opened = {one.name: one for one in channels}
        monkeypatch.setattr("tasks.tell.open_channels", lambda now: letters.Post(opened, {}, now))
        return house

    return use


def queue(
    now, count, event="case_assigned", audience="department", recipient="department:service", channel="robot"
):
    values = {"now": now, "count": count, "event": event, "audience": audience, "recipient": recipient}
    with transaction() as session:
        session.execute(text(QUEUE), {**values, "channel": channel})


def test_five_hundred_messages_at_once_keep_the_robots_limit_and_all_arrive(post):
    robot = Robot(rate=Rate(15, 4), digests=False)
    house = post(robot)
    queue(house.now, 500)
    times, now = [], house.now
    while len(robot.got) < 500:
        sent = send_due(now).get("sent", 0)
        times += [now] * sent
        now += timedelta(seconds=12)
    assert {message.id for message in robot.got} == set(range(1, 501))
    window = deque()
    busiest = 0
    for at in times:
        window.append(at)
        while at - window[0] >= timedelta(minutes=1):
            window.popleft()
        busiest = max(busiest, len(window))
    assert 15 <= busiest <= 20
    assert (now - house.now) < timedelta(minutes=36)


def test_more_than_five_for_one_recipient_become_digests_that_name_every_number(post):
    robot = Robot()
    house = post(robot)
    queue(house.on(house.now.date(), 9).now, 60)
    assert send_due(house.now) == {"suppressed": 60}
    assert send_due(house.now + timedelta(minutes=1)) == {"sent": 3}
    told = "".join(message.text for message in robot.got)
    assert all(f"VOC-{n:010d}" in told for n in range(1, 61))
    assert house.pairs("SELECT event, count(*) FROM outbox WHERE state = 'sent' GROUP BY 1") == {"digest": 3}
    assert house.value("SELECT count(*) FROM outbox WHERE digest_id IS NOT NULL") == 60


def test_five_for_one_recipient_are_told_one_by_one(post):
    robot = Robot()
    house = post(robot)
    queue(house.now, 5)
    assert send_due(house.now) == {"sent": 5}


def test_no_digest_leaves_at_the_full_or_half_hour(post):
    robot = Robot()
    house = post(robot)
    half = house.now + timedelta(minutes=30)
    queue(half, 6)
    send_due(half)
    assert robot.got == []
    assert send_due(half + timedelta(minutes=1)) == {"sent": 1}


def test_a_message_that_may_have_arrived_is_repeated_by_itself_and_marked(post):
    robot = Robot()
    house = post(robot)
    queue(house.now, 8)
    with transaction() as session:
        session.execute(text("UPDATE outbox SET repeat = true WHERE id <= 3"))
    assert send_due(house.now) == {"sent": 8}
    assert sum(message.repeat for message in robot.got) == 3


def test_a_robot_is_shown_no_markup_and_no_customers_message(post):
    robot = Robot()
    house = post(robot)
    queue(house.now, 1)
    with transaction() as session:
        evil = json.dumps({"category": "<@all>[点我](http://evil.example) `x` # 安装"})
        session.execute(text("UPDATE outbox SET data = data || CAST(:evil AS jsonb)"), {"evil": evil})
    queue(house.now, 1, "case_resolved", "customer", "customer:1")
    send_due(house.now)
    (shown,) = robot.got
    assert not set("<>[]()`#@") & set(shown.text.replace("（", ""))
    assert "evil" not in shown.text
    assert "不能发到群机器人" in house.value("SELECT reason FROM channel_stop")


def test_a_channel_that_is_stopped_is_not_asked_again_and_its_owner_hears_by_another(post):
    wrong = Robot(
        "wrong",
        error=DeliveryError("企业微信答复 93000：机器人地址无效。", "stop", answer="HTTP 200 {}"),
        digests=False,
    )
    other = Robot("other", digests=False)
    house = post(wrong, other)
    queue(house.now, 9, channel="wrong")
    send_due(house.now)
    assert len(wrong.got) == 1
    assert [message.event for message in other.got] == ["channel_stopped"]
    assert house.pairs("SELECT state, count(*) FROM outbox WHERE channel = 'wrong' GROUP BY 1") == {
        "pending": 9
    }
    assert house.value("SELECT count(*) FROM event_outbox WHERE event = 'voc.channel.stopped'") == 1


def test_an_answer_nobody_has_written_down_is_not_a_delivery_and_rings_once(post):
    error = DeliveryError(
        "企业微信的答复没有登记过（99）。", "unknown", answer='HTTP 200 {"errcode":99}', strange=True
    )
    odd, other = Robot("odd", error=error, digests=False), Robot("other", digests=False)
    house = post(odd, other)
    queue(house.now, 3, channel="odd")
    send_due(house.now)
    send_due(house.now + timedelta(minutes=2))
    assert house.pairs("SELECT state, count(*) FROM outbox WHERE channel = 'odd' GROUP BY 1") == {"retry": 3}
    assert [message.event for message in other.got] == ["channel_strange"]
    assert '"errcode":99' in other.got[0].text
    assert [message.repeat for message in odd.got] == [False] * 3 + [True] * 3


def test_dead_letters_are_listed_with_their_reason_and_the_platforms_words_and_leave_again(post):
    robot = Robot(
        error=DeliveryError("飞书答复 9499：内容不符合要求。", "dead", answer='HTTP 400 {"code":9499}')
    )
    house = post(robot)
    queue(house.now, 2)
    send_due(house.now)
    with transaction() as session:
        listed = office.dead_letters(session)
        assert replay(session, [row["id"] for row in listed], house.now) == 2
    assert {(row["note"], row["receipt"]) for row in listed} == {
        ("飞书答复 9499：内容不符合要求。", 'HTTP 400 {"code":9499}')
    }
    robot.error = None
    assert send_due(house.now) == {"sent": 2}


def test_a_customer_is_not_disturbed_at_night_except_for_the_confirmation(post, set_to):
    sms = Robot("sms", "phone")
    house = post(sms)
    set_to(quiet_hours="22-8")
    night = house.on(house.now.date(), 23).now
    with transaction() as session:
        session.execute(text(CUSTOMER))
    queue(night, 1, "case_resolved", "customer", "customer:1", "sms")
    queue(night, 1, "case_opened", "customer", "customer:1", "sms")
    send_due(night)
    assert [message.event for message in sms.got] == ["case_opened"]
    assert send_due(night + timedelta(hours=8, minutes=59)) == {}
    assert send_due(night + timedelta(hours=9)) == {"sent": 1}
    assert sms.got[1].recipient == "13800000000"


def test_a_customers_own_hours_win_and_silence_is_kept(post, set_to):
    sms = Robot("sms", "phone")
    house = post(sms)
    with transaction() as session:
        session.execute(text(CUSTOMER))
        session.execute(text("INSERT INTO customer_preference VALUES (1, NULL, 8, 12, false, now())"))
    queue(house.now, 1, "case_resolved", "customer", "customer:1", "sms")
    assert send_due(house.now) == {}
    with transaction() as session:
        session.execute(text("UPDATE customer_preference SET silent = true"))
    assert send_due(house.now + timedelta(hours=4)) == {}
    assert house.pairs("SELECT state, note FROM outbox") == {"suppressed": "客户已选择不接收通知"}


def test_each_letter_to_a_customer_carries_a_link_of_its_own_that_is_kept_as_a_hash(house, post, set_to):
    house.take_in([["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13800000001", "成都"]])
    number = house.value("SELECT tracking_number FROM feedback")
    sms = Robot("sms", "phone")
    post(sms)
    set_to(public_url="https://care.example.com/")
    customer = house.value("SELECT customer_id FROM feedback")
    queue(house.now, 1, "case_resolved", "customer", f"customer:{customer}", "sms")
    with transaction() as session:
        session.execute(
            text("""UPDATE outbox SET data = data || jsonb_build_object('number', CAST(:n AS text),
            'link', 'https://care.example.com/')"""),
            {"n": number},
        )
    send_due(house.now)
    token = sms.got[0].text.split("https://care.example.com/t/")[1].split()[0]
    assert len(token) == 22
    assert house.value("SELECT feedback_id FROM tracking_link") == house.value("SELECT id FROM feedback")
    assert token not in json.dumps(house.rows("SELECT * FROM tracking_link"), default=str)
    assert token not in json.dumps(house.rows("SELECT * FROM outbox"), default=str)


def test_messages_go_by_the_channel_of_their_department_and_of_the_customers_way(house, set_to):
    from tasks.improve import open_cases

    set_to(
        department_channels='{"service": "群一", "logistics": "群一", "installation": "群一", "after_sales": "群一"}',
        customer_channels='{"phone": "sms"}',
    )
    house.take_in([["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13800000001", "成都"]])
    open_cases.fn(house.now)
    by = house.pairs("SELECT audience, channel FROM outbox")
    assert by["customer"] == "sms"
    owner = house.value('SELECT department FROM "case"')
    set_to(department_channels=json.dumps({owner: "群二"}))
    house.put(
        [["R2", "约好的安装师傅又没来，等了一天", "2026-06-07 11:00", "1", "13800000002", "成都"]], "b.csv"
    )
    house.collect()
    house.understand()
    open_cases.fn(house.now)
    assert (
        house.value("SELECT channel FROM outbox WHERE audience = 'department' ORDER BY id DESC LIMIT 1")
        == "群二"
    )


def test_reach_counts_who_was_told_among_those_who_can_be(house, post):
    house.take_in(
        [
            [f"R{n}", "约好的安装师傅没来", f"2026-06-07 1{n}:00", "1", f"1380000000{n}", "成都"]
            for n in range(3)
        ]
    )
    from tasks.improve import open_cases

    open_cases.fn(house.now)
    post(Robot("log", "any"))
    send_due(house.now)
    with transaction() as session:
        found = office.reach(session, house.now - timedelta(days=1), house.now + timedelta(days=1))
    assert (found.cases, found.confirmed, found.share_confirmed) == (3, 3, 1.0)
    assert found.share_told is None


def test_who_has_a_solved_case_is_asked_once_whether_it_is_and_again_after_it_was_opened_again(house, post):
    from models.change import By, advance
    from tasks.improve import open_cases
    from tasks.tell import ask_back

    house.take_in([["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13800000001", "成都"]])
    open_cases.fn(house.now)
    with transaction() as session:
        advance(session, "case", "respond", {1: {}}, By("person:1", house.now))
        advance(session, "case", "resolve", {1: {}}, By("person:1", house.now))
    later = house.now + timedelta(hours=55)
    assert [ask_back(house.now + timedelta(hours=53)), ask_back(later), ask_back(later)] == [0, 1, 0]
    assert (
        house.value("SELECT count(*) FROM outbox WHERE event = 'case_callback' AND audience = 'customer'")
        == 1
    )
    with transaction() as session:
        advance(session, "case", "reopen", {1: {"reason": "没有解决"}}, By("customer:1", later))
        advance(session, "case", "resolve", {1: {}}, By("person:1", later))
    assert ask_back(later + timedelta(hours=55)) == 1
    assert house.value("SELECT count(*) FROM outbox WHERE event = 'case_callback'") == 2
