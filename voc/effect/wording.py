"""What a contract agrees on, in sentences people can hold each other to."""

from __future__ import annotations

from datetime import date

from voc.effect.contract import Contract, windows
from voc.effect.names import METRIC_NAMES

DIRECTIONS = {"decrease": "下降", "increase": "上升"}


def agreed(contract: Contract, live_on: date, live: bool = False) -> list[str]:
    """Say what is compared, what counts as success, and when the verdict can be had; `live`: it has gone live."""
    spans = windows(contract, live_on)
    said = [
        f"比较{METRIC_NAMES.get(contract.metric, contract.metric)}：上线前 {contract.baseline_days} 天，"
        f"对上线 {contract.washout_days} 天后的 {contract.followup_days} 天。",
        f"至少{DIRECTIONS.get(contract.direction, '变化')} {contract.smallest_effect:.0%} 才算有效；"
        f"误判的机会不超过 {contract.alpha:.0%}。",
        f"{'已于' if live else '若'} {live_on} 上线，{spans.followup_end} 之后给出结论。",
    ]
    if contract.weeks_needed:
        said.append(f"按目前的波动，要有八成把握看出这样的变化，需观察约 {contract.weeks_needed} 周。")
    return said
