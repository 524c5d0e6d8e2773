"""Feedback about one event becomes a problem with a number for ever: found, grown, merged and split in the database."""

from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from models import packed
from models.change import By
from models.engine import transaction
from models.measures import deciding
from models.problems import candidates, regrouping
from models.problems.registering import INDEX, forget_members
from models.views import problem_list
from tasks.candidates import gather_events
from voc.errors import InputError
from voc.registry import nearby

MONDAY = date(2026, 5, 4)
WATER = (
    "{}从昨晚开始停水，物业电话没人接，老人小孩没水喝",
    "我们{}停水两天了，物业没人管，老人和小孩连水都没得喝",
    "{}停水，物业没人接电话，老人小孩喝水都成问题",
    "{}又停水了，物业电话打不通，老人小孩没水喝谁来管",
)
MEMBERS = """SELECT f.record_key, p.name FROM problem p JOIN problem_member m ON m.problem_id = p.id
             JOIN feedback f ON f.id = m.feedback_id WHERE p.kind <> 'issue' ORDER BY 1"""


def told(place, make, first=1, days=0, sayings=WATER, city="成都"):
    day = MONDAY + timedelta(days=days)
    return [
        [f"{place}{n}", words.format(place), make["at"](day, n), "1", make["phone"](first + n), city]
        for n, words in enumerate(sayings)
    ]


@pytest.fixture
def two(house, make):
    house.take_in([*told("阳光小区", make), *told("龙腾家园", make, 20)])
    return house


def test_two_events_in_the_same_words_at_two_places_are_two_problems(two):
    found = two.pairs(MEMBERS)
    assert {key[:4] for key in found} == {"阳光小区", "龙腾家园"}
    assert len(found) == 8
    assert len(set(found.values())) == 2
    assert all(key[:2] in name and "停水" in name for key, name in found.items())


def test_a_problem_waits_for_a_person_until_enough_customers_have_it(two):
    assert set(two.pairs("SELECT id, state FROM problem WHERE kind <> 'issue'").values()) == {"detected"}


def test_two_customers_are_a_candidate_only(house, make):
    house.take_in(told("阳光小区", make, sayings=WATER[:2]))
    assert house.value("SELECT count(*) FROM problem WHERE kind <> 'issue'") == 0
    with transaction() as session:
        (group,) = problem_list.groups(session)
    assert group["members"] == ["阳光小区0", "阳光小区1"]


def test_a_busy_house_asks_for_more_customers(house, make, set_to):
    set_to(candidate_min_share=0.5)
    five = (*WATER, "{}停水第三天，物业还是没人管，老人小孩没水喝")
    house.take_in([*told("阳光小区", make), *told("龙腾家园", make, 20, sayings=five)])
    assert {key[:4] for key in house.pairs(MEMBERS)} == {"龙腾家园"}


def test_one_customer_who_says_it_four_times_is_no_problem(house, make):
    rows = [[*row[:4], make["phone"](7), row[5]] for row in told("阳光小区", make)]
    house.take_in(rows)
    assert house.value("SELECT count(*) FROM problem WHERE kind <> 'issue'") == 0


def test_what_nobody_surely_complains_of_is_no_problem(house, make, monkeypatch):
    monkeypatch.setattr(candidates, "CLEAR", -1.01)
    house.take_in(told("阳光小区", make))
    assert house.pairs(MEMBERS) == {}


def test_later_feedback_joins_the_problem_and_its_number_stays(two, make):
    before = two.pairs("SELECT key, id FROM problem WHERE kind <> 'issue'")
    two.take_in(
        told("阳光小区x", make, 40, 2, ("阳光小区还是停水，物业没人管，老人小孩没水喝",)), "later.csv"
    )
    assert two.pairs("SELECT key, id FROM problem WHERE kind <> 'issue'") == before
    assert len(two.pairs(MEMBERS)) == 9


def test_praise_never_joins_an_event(two, make):
    two.take_in(
        told("阳光小区", make, 40, 1, ("阳光小区的物业服务真好，老人小孩都很满意，点赞",)), "nice.csv"
    )
    assert len(two.pairs(MEMBERS)) == 8


