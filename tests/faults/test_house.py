"""Parts of a running house are killed, one after the other, while it works: in the end nothing is lost or doubled."""

import random
import time

import pytest

pytestmark = [pytest.mark.house, pytest.mark.timeout(3600)]
# What is killed, and how far the source at hand has come by then: the boundaries of the stages first, then by lot.
COLLECTED = "SELECT count(*) >= 1 FROM batch WHERE state = 'collected'"
CHECKED = "SELECT count(*) >= 1 FROM batch WHERE state = 'checked'"
ANALYSED = "SELECT count(*) > {batches} FROM batch WHERE state = 'analysed'"
CASES = 'SELECT count(*) > {cases} FROM "case"'
KILLS = (
    ("flow", COLLECTED),
    ("flow", CHECKED),
    ("flow", ANALYSED),
    ("flow", CASES),
    ("worker", None),
    ("prefect-server", None),
    ("postgres", None),
    ("everything", None),
)
DONE = "SELECT count(*) = 0 FROM batch WHERE state <> 'analysed' OR aggregated_at IS NULL"
RESUMED = 180  # seconds
AWAY = 600  # seconds
# The same stages called one after the other in one process that nobody disturbs, source by source.
UNDISTURBED = """
import asyncio, sys
from datetime import UTC, datetime
from prefect.logging import disable_run_logger
from tasks.aggregate import aggregate_problems
from tasks.analyse import analyse_waiting
from tasks.check import check_waiting
from tasks.collect import read_source
from tasks.improve import confirm_problems, diagnose_problems, open_cases, propose_actions
from tasks.suspects import mark_suspects
now = datetime.now(UTC)
with disable_run_logger():
    for name in sys.argv[1:]:
        read_source(name, now)
        for step in (check_waiting, analyse_waiting, mark_suspects, aggregate_problems, open_cases):
            step.fn(now)
    for step in (confirm_problems, diagnose_problems, propose_actions):
        step.fn(now)
"""


def take_in(house, name, patience=900):
    """Collect a source, as its schedule does, and wait until all of it is digested."""
    house.start("采集", sources=[name])
    house.until(lambda: house.true(collected(name)), patience, f"{name} was not collected")
    house.until(lambda: house.true(DONE), patience, f"{name} was not digested")


def collected(name):
    """Return the question whether a source was read to its end."""
    return f"""SELECT count(*) = 1 FROM delivery d JOIN source s ON s.id = d.source_id
               WHERE s.name = '{name}' AND d.finished_at IS NOT NULL"""


def settle(house):
    """Let the last runs end, take up what they left, and improve once."""
    for name in ("处理", "改进"):
        house.until(lambda: house.active() == 0, 900, "runs do not end")
        run = house.start(name)
        house.until(lambda r=run: house.state_of(r) in ("COMPLETED", "CANCELLED"), 900, f"{name} did not end")
    house.until(lambda: house.active() == 0, 900, "runs do not end")


def strike(house, name, victim, where):
    """Start a source, kill a part when the source has come so far, and wait until the house goes on by itself."""
    ((batches, cases),) = house.ask("""SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM "case")""")
    question = where.format(batches=batches, cases=cases)
    house.start("采集", sources=[name])
    house.until(lambda: house.true(question), 900, f"never reached: {question}")
    before = progress(house)
    house.kill(victim)
    house.revive(victim)
    took = house.until(lambda: went_on(house, before), RESUMED, f"not resumed after killing {victim}")
    print(f"killed {victim} at [{question}]: went on after {took:.0f} s")  # noqa: T201
    take_in(house, name)


