"""A process that imports one part of the models can still follow every foreign key."""

import os
import subprocess
import sys


def test_a_process_that_knows_one_table_finds_those_it_refers_to(home):
    code = (
        "from models.engine import transaction; from models.schema.loop import Problem; from sqlalchemy import insert\n"
        "from sqlalchemy.orm import configure_mappers\n"
        "with transaction() as session:\n"
        "    configure_mappers(); print(sorted(fk.column.table.name for fk in Problem.__table__.foreign_keys))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=False
    )
    assert "registry_group" in done.stdout, done.stderr