def test_gathering_again_changes_nothing(two):
    before = two.pairs(MEMBERS)
    assert two.gather() == {"members": 0, "problems": 0, "events": 0, "merged": 0}
    assert two.pairs(MEMBERS) == before


BRIDGE = "阳光小区停水几天没人管，物业电话没人接，老人小孩没水喝"


def test_when_feedback_shows_that_two_are_one_the_older_number_survives(house, make):
    house.take_in(told("阳光小区", make, days=-200))
    house.take_in([[f"L{row[0]}", *row[1:]] for row in told("阳光小区", make, 60)], "late.csv")
    old, new = sorted(house.pairs("SELECT id, key FROM problem WHERE kind <> 'issue'"))
    bridge = [["B", BRIDGE, make["at"](MONDAY - timedelta(days=100)), "1", make["phone"](90), "成都"]]
    house.take_in(bridge, "bridge.csv")
    assert house.pairs("SELECT id, merged_into FROM problem WHERE kind <> 'issue'") == {old: None, new: old}
    assert house.rows("SELECT parent_id, child_id, kind, by FROM problem_lineage") == [
        {"parent_id": new, "child_id": old, "kind": "merge", "by": "rule:event"}
    ]
    assert house.value("SELECT count(*) FROM problem_member WHERE problem_id = :old", old=old) == 9
    assert house.value("SELECT count(*) FROM problem_member WHERE problem_id = :new", new=new) == 0


def test_an_index_that_was_emptied_is_made_anew_from_what_is_registered(house, make):
    four = told("阳光小区", make)
    house.take_in(four[:2])
    with transaction() as session:
        session.execute(text("TRUNCATE index_block, index_run"))
    house.take_in(four[2:], "later.csv")
    found = house.pairs(MEMBERS)
    assert set(found) == {row[0] for row in four}
    assert len(set(found.values())) == 1


def test_what_was_erased_is_found_by_nobody_and_its_signs_are_gone(house, make):
    four = told("阳光小区", make)
    house.take_in(four[:3])
    erased = house.value("SELECT id FROM feedback WHERE record_key = '阳光小区0'")
    with transaction() as session:
        forget_members(session, [erased])
    house.take_in(four[3:], "later.csv")
    assert "阳光小区3" in house.pairs(MEMBERS)
    signs = house.value("SELECT signs FROM registry_member WHERE feedback_id = :id", id=erased)
    assert set(bytes(signs)) == {0}
    with transaction() as session:
        runs = packed.between(session, INDEX, *(np.array([[end, 0]]) for end in (0, 1 << 62)))
    assert erased not in np.concatenate(runs)[:, nearby.FEEDBACK]


LAMPS = (
    "阳光小区从昨晚开始停水，老人小孩没水喝",
    "阳光小区路灯不亮，晚上摔倒了人",
    "阳光小区路灯全都不亮，晚上有人摔倒",
    "阳光小区停水，路灯也不亮，老人小孩没水喝，晚上有人摔倒",
)
DETECTED = """SELECT (detected_at AT TIME ZONE 'Asia/Shanghai')::date AS day, alarm_until = detected_at AS same
              FROM problem WHERE kind <> 'issue'"""


def test_a_history_taken_in_at_once_is_detected_when_it_would_have_been_day_by_day(house, another, make):
    days = [told("阳光小区", make, 1 + day, day, (words,))[0] for day, words in enumerate(LAMPS)]
    rows = [[f"第{day}天", *row[1:]] for day, row in enumerate(days)]
    house.take_in(rows)
    daily = another(house.now)
    for day, row in enumerate(rows):
        daily.take_in([row], f"{day}.csv")
    fourth = [{"day": MONDAY + timedelta(days=3), "same": True}]
    assert house.rows(DETECTED) == daily.rows(DETECTED) == fourth