def test_whatever_is_killed_the_tables_end_as_if_nothing_had_happened(new_house, rows, final, seed):
    lots = random.Random(seed)
    sources = {f"part{n}": rows[n :: len(KILLS)] for n in range(len(KILLS))}
    quiet, troubled = new_house(), new_house()
    quiet.register(**sources)
    quiet.run("-c", UNDISTURBED, *sources)
    undisturbed = quiet.asleep(final)
    assert len(undisturbed["feedback"]) > 1_000
    assert len(undisturbed["cases"]) > 50

    troubled.register(**sources)
    troubled.serve()
    for name, (victim, where) in zip(sources, KILLS, strict=True):
        strike(troubled, name, victim, where or lots.choice((COLLECTED, CHECKED, ANALYSED)))
    settle(troubled)
    assert final(troubled) == undisturbed


def progress(house):
    """Say how far the house has come; nothing while its database is away."""
    return house.answer("""
        SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM batch WHERE state <> 'collected'),
               (SELECT count(*) FROM batch WHERE state = 'analysed'), (SELECT count(*) FROM feedback),
               (SELECT count(*) FROM batch WHERE aggregated_at IS NOT NULL), (SELECT count(*) FROM "case")""")


def went_on(house, before):
    """Tell whether anything moved on since, or nothing is left to do."""
    now = progress(house)
    return bool(now) and (now != before or house.true(DONE))


def test_five_runs_of_one_source_at_once_store_everything_once(new_house, rows):
    house = new_house()
    house.register(reviews=rows[:600])
    runs = [house.collect_at_once("reviews") for _ in range(5)]
    assert 0 in [run.wait(300) for run in runs]
    assert house.collect_at_once("reviews").wait(300) == 0
    counted = house.asleep(
        lambda awake: awake.ask("SELECT count(*), count(DISTINCT record_key) FROM vault.raw_record")
    )
    # A few of the reviews came again, edited: a new version each, under the same key.
    assert counted == [(600, len({row["评价ID"] for row in rows[:600]}))]


def test_while_prefect_is_away_messages_leave_and_events_wait_to_be_reacted_to(new_house, rows):
    house = new_house()
    house.register(reviews=rows[:300])
    house.serve()
    take_in(house, "reviews")
    house.until(lambda: house.active() == 0, 600, "runs do not end")
    house.hold("prefect-server")
    house.say_urgent()
    waiting = (
        "SELECT count(*) > 0 FROM event_outbox WHERE state = 'waiting' AND event = 'voc.feedback.urgent'"
    )
    assert house.true(waiting)
    assert "id" in house.run("-m", "cli", "problems", "--json")
    unsent = "SELECT count(*) = 0 FROM outbox WHERE state IN ('pending', 'retry')"
    house.until(lambda: house.true(unsent), 120, "messages wait")
    house.go_on()
    house.until(lambda: not house.true(waiting), 180, "events were not posted")
    answered = """SELECT count(*) > 0 FROM "case" k JOIN feedback f ON f.id = k.feedback_id
                  WHERE f.text LIKE '%冒烟起火%'"""
    house.until(lambda: house.true(answered), 180, "nobody reacted")


def test_ten_minutes_without_prefect_fail_nothing_that_is_under_way(new_house, rows, final):
    sources = {"before": rows[:300], "under_way": rows[300:]}
    quiet, house = new_house(), new_house()
    quiet.register(**sources)
    quiet.run("-c", UNDISTURBED, *sources)
    undisturbed = quiet.asleep(final)

    house.register(**sources)
    house.serve()
    take_in(house, "before")
    house.until(lambda: house.active() == 0, 900, "runs do not end")
    house.start("采集", sources=["under_way"])
    house.until(lambda: house.true(COLLECTED), 900, "nothing is collected")
    house.hold("prefect-server")
    away = time.monotonic()
    took = house.until(lambda: house.true(collected("under_way")), AWAY, "what was under way did not end")
    print(f"without Prefect: collected to the end after {took:.0f} s")  # noqa: T201
    time.sleep(max(0.0, away + AWAY - time.monotonic()))
    house.go_on()
    took = house.until(lambda: house.true(DONE), RESUMED * 2, "not taken up again")
    print(f"Prefect back after {AWAY} s: everything digested after {took:.0f} s")  # noqa: T201
    settle(house)
    assert final(house) == undisturbed
