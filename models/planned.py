"""Queries of the portal that PostgreSQL plans once a connection.

The rules of rows turn a query of the desk into a hundred small plans: working them out takes twenty times as long as
running them. A prepared statement keeps its plan, and holds the rules as any other query does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

_NAMED = re.compile(r"(?<![:\w]):([a-z_]+)\b")


def planned(session: Session, query: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run a query with `:named` values, prepared on its connection the first time; return its rows."""
    name, prepare, execute = _statements(query)
    connection = session.connection()
    there: set[str] = connection.info.setdefault("planned", set())
    if name not in there:
        connection.execute(text(prepare))
        there.add(name)
    return [dict(row) for row in connection.execute(text(execute), values).mappings()]


@lru_cache(maxsize=256)
def _statements(query: str) -> tuple[str, str, str]:
    names = list(dict.fromkeys(_NAMED.findall(query)))
    name = "planned_" + hashlib.sha256(query.encode()).hexdigest()[:16]
    numbered = _NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", query)
    given = ", ".join(f":{one}" for one in names)
    return name, f"PREPARE {name} AS {numbered}", f"EXECUTE {name}({given})" if names else f"EXECUTE {name}"