def test_copies_are_found_when_their_index_was_emptied(house):
    words = "买了不到一个月就漏水，维修师傅来了三次都没有修好，客服一直说再等等"
    house.take_in([["A", words, "2026-06-01 10:00", "1", "13800000011", "成都"]])
    with transaction() as session:
        session.execute(text("TRUNCATE index_block, index_run"))
    house.take_in([["B", words + "吧", "2026-06-02 10:00", "1", "13800000011", "成都"]], "later.csv")
    assert house.pairs("SELECT record_key, disposition FROM feedback") == {
        "A": "accepted",
        "B": "near_duplicate",
    }


def by(house):
    return By("person:李雷", house.now)


def test_a_person_merges_two_and_later_feedback_goes_to_the_survivor(two, make):
    first, second = sorted(two.pairs("SELECT id, key FROM problem WHERE kind <> 'issue'"))
    with transaction() as session:
        regrouping.merge(session, first, second, by(two), "同一根水管")
    two.take_in(
        told("龙腾家园x", make, 40, 1, ("龙腾家园还是停水，物业没人管，老人小孩没水喝",)), "later.csv"
    )
    assert two.value("SELECT count(*) FROM problem_member WHERE problem_id = :id", id=first) == 9
    with transaction() as session:
        told_of = [entry["what"] for entry in problem_list.history(session, second)]
    assert told_of == ["detect", "merge_into"]


def test_what_was_merged_is_named_when_somebody_asks_for_it(two):
    first, second = sorted(two.pairs("SELECT id, key FROM problem WHERE kind <> 'issue'"))
    with transaction() as session:
        regrouping.merge(session, first, second, by(two), "同一根水管")
        with pytest.raises(InputError, match=f"已并入问题 {first}"):
            regrouping.existing(session, second)


def test_members_split_off_stay_apart_when_more_is_said(two, make):
    whole = min(two.pairs("SELECT id, key FROM problem WHERE kind <> 'issue'"))
    ids = sorted(two.pairs("SELECT feedback_id, method FROM problem_member WHERE problem_id = :id", id=whole))
    with transaction() as session:
        part = regrouping.split(session, whole, ids[:2], {}, "", by(two), "两次停水")
    place = two.rows("SELECT record_key FROM feedback WHERE id = :id", id=ids[0])[0]["record_key"][:4]
    two.take_in(
        told(f"{place}x", make, 40, 1, (f"{place}停水没人管，物业电话没人接，老人小孩没水喝",)), "x.csv"
    )
    counts = two.pairs("SELECT problem_id, count(*) FROM problem_member GROUP BY 1")
    assert counts[whole] + counts[part] == 5
    assert min(counts[whole], counts[part]) == 2
    assert two.value("SELECT merged_into FROM problem WHERE id = :id", id=part) is None


def test_a_part_of_an_issue_takes_its_own_later_complaints(house, make):
    house = house.on(MONDAY + timedelta(days=20))
    rows = make["daily"](MONDAY, 14, lambda day: 3, 4)
    house.take_in([[*row[:5], "杭州" if n % 2 else "成都"] for n, row in enumerate(rows)])
    (whole,) = house.pairs("SELECT id, key FROM problem WHERE kind = 'issue'")
    with transaction() as session:
        part = regrouping.split(session, whole, [], {"region": "杭州"}, "", by(house), "杭州另有原因")
    more = make["daily"](MONDAY + timedelta(days=15), 1, lambda day: 4, 0, start=900)
    house.take_in([[*row[:5], "杭州"] for row in more], "more.csv")
    where = (
        "SELECT DISTINCT f.region, m.problem_id FROM problem_member m JOIN feedback f ON f.id = m.feedback_id"
    )
    assert house.pairs(where) == {"成都": whole, "杭州": part}
    assert house.value("SELECT name FROM problem WHERE id = :id", id=part).endswith("（杭州）")


