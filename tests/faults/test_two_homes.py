"""Two machines against one database: separate processes with separate homes share the work and do nothing twice."""

import shutil
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.house, pytest.mark.timeout(1800)]
# What a worker does: read its sources, then check, analyse, gather and open cases until nothing is left.
WORK = """
import sys
from datetime import UTC, datetime
from prefect.logging import disable_run_logger
from tasks.aggregate import aggregate_problems
from tasks.analyse import analyse_waiting
from tasks.check import check_waiting
from tasks.collect import read_source
from tasks.improve import open_cases
now = datetime.now(UTC)
with disable_run_logger():
    for name in [*sys.argv[1:], ""]:
        if name:
            read_source(name, now)
        for step in (check_waiting, analyse_waiting, aggregate_problems, open_cases):
            step.fn(now)
"""
# What does not depend on who was first; which of two copies is the original does.
SUMS = """
    SELECT (SELECT count(*) FROM vault.raw_record), (SELECT count(DISTINCT record_key) FROM vault.raw_record),
           (SELECT count(*) FROM feedback), (SELECT count(*) FROM annotation),
           (SELECT count(*) FROM batch WHERE state <> 'analysed' OR aggregated_at IS NULL),
           (SELECT count(*) FROM "case"), (SELECT count(*) FROM outbox WHERE event = 'case_opened')"""


def test_two_workers_with_homes_of_their_own_store_what_one_would(new_house, rows):
    sources = {f"part{n}": rows[n::4] for n in range(4)}
    alone, first, second = new_house(), new_house(), new_house()
    alone.register(**sources)
    alone.run("-c", WORK, *sources)
    expected = alone.asleep(lambda house: house.ask(SUMS))

    first.register(**sources)
    # The same customer must be the same one to both.
    first.run("-c", "from settings import get_settings; get_settings().pseudonym_key()")
    shutil.copytree(first.home / "secrets", second.home / "secrets", dirs_exist_ok=True)

    def together(house):
        lines = (house.home / "postgres" / "postmaster.pid").read_text().splitlines()
        url = f"postgresql://postgres@/postgres?host={lines[4]}&port={lines[3]}"
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", WORK, *names], env={**one.environment, "VOC_DATABASE_URL": url}
            )
            for one, names in ((first, ("part0", "part1")), (second, ("part2", "part3")))
        ]
        assert [worker.wait(900) for worker in workers] == [0, 0]
        subprocess.run(
            [sys.executable, "-c", WORK], env={**first.environment, "VOC_DATABASE_URL": url}, check=True
        )
        return house.ask(SUMS)

    (found,) = first.asleep(together)
    assert (found,) == tuple(expected)
    assert found[0] == len(rows)
    # A few of the reviews came again, edited: a new version each, under the same key.
    assert found[1] == len({row["评价ID"] for row in rows})
    assert found[4] == 0
