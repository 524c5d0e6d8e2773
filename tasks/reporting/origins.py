"""Where a number comes from: the query, the fingerprint of its rows, and by what the rows were read."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.views.reporting import digest
from tasks.analyse import model, taxonomy
from voc.reporting.facts import Lineage


@dataclass
class Origins:
    """The origins of one report, by key, in the order they were written down."""

    run: str
    entries: dict[str, Lineage] = field(default_factory=dict)

    def note(
        self, key: str, name: str, query: str, rows: object, definition: str = "", beside: object = None
    ) -> str:
        """Write down where a number comes from and return its key.

        `beside`: what else moves what is printed of it, the period before, a total, a state.
        """
        self.entries[key] = Lineage(
            key, f"models.reporting.{query}", digest(rows), model().version, taxonomy().version, "", self.run,
            name, definition, digest(beside),
        )  # fmt: skip
        return key

    def listed(self) -> tuple[Lineage, ...]:
        """Return all of them."""
        return tuple(self.entries.values())