@pytest.mark.parametrize(
    ("members", "narrowed", "sentence"),
    [
        ([], {}, "只须给出"),
        ([1], {"region": "杭州"}, "只须给出"),
        ([], {"weather": "雨"}, "不认识"),
        ([], {"region": "火星"}, "至少一条"),
    ],
)
def test_a_split_that_makes_no_sense_is_refused_with_a_reason(two, members, narrowed, sentence):
    whole = min(two.pairs("SELECT id, key FROM problem WHERE kind <> 'issue'"))
    with transaction() as session, pytest.raises(InputError, match=sentence):
        regrouping.split(session, whole, members, narrowed, "", by(two), "试试")


REFUND = (
    "坐等空调退款，客服小姐姐说财务在休年假，退款一直没到账",
    "坐等退款，说是财务在休年假，退款一直没到账，气人",
    "退款一直没到账，坐等，回复说财务在休年假",
    "又问了一次，还是财务在休年假，退款一直没到账，坐等",
)


OF_EVENT = "SELECT {} FROM problem WHERE kind = 'incident'"


@pytest.fixture
def refunds(house, make, set_to):
    """Return a function that takes in four customers who wait for their money, some days between them."""
    set_to(problem_min_customers=2, problem_min_share=0)

    def wait(gap, sayings=REFUND, first=0):
        later = house.on(MONDAY + timedelta(days=120))
        told_by = enumerate(sayings, first)
        rows = [told(f"r{n}", make, 60 + n, n * gap, (words,), "")[0] for n, words in told_by]
        later.take_in(rows, f"{first}.csv")
        return later

    return wait


def test_an_event_told_for_months_goes_to_the_problem_of_its_issue(refunds):
    house = refunds(25)
    home = house.value("SELECT id FROM problem WHERE issue = 'payment.refund'")
    assert house.value(OF_EVENT.format("merged_into")) == home
    refunds(30, ["财务在休年假？客服小姐姐说的，坐等"], 4)
    methods = house.rows(
        "SELECT method FROM problem_member WHERE problem_id = :home ORDER BY feedback_id", home=home
    )
    assert [row["method"] for row in methods] == [*["rule:issue"] * 4, "rule:lasting"]
    assert house.value("SELECT reason FROM problem_lineage").startswith("持续数月")


def test_an_event_found_to_be_the_same_later_comes_to_it_as_the_first_one_did(refunds):
    house = refunds(25)
    with transaction() as session:
        session.execute(
            text(
                """WITH heir AS (SELECT group_id, merged_into AS home FROM problem WHERE kind = 'incident'),
                taken AS (INSERT INTO registry_group (id, opened_at, merged_into)
                          SELECT 900, now(), group_id FROM heir RETURNING id),
                again AS (INSERT INTO problem SELECT (jsonb_populate_record(p, jsonb_build_object(
                              'id', 900, 'key', 'again', 'merged_into', NULL, 'group_id', taken.id))).*
                          FROM problem p, taken WHERE p.kind = 'incident' RETURNING id),
                fifth AS (DELETE FROM problem_member WHERE problem_id = (SELECT home FROM heir) AND feedback_id = (
                              SELECT max(feedback_id) FROM problem_member) RETURNING feedback_id)
                INSERT INTO problem_member (problem_id, feedback_id, method)
                SELECT again.id, feedback_id, 'rule:event' FROM again, fifth"""
            )
        )
        gather_events(session, [], house.now)
    rows = house.rows("SELECT p.issue, k.method FROM problem_member k JOIN problem p ON p.id = k.problem_id "
                      "ORDER BY feedback_id DESC LIMIT 1")  # fmt: skip
    assert rows == [{"issue": "payment.refund", "method": "rule:lasting"}]


def test_an_event_told_within_days_remains_one(refunds):
    assert refunds(2).value(OF_EVENT.format("merged_into")) is None


def test_what_a_person_confirmed_is_not_taken_from_him(refunds):
    house = refunds(15)
    event = house.value(OF_EVENT.format("id"))
    with transaction() as session:
        deciding.confirm(session, event, By("person:李雷", house.now))
    refunds(30, REFUND[:1], 4)
    assert house.value("SELECT count(*) FROM problem_member WHERE problem_id = :event", event=event) == 5
    assert house.value(OF_EVENT.format("merged_into")) is None
