"""Reach: how many of those who spoke to us were told what became of it; who left no way to be told is counted apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reach:
    """Cases of a period, those without any way to reach the customer, and who was told what."""

    cases: int
    unreachable: int
    confirmed: int
    solved: int
    solved_reachable: int
    told: int

    @property
    def share_told(self) -> float | None:
        """Share of solved cases whose customer could be told and was; None when there were none."""
        return self.told / self.solved_reachable if self.solved_reachable else None

    @property
    def share_confirmed(self) -> float | None:
        """Share of reachable customers who got the confirmation; None when there were none."""
        reachable = self.cases - self.unreachable
        return self.confirmed / reachable if reachable else None
