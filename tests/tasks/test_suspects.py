import random
from itertools import pairwise

import pytest
from sqlalchemy import text

from models.analysis import suspects
from models.engine import transaction
from tasks.suspects import mark_suspects

GENUINE = ("按键大老人看得清", "滤芯提醒很准换起来不用工具", "电池能撑两天不烫手",
           "箱子里垫了防水袋没有淋湿", "音量键在左边单手够得着",
           "锅底厚煎鱼不粘", "台灯亮度孩子自己会调", "窗帘关得安静夜里不吵",
           "说明书有大字版", "热水来得快冬天好用")  # fmt: skip
WAVE = "同一型号两个月内连续坏了三次，售后推来推去不给换，请大家不要上当"


def day(n):
    return f"2026-{1 + (n // 28):02d}-{1 + n % 28:02d}"


def ordinary(days, each=2):
    """Two reviews a day, each in words of its own."""
    rng, rows, letters = random.Random(4), [], "".join(GENUINE)
    for n in range(days):
        for k in range(each):
            text = GENUINE[(3 * n + k) % 10] + "，" + "".join(rng.choices(letters, k=rng.randrange(6, 20)))
            at = f"{day(n)} {8 + (n + 5 * k) % 12:02d}:{(7 * n + k) % 60:02d}:{(n + k) % 59 + 1:02d}"
            rows.append([f"g{n}-{k}", text, at, 5 - 2 * (k == 1 and n % 3 == 0), f"138{n:04d}{k:04d}", ""])
    return rows


def bought(n, count):
    words = ("很好用五星好评", "特别方便推荐大家", "非常不错点赞支持")
    return [
        [f"b{n}-{k}", words[k % 3], f"{day(n)} 03:{k % 20:02d}:{k % 50:02d}", 5, f"139{k:08d}", ""]
        for k in range(count)
    ]


def wave(n, count):
    return [
        [f"w{k}", WAVE + "！" * (k % 3), f"{day(n)} 10:{k:02d}:11", 1, f"137{k:08d}", ""]
        for k in range(count)
    ]


@pytest.fixture
def sql():
    """Read rows as tuples."""

    def read(query):
        with transaction() as session:
            return [tuple(row) for row in session.execute(text(query))]

    return read


@pytest.fixture
def judged(house):
    def run(rows):
        house.register()
        house.put(rows)
        house.collect()
        house.understand()
        return mark_suspects.fn(house.now)

    return run


def test_bought_praise_is_marked_listed_and_raises_an_alarm(judged, sql):
    counts = judged([*ordinary(70), *bought(60, 30)])
    assert counts["suspect_praise_burst"] >= 30
    marked = sql("SELECT count(*) FROM feedback WHERE suspect = 'praise_burst' AND text LIKE '%好评%'")
    assert marked == [(10,)]
    with transaction() as session:
        (found,) = suspects.suspicions(session)
        assert "好评" in suspects.examples(session, found)[0] + suspects.examples(session, found)[1]
    assert (str(found["started_on"]), str(found["seen_on"])) == (day(60), day(60))
    assert sql("SELECT kind, series FROM alarm") == [("praise_burst", "source:web")]


def test_a_wave_of_copies_counts_as_no_complaint_and_its_words_stay(judged, sql):
    judged([*ordinary(70), *wave(60, 12)])
    assert sql("SELECT count(*) FROM feedback WHERE suspect = 'copy_wave'") == [(12,)]
    complaints = sql(
        """SELECT count(*) FROM feedback f JOIN annotation a ON a.feedback_id = f.id
           WHERE f.disposition = 'accepted' AND f.suspect = 'copy_wave'"""
    )
    assert complaints == [(1,)]
    left = sql(
        """SELECT COALESCE(sum(d.events), 0) FROM issue_day d JOIN mention m ON m.issue = d.issue
           JOIN feedback f ON f.id = m.feedback_id WHERE f.suspect = 'copy_wave' AND d.day = f.occurred_at::date"""
    )
    assert left == [(0,)]


def test_a_quiet_source_stays_as_it_is(judged, sql):
    assert judged(ordinary(70)) == {}
    assert sql("SELECT count(*) FROM suspicion") == [(0,)]


def test_judging_again_changes_nothing(house, judged, sql):
    rows = [*ordinary(70), *bought(60, 30)]
    judged(rows)
    before = sql("SELECT id, suspect FROM feedback ORDER BY id")
    days = sql("SELECT issue, day, events FROM issue_day ORDER BY 1, 2")
    assert mark_suspects.fn(house.now) == {}
    assert sql("SELECT id, suspect FROM feedback ORDER BY id") == before
    assert sql("SELECT issue, day, events FROM issue_day ORDER BY 1, 2") == days
    assert sql("SELECT count(*) FROM alarm") == [(1,)]


FOUND = "SELECT kind, started_on, ended_on, seen_on, observed, round(expected::numeric, 6) FROM suspicion ORDER BY 1, 2"
MARKED = "SELECT record_key, suspect FROM feedback WHERE suspect IS NOT NULL ORDER BY 1"
RAISED = "SELECT kind, series, started_on, ended_on, raised_at FROM alarm ORDER BY 1, 2"


def test_a_history_read_at_once_is_judged_as_if_it_had_come_day_by_day(house, sql, another):
    rows = sorted(
        [*ordinary(70), *bought(60, 30), *bought(61, 12), *wave(64, 9)], key=lambda row: str(row[2])
    )
    house.register()
    ends = ["", day(60), day(61), day(62), day(65), "9999"]
    for since, until in pairwise(ends):
        house.put([row for row in rows if since <= str(row[2]) < until], f"until {until}.csv")
        house.collect()
        house.understand()
        mark_suspects.fn(house.now)
        house.gather()
    by_parts = [sql(FOUND), sql(MARKED), sql(RAISED)]

    whole = another()
    whole.register()
    whole.put(rows)
    whole.collect()
    whole.understand()
    mark_suspects.fn(whole.now)
    assert len(by_parts[0]) == 2
    assert [sql(FOUND), sql(MARKED), sql(RAISED)] == by_parts
