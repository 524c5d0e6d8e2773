"""Signs of gaming as the report shows them, and the cases whose closure does not count."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import gaming
from models.reporting import Asked, department_names
from voc.facts import Flag


def flags(session: Session, asked: Asked) -> list[Flag]:
    """List the signs of gaming of a period, as far as they could be known at the moment of the report."""
    rows = gaming.flags(session, asked.since, min(asked.until, asked.now))
    whose = [row for row in rows if asked.department in (None, row["department"])]
    names = department_names(session)
    return [
        Flag(row["name"], names.get(row["department"], row["department"]), row["subject"], row["sentence"])
        for row in whose
    ]


def gamed_cases(session: Session, asked: Asked) -> frozenset[int]:
    """Return the numbers of the cases whose closure is a sign of gaming."""
    return gaming.gamed_cases(session, asked.since, min(asked.until, asked.now))
