"""Reading history again: restartable, marked, with problems that stay themselves and verdicts that do not flip."""

from datetime import date, timedelta

import numpy as np
import pytest

from models.change import audit
from models.engine import transaction
from models.measures.proving import Reading, observe, readings
from settings import asset_bytes, asset_text, get_settings
from tasks import recode
from tasks.assets import model, taxonomy
from tasks.recode import recode_history, told
from tasks.verify import verify_due
from voc.errors import ConfigError
from voc.learning.features import SLOTS
from voc.learning.layer import Learned, Task, with_layer
from voc.learning.residual import Residual

MONDAY = date(2026, 1, 5)
LIVE = MONDAY + timedelta(days=84)
DUE = LIVE + timedelta(days=7 + 56 + 2)
ISSUE = "SELECT issue FROM mention WHERE polarity = -1 AND current GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"


@pytest.fixture(autouse=True)
def fresh_assets():
    """Model and taxonomy are read once a process; here every test has a home of its own."""
    model.cache_clear(), taxonomy.cache_clear()
    yield
    model.cache_clear(), taxonomy.cache_clear()


def put(name, data):
    (get_settings().folder("config") / name).write_bytes(data)
    model.cache_clear(), taxonomy.cache_clear()


def blind_to(issue):
    """Put a model to use that never sees an issue."""
    nothing = Residual(np.zeros((1, 1)), np.zeros(1), np.array([-50.0]))
    task = Task((issue,), np.array([0]), nothing, (1.0, 0.0))
    learned = Learned(np.ones(SLOTS, dtype=np.float32), {"issue": task})
    for name, data in zip(("tone.npz", "topics.npz"), with_layer(*shipped(), learned), strict=True):
        put(name, data)


def shipped():
    return asset_bytes("tone.npz"), asset_bytes("topics.npz")


def back_to(files):
    for name, data in zip(("tone.npz", "topics.npz"), files, strict=True):
        put(name, data)


def state(house):
    """Everything that reading again may change, without surrogate keys."""
    return house.rows(
        """
        SELECT f.record_key, a.model_version, a.taxonomy_version, a.type, a.priority, a.priority_parts::text, a.vague,
               (SELECT jsonb_agg(m.issue ORDER BY m.issue) FROM mention m WHERE m.annotation_id = a.id AND m.current
                AND m.polarity = -1) AS issues,
               (SELECT jsonb_agg(p.key ORDER BY p.key) FROM problem_member k JOIN problem p ON p.id = k.problem_id
                WHERE k.feedback_id = f.id) AS problems
        FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current ORDER BY f.record_key
        """
    )


@pytest.fixture
def lived(house, make):
    """Give a test a house with one problem that a hundred and more complained of, and its rows."""
    house.take_in(make["daily"](MONDAY, 40, lambda day: 4, 3))
    assert house.value("SELECT count(*) FROM problem") == 1
    return house


def test_killed_and_run_again_is_as_if_never_killed(lived, set_to, monkeypatch):
    files, before = shipped(), state(lived)
    set_to(batch_rows=100)
    blind_to(lived.value(ISSUE))
    calls = []

    def dying(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return rank(*arguments)

    rank = recode.rank
    monkeypatch.setattr(recode, "rank", dying)
    with pytest.raises(KeyboardInterrupt):
        recode_history.fn(lived.now)
    assert lived.rows("SELECT rows_recoded, finished_at FROM coding_break") == [
        {"rows_recoded": 100, "finished_at": None}
    ]
    assert recode_history.fn(lived.now) == {"recoded": 180, "left_problems": 160}
    lived.gather()
    assert recode_history.fn(lived.now) == {"recoded": 0, "left_problems": 0}
    (row,) = lived.rows("SELECT * FROM coding_break")
    assert (row["rows_recoded"], row["issue_changed"]) == (280, 160)
    assert row["finished_at"] is not None
    assert "160 → 0" in told(row)["area_changes"]
    assert lived.value("SELECT count(*) FROM problem") == 1
    assert lived.value("SELECT count(*) FROM problem_member") == 0

    # And back: what the first model had said is not asked again, it is current again.
    back_to(files)
    recode_history.fn(lived.now)
    lived.gather()
    assert state(lived) == before
    assert lived.value("SELECT count(*) FROM annotation") == 2 * 280
    with transaction() as session:
        assert audit(session, "problem") == []


def test_only_what_was_said_since_a_day_is_read_again(lived):
    blind_to(lived.value(ISSUE))
    assert recode_history.fn(lived.now, MONDAY + timedelta(days=39))["recoded"] == 7


def test_a_taxonomy_changed_under_its_old_version_is_refused(lived):
    put("taxonomy.toml", (asset_text("taxonomy.toml") + "\n# 改过\n").encode())
    with pytest.raises(ConfigError, match=r"VOC-042.*改写文件里的 version"):
        recode_history.fn(lived.now)
    assert lived.value("SELECT count(*) FROM coding_break") == 0


def test_a_new_version_of_the_taxonomy_reads_history_again_under_its_name(lived):
    old = taxonomy().version
    put(
        "taxonomy.toml",
        asset_text("taxonomy.toml").replace(f'version = "{old}"', 'version = "ours.1"').encode(),
    )
    assert recode_history.fn(lived.now)["recoded"] == 280
    lived.gather()
    assert lived.value("SELECT count(*) FROM problem_member") == 160
    assert lived.rows("SELECT taxonomy_version, replaced, type_changed, issue_changed FROM coding_break") == [
        {
            "taxonomy_version": "ours.1",
            "replaced": [[model().version, old]],
            "type_changed": 0,
            "issue_changed": 0,
        }
    ]


def test_swapping_the_model_mid_period_does_not_flip_a_verdict(house, make, set_to):
    set_to(verify_season_swing=0)  # so that eight weeks can show that nothing changed
    files = shipped()
    then, due = house.on(LIVE - timedelta(days=14)), house.on(DUE)
    then.act_on(make["daily"](MONDAY, 70, lambda day: 6, 4), LIVE)
    first = MONDAY + timedelta(days=70)
    swap, days = LIVE + timedelta(days=3), (DUE - first).days
    old = make["daily"](first, (swap - first).days, lambda day: 6, 4, start=20_000)
    due.take_in(old, "before.csv")
    blind_to(house.value(ISSUE))
    due.take_in(make["daily"](swap, days - (swap - first).days, lambda day: 6, 4, start=40_000), "after.csv")

    with transaction() as session:
        naive = observe(session, 1, LIVE + timedelta(days=7), DUE - timedelta(days=3))
        assert naive.numerator.sum() == 0  # which would be called a great success
        assert readings(session, MONDAY, DUE - timedelta(days=3)) == []
    assert verify_due.fn(due.now) == {"waits_for_recode": 1}
    assert house.value("SELECT count(*) FROM verification") == 0

    back_to(files)
    recode_history.fn(due.now)
    due.gather()
    with transaction() as session:
        assert readings(session, MONDAY, DUE - timedelta(days=3)) == [
            Reading(model().version, taxonomy().version)
        ]
    assert verify_due.fn(due.now) == {"ineffective": 1}
    lineage = house.value("SELECT lineage FROM verification")
    assert (lineage["model"], lineage["taxonomy"]) == (model().version, taxonomy().version)
