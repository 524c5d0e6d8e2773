"""Vague complaints with evidence of known content: what is made concrete, how often rightly, and what is asked.

Run: python -m benchmarks.evidence [--seed 5] [--rows 600]
The vague words and the content of the evidence come from the phrase books of the simulated company (nothing here
read them to set a rule), wrapped into tickets and calls; half of the evidence shows nothing, two things, or an
inquiry that found nothing, where the only right answer is to abstain.
"""

from __future__ import annotations

import argparse
from collections import Counter
from importlib import resources

import numpy as np

from voc.evidence.concrete import Vague, clarify
from voc.evidence.records import joined
from voc.intake.rows import definition_from_dict, map_rows
from voc.privacy.masking import mask
from voc.reading.model import assemble
from voc.reading.taxonomy import parse_taxonomy
from voc.simulation.company import Scenario
from voc.simulation.sources import definitions
from voc.simulation.weeks import simulate_week
from voc.text.uniform import normalise

DATA = resources.files("voc") / "data"
HELLO, BYE = (
    "坐席：您好，很高兴为您服务，请问有什么可以帮您？",
    "坐席：非常抱歉给您带来不便，请问还有什么可以帮您？",
)
EACH = 200
KINDS = (
    "ticket",
    "call",
    "call, one of two things",
    "ticket, denied",
    "order only",
    "greetings only",
    "none",
)


def complaints(seed: int, weeks: int, rows: int) -> list[tuple[str, str]]:
    """Genuine complaints of a simulated company with the issue they were written for."""
    known = {name: definition_from_dict(values) for name, values in definitions().items()}
    found: list[tuple[str, str]] = []
    for week in range(weeks):
        lived = simulate_week(Scenario(seed=seed, weeks=weeks, rows_per_week=rows), week, {})
        truth = {
            (t.source, t.external_id): t for t in lived.truth if t.kind == "genuine" and t.type == "complaint"
        }
        for file in lived.files:
            mapped = map_rows([row for row in file.rows if "__raw__" not in row], known[file.source])
            for key, words in zip(mapped["external_id"], mapped["text"], strict=True):
                real = truth.get((file.source, key or ""))
                if real and real.issue and words:
                    found.append((words.replace("\n", "，"), real.issue))
    return found


def evidence(kind: str, first: str, second: str) -> dict[str, str]:
    """Wrap what was said into the records of a desk."""
    return {
        "ticket": {"订单信息": "已签收，洗衣机，2099元", "工单记录": f"客户反映：{first}。已登记待处理"},
        "call": {"通话转写": f"{HELLO}\n客户：{first}\n{BYE}"},
        "call, one of two things": {"通话转写": f"{HELLO}\n客户：{first}。{second}\n{BYE}"},
        "ticket, denied": {"工单记录": f"客户反映：{first}", "处理记录": f"经核实不属实：{first}"},
        "order only": {"订单信息": "已签收，洗衣机，2099元，配送地址已核对"},
        "greetings only": {"通话转写": f"{HELLO}\n客户：嗯\n{BYE}"},
        "none": {},
    }[kind]


def main() -> None:
    """Print what docs/benchmarks/priority.md reports on evidence."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=5)
    options.add_argument("--rows", type=int, default=600)
    chosen = options.parse_args()
    taxonomy = parse_taxonomy((DATA / "taxonomy.toml").read_text("utf-8"))
    model = assemble((DATA / "tone.npz").read_bytes(), (DATA / "topics.npz").read_bytes())
    said = complaints(chosen.seed, 4, chosen.rows)
    draw = np.random.default_rng(chosen.seed)
    print(f"model {model.version}, taxonomy {taxonomy.version}, {len(said)} complaints to draw from\n")
    print("| evidence | rows | concrete | of these right | asked |\n|" + " --- |" * 5)
    total: Counter[str] = Counter()
    for kind in KINDS:
        drawn = [said[n] for n in draw.permutation(len(said))[: 2 * EACH]]
        pairs = list(zip(drawn[:EACH], drawn[EACH:], strict=True))
        cells = [joined(evidence(kind, first[0], second[0])) or "" for first, second in pairs]
        found = clarify([Vague(cell or None) for cell in mask(normalise(cells)).texts], taxonomy, model)
        shown = [(one.concrete.issue, pair) for one, pair in zip(found, pairs, strict=True) if one.concrete]
        either = "two things" in kind
        right = (
            sum(issue == a[1] or (either and issue == b[1]) for issue, (a, b) in shown)
            if "denied" not in kind
            else 0
        )
        total.update(rows=len(pairs), shown=len(shown), right=right)
        share = f"{right / len(shown):.1%}" if shown else "–"
        print(
            f"| {kind} | {len(pairs)} | {len(shown) / len(pairs):.1%} | {share} | {1 - len(shown) / len(pairs):.1%} |"
        )
    right = total["right"] / max(1, total["shown"])
    used = total["shown"] / total["rows"]
    print(f"\nused without evidence 0.0%, with evidence {used:.1%}, right {right:.1%}")


if __name__ == "__main__":
    main()
