"""How well the knowledge base finds the right answer, on public questions (`python -m benchmarks.knowledge`).

4,059 real questions to a payment service, each with the canonical question its answer belongs to. The base holds
the 745 canonical questions with their answers; every question that is not itself canonical is asked. Found is an
entry with the right answer. Nothing was tuned on what is asked here. The network behind "by meaning" was trained
on pairs of these very questions, so its rows are what it can do where it knows the field, not elsewhere.
"""

from __future__ import annotations

import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.corpora import rows
from settings import asset_bytes
from voc.knowledge import Entry, rank, rarest, terms
from voc.similarity.network import PairModel, load_pairs

CANDIDATES = 120


@dataclass(frozen=True)
class Base:
    """Entries with their terms, looked up as the database does it."""

    entries: Sequence[Entry]
    known: Mapping[str, int]
    holders: Mapping[str, Sequence[int]]


def build(questions: Mapping[str, Sequence[str]], answers: Mapping[str, str]) -> Base:
    """Make a base of canonical questions, each with other ways of asking it."""
    entries = [Entry(i, tuple(dict.fromkeys([label, *ways])), answers[label])
               for i, (label, ways) in enumerate(questions.items())]  # fmt: skip
    cut = terms([" ".join([*entry.questions, entry.body]) for entry in entries])
    holders: dict[str, list[int]] = defaultdict(list)
    for entry, found in zip(entries, cut, strict=True):
        for term in found:
            holders[term].append(entry.id)
    return Base(entries, {term: len(ids) for term, ids in holders.items()}, holders)


def search(base: Base, question: str, model: PairModel | None, count: int) -> list[int]:
    """Return the entries found, best first."""
    shared = Counter(i for term in rarest(terms([question])[0], base.known) for i in base.holders[term])
    near = [base.entries[i] for i, _ in shared.most_common(CANDIDATES)]
    return [one.id for one in rank(question, near, base.known, len(base.entries), model, count)]


def measure(
    base: Base, asked: Sequence[tuple[str, str]], answers: Mapping[str, str], model: PairModel | None
) -> str:
    """Ask every question; return recall at 1, 3 and 5, mean reciprocal rank and milliseconds a question."""
    at: Counter[int] = Counter()
    reciprocal, started = 0.0, time.perf_counter()
    for question, label in asked:
        right = [answers[base.entries[i].questions[0]] == answers[label]
                 for i in search(base, question, model, 10)]  # fmt: skip
        place = right.index(True) + 1 if any(right) else 0
        reciprocal += 1 / place if place else 0
        at.update(k for k in (1, 3, 5) if 0 < place <= k)
    taken = (time.perf_counter() - started) / len(asked) * 1000
    shares = " | ".join(f"{at[k] / len(asked):.3f}" for k in (1, 3, 5))
    return f"{shares} | {reciprocal / len(asked):.3f} | {taken:.0f}"


def main() -> None:
    """Print the table of docs/portal.md."""
    faq = [row for row in rows("unionpay_faq/unionpay_faq.csv") if row["question"].strip()]
    answers: dict[str, str] = {}
    for row in faq:
        answers.setdefault(row["label"].strip(), row["answer"])
    asked = [(row["question"].strip(), row["label"].strip()) for row in faq
             if row["question"].strip() != row["label"].strip()]  # fmt: skip
    # Half of the ways of asking are kept as alternatives, as an editor would; the other half is asked.
    half = [zlib.crc32(question.encode()) % 2 == 0 for question, _ in asked]
    ways: dict[str, list[str]] = {label: [] for label in answers}
    for (question, label), kept in zip(asked, half, strict=True):
        ways[label] += [question] * kept
    rest = [pair for pair, kept in zip(asked, half, strict=True) if not kept]
    model = load_pairs(asset_bytes("pairs.npz"))
    print(f"{len(answers)} entries, {len(rest)} questions asked")
    print("| base | ranked by | recall@1 | @3 | @5 | MRR | ms |\n|---|---|---:|---:|---:|---:|---:|")
    for name, base in (("canonical question only", build(dict.fromkeys(answers, ()), answers)),
                       ("with other ways of asking", build(ways, answers))):  # fmt: skip
        for how, network in (("terms", None), ("terms and meaning", model)):
            print(f"| {name} | {how} | {measure(base, rest, answers, network)} |")


if __name__ == "__main__":
    main()
