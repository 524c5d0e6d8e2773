"""The evidence of a problem sorted onto the five bones of a cause-and-effect diagram."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voc.causes.changes import KINDS, Suspicion, likely
from voc.causes.slices import SLICE_NAMES, Lift
from voc.causes.wording import shortened, times, value_name
from voc.quotations import Passage, choose
from voc.reading.taxonomy import DIMENSIONS, Taxonomy

MOST = 4  # evidence on one bone: more cannot be read
LEAST_TOLD, LEAST_SHARE = 3, 0.02  # other issues told by fewer members, or a smaller part of them, are chance
BONE_OF_SLICE: Final = {
    "agent": "people", "product": "product", "version": "technology", "region": "environment",
    "hour": "environment", "weekday": "environment", "channel": "process", "segment": "environment",
    "seen": "process",
}  # fmt: skip
BONE_OF_CHANGE: Final = {
    "release": "technology", "outage": "technology", "supplier": "product", "staff": "people",
    "policy": "process", "process": "process", "price": "process", "campaign": "environment",
    "facility": "environment", "other": "environment",
}  # fmt: skip
# Circumstances that no issue of a taxonomy covers; a word alone proves nothing, so its count is shown.
CIRCUMSTANCES: Final = {
    "天气": re.compile(r"下雨|暴雨|下雪|大雪|台风|高温|天太热|天热|大热天|三伏|酷暑|降温|寒潮|天气"),
    "大促与节假日": re.compile(
        r"双十一|双11|双十二|618|六一八|大促|国庆|春节|过年|五一|中秋|元旦|节假日|放假(?:期间|前|后|回|在家|那?几天|通知)"
    ),
    "停电断网": re.compile(r"停电|断电|断网|网络不好|信号不好|信号差"),
    "疫情封控": re.compile(r"疫情|封控|封闭|隔离|解封|管控"),
}


@dataclass(frozen=True)
class Evidence:
    """One twig: what was found, how many pieces of feedback show it, and a quotation; `tentative` for a change."""

    label: str
    count: int | None
    quotation: str = ""
    tentative: bool = False


@dataclass(frozen=True)
class Bone:
    """One dimension of causes with its evidence, strongest first; empty when there is none."""

    code: str
    name: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Told:
    """How many members also complain of another issue, with passages that do."""

    issue: str
    count: int
    passages: tuple[Passage, ...]


def circumstances(texts: Sequence[str]) -> list[tuple[str, int, str]]:
    """Count the texts that name a circumstance, with a quotation; commonest first."""
    found = []
    for name, words in CIRCUMSTANCES.items():
        hits = [(text, hit) for text in texts if (hit := words.search(text))]
        quoted = choose([Passage(text, hit.start(), hit.end()) for text, hit in hits[:20]], 1)
        if len(hits) >= LEAST_TOLD:
            found.append((name, len(hits), quoted[0] if quoted else ""))
    return sorted(found, key=lambda one: (-one[1], one[0]))


def fishbone(
    own: Told, told: Sequence[Told], over: Sequence[Lift], quoted: Mapping[tuple[str, str], str],
    around: Sequence[tuple[str, int, str]], before: Sequence[Suspicion], taxonomy: Taxonomy,
) -> list[Bone]:  # fmt: skip
    """Put evidence onto bones: the issue and what is told beside it by dimension, slices, circumstances, changes.

    quoted: a quotation for each (kind, value) of the over-represented slices.
    """
    twigs: dict[str, list[Evidence]] = {code: [] for code in DIMENSIONS}
    if own.issue in taxonomy:
        issue = taxonomy.issue(own.issue)
        twigs[issue.dimension].append(Evidence(issue.name, own.count, _first(own.passages)))
    for lift in over:
        named = f"{SLICE_NAMES[lift.kind]} {shortened(value_name(lift.kind, lift.value))}"
        ratio = f"（{times(lift.ratio)} 倍）" if lift.ratio is not None else ""
        label, words = f"{named}{ratio}", quoted.get((lift.kind, lift.value), "")
        twigs[BONE_OF_SLICE[lift.kind]].append(Evidence(label, lift.members, words))
    for suspicion in likely(before):
        change = suspicion.change
        label = f"{KINDS[change.kind]}：{change.title}"
        twigs[BONE_OF_CHANGE[change.kind]].append(Evidence(label, None, tentative=True))
    for name, count, words in around:
        twigs["environment"].append(Evidence(f"提到{name}", count, words))
    least = max(LEAST_TOLD, LEAST_SHARE * own.count)
    for one in sorted(told, key=lambda t: (-t.count, t.issue)):
        if one.issue in taxonomy and one.count >= least:
            issue = taxonomy.issue(one.issue)
            twigs[issue.dimension].append(
                Evidence(f"同时提到「{issue.name}」", one.count, _first(one.passages))
            )
    return [Bone(code, name, tuple(twigs[code][:MOST])) for code, name in DIMENSIONS.items()]


def _first(passages: Sequence[Passage]) -> str:
    quoted = choose(passages, 1)
    return quoted[0] if quoted else ""
