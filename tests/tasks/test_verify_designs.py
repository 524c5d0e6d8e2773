"""How real verifications choose and use their design: controls, channels, audits, other measures, written contracts."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cli import contract as command
from models.change import By
from models.engine import transaction
from models.measures import contracting, deciding, observing
from models.measures.observing import Rollout
from models.measures.proving import contract_of
from tasks.verify import verify_due
from voc.effect.contract import fingerprint, parse
from voc.errors import InputError

MONDAY = date(2026, 1, 5)
LIVE = MONDAY + timedelta(days=84)
DUE = LIVE + timedelta(days=7 + 56 + 2)
LATE, FINE = "约好的安装师傅没来", "质量很好，用着放心"


def rows(make, first, days, counts, start):
    """Rows of complaints by region: counts[region](day) of them, and three other words in each region a day."""
    made = []
    for day in range(days):
        for region, count in counts.items():
            said = [(LATE, "1")] * count(day) + [(FINE, "5")] * 3
            for words, rating in said:
                number = start + len(made)
                minute = len(made) % 600
                made.append([f"R{number}", words, make["at"](first + timedelta(days=day), minute), rating,
                             make["phone"](number), region])  # fmt: skip
    return made


def taken_on(house, where=None):
    action = int(house.value("SELECT max(id) FROM action"))
    with transaction() as session:
        deciding.approve(session, action, By("person:李雷", house.now))
        deciding.accept(session, action, LIVE, By("person:李雷", house.now), where)
    return action


def implemented(house, action):
    with transaction() as session:
        deciding.start(session, action, By("person:李雷", house.now))
        deciding.implement(session, action, house.on(LIVE).now, By("person:李雷", house.now))


@pytest.fixture
def half_live(house, make):
    """A measure that goes live in Chengdu alone, while complaints rise by half everywhere for another reason."""
    then, due = house.on(LIVE - timedelta(days=7)), house.on(DUE)
    then.take_in(rows(make, MONDAY, 77, {"成都": lambda d: 3, "重庆": lambda d: 4, "西安": lambda d: 4}, 1))
    then.improve()
    action = taken_on(then, Rollout("region", {"成都": LIVE}))
    implemented(then, action)
    first = MONDAY + timedelta(days=77)
    after = {"成都": lambda d: 3 if first + timedelta(days=d) < LIVE else d % 2, "重庆": lambda d: 6,
             "西安": lambda d: 6}  # fmt: skip
    due.take_in(rows(make, first, (DUE - first).days, after, 20_000), "after.csv")
    return due


def test_a_measure_that_goes_live_in_one_region_is_judged_beside_the_others(half_live):
    contract = parse(half_live.value("SELECT body FROM contract"))
    assert contract.design == "cits"
    assert contract.population == {"region": ["成都"]}
    assert sorted(contract.control["region"]) == ["西安", "重庆"]
    assert "对照" in contract.design_reason
    assert verify_due.fn(half_live.now) == {"effective": 1}
    (row,) = half_live.rows("SELECT result, lineage FROM verification")
    assert row["result"]["design"] == "cits"
    assert row["result"]["change"] < -0.5
    assert row["result"]["adjusted_p"] == pytest.approx(row["result"]["p_value"])


def test_what_is_stored_can_be_drawn_and_told(half_live):
    verify_due.fn(half_live.now)
    (row,) = half_live.rows("SELECT result FROM verification")
    result = row["result"]
    picture = result["picture"]
    assert len({len(picture[name]) for name in ("start", "observed", "expected", "low", "high")}) == 1
    assert (picture["went_live"], picture["days"]) == (LIVE.isoformat(), 7)
    assert {"name", "ok", "sentence"} == set(result["diagnostics"][0])
    assert "units" in {check["name"] for check in result["diagnostics"]}
    assert result["adjusted"]["classifier"]["applied"] is False
    json.dumps(result, allow_nan=False)


@pytest.fixture
def accepted(house, make):
    """A measure that was taken on and has not gone live."""
    then = house.on(LIVE - timedelta(days=14))
    then.take_in(make["daily"](MONDAY, 70, lambda day: 6, 10))
    then.improve()
    taken_on(then)
    return then


def test_the_contract_says_why_its_design_is_no_higher_and_how_long_it_takes(accepted):
    contract = parse(accepted.value("SELECT body FROM contract"))
    assert (contract.design, contract.version) == ("before_after", 3)
    assert "不足一年" in contract.design_reason
    assert contract.weeks_needed is None or contract.weeks_needed > 0


def test_a_contract_is_written_anew_until_the_go_live_and_the_old_one_is_kept(accepted):
    first = accepted.value("SELECT locked_hash FROM contract")
    with transaction() as session:
        new = contracting.rewrite(
            session, 1, By("person:韩梅梅", accepted.now), smallest_effect=0.3, followup_days=84
        )
    with transaction() as session:
        row = contract_of(session, 1)
        assert (row.revision, row.locked_hash, row.locked_by) == (2, fingerprint(new), "person:韩梅梅")
        assert (parse(row.body).smallest_effect, parse(row.body).followup_days) == (0.3, 84)
        assert [(old.revision, old.locked_hash) for old in contracting.versions(session, 1)] == [(1, first)]
    implemented(accepted, 1)
    with pytest.raises(InputError, match="已经落地"), transaction() as session:
        contracting.rewrite(session, 1, By("person:韩梅梅", accepted.now), smallest_effect=0.1)
    with pytest.raises(DBAPIError, match="is locked"), transaction() as session:
        session.execute(text("UPDATE contract SET revision = 3, locked_at = now()"))


def test_people_see_try_and_rewrite_a_contract(accepted, capsys):
    command.propose(1, where=["region=成都"])
    assert accepted.value("SELECT count(*) FROM action_rollout") == 0
    command.rewrite(1, smallest=0.3, followup_weeks=12, by="韩梅梅")
    command.show(1)
    said = capsys.readouterr().out
    for words in ("实施范围：地区 成都", "没有保存", "至少下降 30%", "第 2 版", "此前第 1 版"):
        assert words in said


def test_a_suggestion_for_some_regions_names_what_it_lacks(accepted):
    with transaction() as session:
        observing.plan(session, 1, "region", {"成都": LIVE})
        contract = contracting.rewrite(session, 1, By("person:韩梅梅", accepted.now))
    assert (contract.design, contract.control) == ("before_after", None)
    assert contract.population == {"region": ["成都"]}
    assert "对照" in contract.design_reason


def lived(house, make, after, start=30_000):
    implemented(house, 1)
    due = house.on(DUE)
    first = MONDAY + timedelta(days=70)
    days = (DUE - first).days
    told = make["daily"](
        first, days, lambda d: 6 if first + timedelta(days=d) < LIVE else after, 10, start=start
    )
    due.take_in(told, "after.csv")
    return due


EVENT = """
    INSERT INTO problem (key, kind, area, name, state, "round", department, first_seen_at, detected_at, alarm_from,
                         alarm_until, changed_at)
    SELECT 'event:1', 'incident', area, '同一件事', 'verifying', 1, department, first_seen_at, detected_at,
           alarm_from, alarm_until, changed_at FROM problem WHERE id = 1
