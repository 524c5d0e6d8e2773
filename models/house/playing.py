"""Whose data a house holds: those of the simulated company may be cleared away, anybody's own never."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.schema.intake import Source
from voc.simulation.sources import definitions

# Where a house's own data begin, before any feedback was collected.
BEGUN = text("""
    SELECT EXISTS (SELECT FROM source) OR EXISTS (SELECT FROM operation_figure)
        OR EXISTS (SELECT FROM business_event) OR EXISTS (SELECT FROM survey)
        OR EXISTS (SELECT FROM app_user) OR EXISTS (SELECT FROM api_key)""")


def is_played(session: Session) -> bool:
    """Tell whether the simulated company lives here, and it alone: no source but its own, as it defines them."""
    company = definitions()
    stored = session.execute(select(Source.name, Source.definition)).tuples()
    defined = {name: {k: v for k, v in one.items() if k != "path"} for name, one in stored}
    return bool(defined) and all(company.get(name) == one for name, one in defined.items())


def is_unused(session: Session) -> bool:
    """Tell whether nobody has begun to work here."""
    return not session.scalar(BEGUN)
