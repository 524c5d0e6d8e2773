"""Parts of a running house are killed, one after the other, while it works: in the end nothing is lost or doubled."""

import random

import pytest

pytestmark = [pytest.mark.house, pytest.mark.timeout(3600)]
VICTIMS = ("flow", "flow", "flow", "flow", "worker", "prefect-server", "postgres", "everything")
# Where to kill: the question whose answer says that a source has come so far. Stage boundaries first.
REACHED = (
    "SELECT count(*) >= 1 FROM batch WHERE state = 'collected'",
    "SELECT count(*) >= 1 FROM batch WHERE state = 'checked'",
    "SELECT count(*) >= {n} FROM batch WHERE state = 'analysed'",
    'SELECT count(*) > {cases} FROM "case"',
)
DONE = """SELECT count(*) = 0 FROM batch WHERE state <> 'analysed' OR aggregated_at IS NULL"""
RESUMED = 180  # seconds


def take_in(house, name, patience=900):
    """Start collecting a source, as its schedule does, and wait until all of it is digested."""
    house.start("采集", sources=[name])
    finished = f"""SELECT count(*) = 1 FROM delivery d JOIN source s ON s.id = d.source_id
                   WHERE s.name = '{name}' AND d.finished_at IS NOT NULL"""
    house.until(lambda: house.true(finished), patience, f"{name} was not collected")
    house.until(lambda: house.true(DONE), patience, f"{name} was not digested")


def settle(house):
    """Let the last runs end, and improve once."""
    house.until(lambda: house.active() == 0, 600, "runs do not end")
    run = house.start("改进")
    house.until(lambda: house.state_of(run) == "COMPLETED", 600, "improving did not end")
    house.until(lambda: house.active() == 0, 600, "runs do not end")


def parts(rows, count):
    return {f"part{n}": rows[n::count] for n in range(count)}


@pytest.mark.parametrize("order", ["as listed"])
def test_whatever_is_killed_the_tables_end_as_if_nothing_had_happened(new_house, rows, final, seed, order):
    lots = random.Random(seed)
    sources = parts(rows, len(VICTIMS))
    quiet, troubled = new_house(), new_house()
    for house in (quiet, troubled):
        house.register(**sources)
    quiet.serve()
    for name in sources:
        take_in(quiet, name)
    settle(quiet)
    undisturbed = final(quiet)
    quiet.close()
    assert len(undisturbed["feedback"]) > 1_000

    troubled.serve()
    for place, (name, victim) in enumerate(zip(sources, VICTIMS, strict=True)):
        batches, cases = (
            troubled.ask(q)[0][0] for q in ("SELECT count(*) FROM batch", 'SELECT count(*) FROM "case"')
        )
        where = REACHED[place] if place < len(REACHED) else lots.choice(REACHED[:3])
        question = where.format(n=batches + 1, cases=cases)
        troubled.start("采集", sources=[name])
        troubled.until(lambda asked=question: troubled.true(asked), 600, f"never reached: {question}")
        troubled.kill(victim)
        before = progress(troubled) if victim not in ("postgres", "everything") else None
        if victim == "everything":
            troubled.process = None
            troubled.serve()
        took = troubled.until(
            lambda b=before: went_on(troubled, b), RESUMED, f"not resumed after killing {victim}"
        )
        print(f"killed {victim} at [{question}]: went on after {took:.0f} s")  # noqa: T201
        take_in(troubled, name)
    settle(troubled)
    assert final(troubled) == undisturbed


def progress(house):
    return house.ask("SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM batch WHERE state <> 'collected'), "
                     "(SELECT count(*) FROM batch WHERE state = 'analysed'), (SELECT count(*) FROM batch WHERE "
                     'aggregated_at IS NOT NULL), (SELECT count(*) FROM "case")')  # fmt: skip


def went_on(house, before):
    """Tell whether anything moved on since the kill, or nothing is left to do."""
    if before is None:
        return house.true("SELECT true") and house.active() >= 0
    return progress(house) != before or house.true(DONE)


def test_five_runs_of_one_source_at_once_store_everything_once(new_house, rows):
    house = new_house()
    house.register(reviews=rows[:600])
    house.run("-c", "from models.engine import database_url; import atexit; database_url(); atexit._clear()")
    runs = [house.collect_at_once("reviews") for _ in range(5)]
    assert 0 in [run.wait(300) for run in runs]
    assert house.collect_at_once("reviews").wait(300) == 0
    assert house.ask("SELECT count(*), count(DISTINCT record_key) FROM vault.raw_record") == [(600, 600)]


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