"""
ITS_MEASURE = """
    INSERT INTO action (problem_id, "round", measure, detail, kind, dimension, state, own_round, department, due_at,
                        went_live, changed_at)
    SELECT 2, 1, '另一项措施', '…', kind, dimension, 'implemented', 1, department, due_at,
           went_live + interval '10 days', changed_at FROM action WHERE id = 1
"""
MEMBERS = """
    INSERT INTO problem_member (problem_id, feedback_id, method) SELECT 2, id, 'rule:event' FROM feedback f
    WHERE (EXISTS (SELECT 1 FROM problem_member m WHERE m.problem_id = 1 AND m.feedback_id = f.id))
          = (f.id % :share = 0)
"""


@pytest.mark.parametrize(("share", "code"), [(2, "not_identifiable"), (40, "effective")])
def test_two_measures_on_problems_that_share_their_feedback_are_never_both_credited(
    accepted, make, share, code
):
    due = lived(accepted, make, 1)
    with transaction() as session:
        session.execute(text(EVENT))
        session.execute(text(ITS_MEASURE))
        # Half of the feedback is shared, or next to nothing.
        session.execute(text(MEMBERS), {"share": share})
    assert verify_due.fn(due.now) == {code: 1}


READ = """
    WITH sample AS (
        INSERT INTO audit_sample (week, first_day, seed, population, strata, areas, drawn_at)
        VALUES ('2026-W15', '2026-04-06', 1, 100, '[]', '[]', now()) RETURNING id
    ), item AS (
        INSERT INTO audit_item (sample_id, feedback_id, stratum, chance, type, area, model_version)
        SELECT s.id, m.feedback_id, 0, 0.1, 'complaint', p.area, 'm'
        FROM sample s, problem p, (SELECT feedback_id FROM problem_member ORDER BY 1 LIMIT 60) m WHERE p.id = 1
        RETURNING id, area
    )
    INSERT INTO audit_reading (item_id, reader, type, area, note, read_at)
    SELECT id, '甲', CASE WHEN id % 5 = 0 THEN 'praise' ELSE 'complaint' END, area, '', now() FROM item
"""


def test_what_the_weekly_audit_found_is_in_the_interval(accepted, make):
    due = lived(accepted, make, 1)
    with transaction() as session:
        session.execute(text(READ))
    verify_due.fn(due.now)
    (row,) = due.rows("SELECT result FROM verification")
    told = row["result"]["adjusted"]["classifier"]
    assert (told["applied"], told["read"]) == (True, 60)
    assert told["precision"] == pytest.approx(0.8, abs=0.02)
    assert row["result"]["change_low"] < told["counted"][1]


def test_twice_the_surveys_at_a_constant_rate_read_no_change(house, make, set_to):
    set_to(verify_season_swing=0)
    then, due = house.on(LIVE - timedelta(days=14)), house.on(DUE)
    then.register("survey", channel="sms")
    then.put(make["daily"](MONDAY, 70, lambda day: day % 2, 10, start=500_000), "s.csv", "survey")
    then.collect("survey")
    then.take_in(make["daily"](MONDAY, 70, lambda day: 8, 4))
    then.improve()
    taken_on(then)
    implemented(then, 1)
    first = MONDAY + timedelta(days=70)
    calm, days = (LIVE - first).days, (DUE - first).days
    due.put(make["daily"](first, calm, lambda day: day % 2, 10, start=600_000), "s1.csv", "survey")
    due.put(make["daily"](LIVE, days - calm, lambda day: 1, 20, start=700_000), "s2.csv", "survey")
    due.collect("survey")
    due.take_in(make["daily"](first, days, lambda day: 8, 4, start=20_000), "after.csv")
    assert verify_due.fn(due.now) == {"ineffective": 1}
    (row,) = due.rows("SELECT result FROM verification")
    mix = row["result"]["adjusted"]["mix"]
    assert mix["crude"][1] < 0.8 * mix["crude"][0]  # which would have been praised
    assert abs(row["result"]["change"]) < 0.1
