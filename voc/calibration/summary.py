"""What a rehearsal says: rates with their intervals, and one sentence on whether the promise was kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voc.calibration.loops import Tally, Terms
from voc.calibration.world import World
from voc.effect.intervals import wilson

COVERED = (0.93, 0.97)
FACTORS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


@dataclass(frozen=True)
class Row:
    """One world: its habits, what loops came to in which nothing worked, and what became of true effects."""

    world: World
    nothing: Tally
    power: Mapping[float, Tally]

    def rate(self, name: str) -> tuple[float, float, float]:
        """Share of the loops with its 95 % interval (Wilson)."""
        low, high = wilson(float(getattr(self.nothing, name)), float(self.nothing.loops))
        return self.nothing.share(name), float(low), float(high)

    def curve(self) -> list[tuple[float, float, float]]:
        """(true relative change, share 有效, share 有效 or 部分有效), from none to the largest drop."""
        tallies = {1.0: self.nothing, **self.power}
        return [
            (factor - 1, t.verdicts["effective"] / max(t.loops, 1), t.share("credited"))
            for factor, t in sorted(tallies.items(), reverse=True)
        ]


def kept(row: Row, terms: Terms) -> bool:
    """Whether the false-effective rate is not proved to be above half of α, its nominal one."""
    return row.rate("credited")[1] <= terms.alpha / 2


def sentence(rows: Sequence[Row], terms: Terms) -> str:
    """The whole rehearsal in one Chinese sentence."""
    total = sum((row.nothing for row in rows), Tally())
    ours, drop, poisson = (total.share(name) for name in ("credited", "drop", "poisson"))
    broken = [row.world.name for row in rows if not kept(row, terms)]
    promise = (
        f"超出约定的 {terms.alpha / 2:.1%}（{'、'.join(broken)}）"
        if broken
        else f"没有超出约定的 {terms.alpha / 2:.1%}"
    )
    return (
        f"{total.loops} 次什么都没改的闭环里，我们误判有效 {ours:.1%}，{promise}；"
        f"“下降 20% 就算有效”误判 {drop:.1%}，普通 Poisson 检验误判 {poisson:.1%}。{_covering(rows)}"
    )


def _covering(rows: Sequence[Row]) -> str:
    """Say how often the intervals hold the truth, and in which worlds that is surely not enough."""
    shares = sorted(row.rate("covered")[0] for row in rows)
    short = [row.world.name for row in rows if row.rate("covered")[2] < COVERED[0]]
    found = f"{shares[0]:.1%}" if len(rows) == 1 else f"{shares[0]:.1%} 至 {shares[-1]:.1%}"
    return f"95% 区间盖住真值 {found}{'，' + '、'.join(short) + '偏低' if short else ''}。"


def plain(rows: Sequence[Row], terms: Terms) -> dict[str, Any]:
    """Everything as JSON holds it."""
    return {
        "sentence": sentence(rows, terms),
        "terms": vars(terms),
        "worlds": [_plain(row, terms) for row in rows],
    }


def _plain(row: Row, terms: Terms) -> dict[str, Any]:
    names = ("credited", "drop", "poisson", "covered", "below", "above")
    rates = {name: dict(zip(("share", "low", "high"), row.rate(name), strict=True)) for name in names}
    return {
        "world": vars(row.world), "loops": row.nothing.loops, "verdicts": row.nothing.verdicts,
        "designs": row.nothing.designs, "kept": kept(row, terms), **rates,
        "power": [{"change": c, "effective": e, "credited": b} for c, e, b in row.curve()],
    }  # fmt: skip
