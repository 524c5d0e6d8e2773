"""The loop as a funnel: how far complaints came, and at each step where the others stayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voc.reporting.facts import Stage

NAMED = 3  # leaks named at each step
NAMES = ("投诉", "归入问题", "措施获批", "措施上线", "已作结论", "已告知客户")
DEFINITIONS = (
    "期内判为投诉、未被判为可疑的反馈。",
    "其中归入了某个问题的；其余是零散投诉，还没有重复到成为问题。",
    "所属问题至少有一项获批的改进措施。",
    "所属问题至少有一项措施已经上线。",
    "所属问题的措施已经作出效果结论，含无效和证据不足。",
    "投诉人已收到措施上线或见效的通知。",
)
FIRST, IN_PROBLEM, ACTED, LIVE, JUDGED, TOLD = range(6)


@dataclass(frozen=True)
class Reached:
    """Complaints that came as far as a stage (1 said … 5 judged), whether their author was told and can be."""

    stage: int
    told: bool
    reachable: bool
    count: int
    ids: str = ""


@dataclass(frozen=True)
class Stuck:
    """A problem whose complaints came no further than a stage, and why."""

    stage: int
    count: int
    name: str
    why: str


def stages(reached: Sequence[Reached], stuck: Sequence[Stuck]) -> list[Stage]:
    """Count who came at least so far at each step, and name what was lost before it."""
    counts = [sum(row.count for row in reached if row.stage > place) for place in range(5)]
    counts.append(sum(row.count for row in reached if row.stage == 5 and row.told))
    return [
        Stage(NAMES[place], counts[place], DEFINITIONS[place], f"stage:{place}",
              counts[place - 1] - counts[place] if place else 0,
              tuple(_leaks(place, reached, stuck, counts)))
        for place in range(6)
    ]  # fmt: skip


def _leaks(
    place: int, reached: Sequence[Reached], stuck: Sequence[Stuck], counts: Sequence[int]
) -> list[str]:
    lost = counts[place - 1] - counts[place] if place else 0
    if not lost:
        return []
    if place == IN_PROBLEM:
        return ["零散投诉未达到立项条件，由个案逐一答复"]
    if place == TOLD:
        return _untold(reached)
    names = sorted((one for one in stuck if one.stage == place), key=lambda one: (-one.count, one.name))
    said = [f"「{one.name}」{one.count:,} 条：{one.why}" for one in names[:NAMED]]
    rest = names[NAMED:]
    return said + ([f"另有 {len(rest)} 个问题，{sum(one.count for one in rest):,} 条"] if rest else [])


def _untold(reached: Sequence[Reached]) -> list[str]:
    missed = [row for row in reached if row.stage == 5 and not row.told]
    without = sum(row.count for row in missed if not row.reachable)
    waiting = sum(row.count for row in missed if row.reachable)
    return [words for words in (
        f"{without:,} 条没有留下联系方式，无法告知" if without else "",
        f"{waiting:,} 条有联系方式但没有收到结果：措施没有见效、通知未送出，或投诉在上线之后" if waiting else "",
    ) if words]  # fmt: skip


def kept(stages_: Sequence[Stage]) -> Mapping[str, float]:
    """Return the share of all complaints that came as far as each step."""
    whole = stages_[0].count if stages_ else 0
    return {stage.name: stage.count / whole if whole else 0.0 for stage in stages_}
