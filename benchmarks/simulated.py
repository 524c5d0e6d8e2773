"""Issue mentions measured on a simulated company, whose sentences somebody else wrote and nothing was trained on.

Only counts leave this module: the texts of the simulation are the test and are never shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from voc.privacy.masking import mask
from voc.reading.labels import Annotations, Model, annotate
from voc.reading.taxonomy import Taxonomy
from voc.simulation.channels import BY_NAME
from voc.simulation.company import PLANTED, Scenario
from voc.simulation.weeks import Week, simulate_week
from voc.text.uniform import normalise

SEED, WEEKS = 1, (6, 7, 8, 9)
Result = tuple[str, str, str]


@dataclass(frozen=True)
class Told:
    """Genuine feedback of some weeks: text, stars from 1 to 5 or None, and the true type and issue."""

    texts: list[str]
    ratings: list[float | None]
    types: list[str]
    issues: list[str | None]


def told(seed: int = SEED, weeks: tuple[int, ...] = WEEKS) -> Told:
    """Draw the company and keep what a person really wrote, once each."""
    rows = [row for week in weeks for row in _genuine(simulate_week(Scenario(seed=seed), week, {}))]
    texts = mask(normalise([row[0] for row in rows])).texts
    return Told(texts, [row[1] for row in rows], [row[2] for row in rows], [row[3] for row in rows])


def _genuine(week: Week) -> Iterator[tuple[str, float | None, str, str | None]]:
    truths = {(t.source, t.external_id): t for t in week.truth if t.kind == "genuine"}
    for file in week.files:
        channel = BY_NAME[file.source]
        column = {field: name for name, field in channel.columns.items()}
        for row in file.rows:
            truth = truths.pop((file.source, row.get(column["external_id"], "")), None)
            if truth is not None:
                title = row.get(column.get("title", ""), "")
                text = "\n".join(part for part in (title, row.get(column["text"], "")) if part)
                yield (
                    text,
                    _stars(row.get(column["rating"], "") if "rating" in column else "", channel.scale),
                    (truth.type),
                    truth.issue,
                )


def _stars(cell: str, scale: tuple[int, int]) -> float | None:
    low, high = scale
    return 1 + 4 * (float(cell) - low) / (high - low) if cell else None


@dataclass(frozen=True)
class Tally:
    """How often an issue was complained of, and how often it was so labelled, rightly or not."""

    true: Counter[str]
    found: Counter[str]
    right: Counter[str]

    def recall(self, *codes: str) -> float:
        return _share(self.right, self.true, codes)

    def precision(self, *codes: str) -> float:
        return _share(self.right, self.found, codes)


def _share(part: Counter[str], whole: Counter[str], codes: tuple[str, ...]) -> float:
    chosen = codes or tuple(whole)
    return sum(part[code] for code in chosen) / max(1, sum(whole[code] for code in chosen))


def tally(rows: Told, found: Annotations) -> Tally:
    """Count negative mentions against the truth; any negative mention outside a complaint is wrong."""
    true = Counter(issue for issue in rows.issues if issue)
    named: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for issue, mentions in zip(rows.issues, found.mentions, strict=True):
        codes = {mention.issue for mention in mentions if mention.polarity < 0}
        named.update(codes)
        right.update(codes & {issue})
    return Tally(true, named, right)


def rows(taxonomy: Taxonomy, model: Model, how: str = "") -> Iterator[Result]:
    """Recall and precision of negative mentions, overall and for the planted problems."""
    company = told()
    counts = tally(company, annotate(company.texts, company.ratings, taxonomy, model))
    for name, codes in [("all issues", ()), *((p.issue, (p.issue,)) for p in PLANTED)]:
        yield (
            f"simulated complaints, {how}{name}",
            f"recall {counts.recall(*codes):.3f}, precision {counts.precision(*codes):.3f}",
            f"{_sum(counts.true, codes)} complaints, {_sum(counts.found, codes)} negative mentions",
        )


def _sum(counts: Counter[str], codes: tuple[str, ...]) -> int:
    return sum(counts[code] for code in (codes or counts))
