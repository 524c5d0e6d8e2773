"""A changed row names exactly the numbers it moves: beside a house in which it was so from the first day."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from sqlalchemy import text

from models.change import By, advance
from models.customers import asking
from models.engine import transaction
from settings import asset_text
from tasks.improve import open_cases
from tasks.report import Wanted, write
from tasks.reporting.facts import gather, scope_of
from tasks.reporting.replay import replay
from tasks.verify import verify_due
from voc.reporting.ledger import PART_NAMES, printed
from voc.surveys.forms import parse_surveys

MONDAY = date(2026, 1, 5)
LIVE = MONDAY + timedelta(days=84)
DUE = LIVE + timedelta(days=80)
SPOKEN = DUE - timedelta(days=40)  # in the follow-up, and in the month of the monthly report
KINDS = (Wanted("run", paper=False), Wanted("monthly", paper=False))


@dataclass(frozen=True)
class Told:
    """What a house was told; each field is one thing that may be told otherwise."""

    words: str = "约好的安装师傅没来"
    rating: str = "5"
    day: date = MONDAY + timedelta(days=70)
    solved_after: int = 5
    orders: int = 40
    answer: str = "1"


@dataclass(frozen=True)
class Change:
    """A thing told otherwise: to a house from the first day, and in one that has written its reports."""

    told: Told
    table: str
    column: str
    where: str
    new: object


def received(told, number, **cells):
    """A cell of what was received, changed."""
    return Change(told, "vault.raw_record", "payload", f"record_key = '{number}'", cells)


SOLVED = datetime.combine(LIVE - timedelta(days=13), time(9), timezone(timedelta(hours=8)))
FINE = "质量很好，用着放心"
CHANGES = {
    "words": received(Told(words=FINE), "R20204", 内容=FINE),
    "rating": received(Told(rating="2"), "R20133", 评分="2"),
    "time": received(Told(day=SPOKEN), "R20000", 时间=f"{SPOKEN} 09:00"),
    "answer": received(Told(answer="5"), "a-0", score="5"),
    "closing": Change(
        Told(solved_after=200), "case_log", '"at"', "step = 'resolve'", SOLVED + timedelta(hours=200)
    ),
    "orders": Change(Told(orders=90), "operation_figure", "value", f"day = '{SPOKEN}'", 90),
}


def lived(house, make, told=Told()):
    """A house whose loop has turned once, with cases, orders and answers to a questionnaire."""
    then, due = house.on(LIVE - timedelta(days=14)), house.on(DUE)
    then.trade(MONDAY, (SPOKEN - MONDAY).days, 40)
    then.trade(SPOKEN, 1, told.orders)
    then.trade(SPOKEN + timedelta(days=1), 60, 40)
    then.take_in(make["daily"](MONDAY, 70, lambda day: 3, 2))
    open_cases.fn(then.now)
    then.improve()
    then.carry_out(LIVE)
    worked(then, told)
    answered(house.on(SPOKEN), told)
    later = make["daily"](MONDAY + timedelta(days=70), 94, lambda day: 4 if day < 14 else 1, 2, start=20_000)
    later[204][1], later[133][3], later[0][2] = told.words, told.rating, make["at"](told.day)
    due.take_in(later, "b.csv")
    verify_due.fn(due.now)
    return due


def worked(house, told):
    """Answer and solve the first case."""
    start = house.on(LIVE - timedelta(days=13)).now
    for step, hours in (("respond", 1), ("resolve", told.solved_after)):
        with transaction() as session:
            advance(session, "case", step, {1: {}}, By("person:李雷", start + timedelta(hours=hours)))


def answered(house, told):
    with transaction() as session:
        asking.write_down(session, parse_surveys(asset_text("surveys.toml"))["csat"], house.now)
        row = asking.publish(session, "csat", house.now)
        for n, score in enumerate((told.answer, "2", "4")):
            said = {"score": score, "part": "响应速度", "words": f"等安装师傅等了一天，第{n}次了"}
            asking.take(session, row, f"a-{n}", said, "", house.now)


def filed(house):
    reports = []
    for wanted in KINDS:
        with transaction() as session:
            report = write(session, wanted, house.now)
            session.expunge(report)
        reports.append(report)
    return reports


def read_off(reports):
    """What the house that is at hand says in the places of these reports, undrawn."""
    with transaction() as session:
        return [printed(gather(session, scope_of(dict(report.scope)))) for report in reports]


def differing(one, other):
    """Keys and parts that two reports print differently."""
    return {
        (key, PART_NAMES.get(part, part))
        for key in {*one, *other} for part in {*one.get(key, {}), *other.get(key, {})}
        if one.get(key, {}).get(part) != other.get(key, {}).get(part)
    }  # fmt: skip


def named(house, reports, change):
    """What replays of reports name while a thing is changed; it is put back."""
    was = house.value(f"SELECT {change.column} FROM {change.table} WHERE {change.where}")
    try:
        put(change, {**was, **change.new} if change.column == "payload" else change.new)
        return [replay(report, house.now).comparison for report in reports]
    finally:
        put(change, was)


def put(change, value):
    kept = json.dumps(value) if change.column == "payload" else value
    with transaction() as session:
        # Whoever changes the past gets past the triggers that refuse it.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        query = f"UPDATE {change.table} SET {change.column} = :value WHERE {change.where}"
        session.execute(text(query), {"value": kept})


def test_a_replay_names_what_another_house_prints_otherwise_that_was_told_so_at_once(house, another, make):
    reports = filed(first := lived(house, make))
    found = {name: named(first, reports, change) for name, change in CHANGES.items()}
    names = {
        name: [{(one.key, one.part) for one in moved.moved} for moved in both] for name, both in found.items()
    }
    true = {}
    for name, change in CHANGES.items():
        lived(another(), make, change.told)
        true[name] = [differing(was.facts, now) for was, now in zip(reports, read_off(reports), strict=True)]
    assert names == true
    assert [name for name, both in true.items() if not any(both)] == []
    blamed = [one for both in found.values() for moved in both for one in moved.moved if not one.rows_changed]
    assert blamed == []
