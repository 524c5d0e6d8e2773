"""Candidates: problems that begin, grow and merge with the groups of the registry they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from models.change import begin
from models.problems import candidates
from models.problems.candidates import Voice
from settings import get_settings
from tasks.assets import organisation, taxonomy
from tasks.common import by
from tasks.register import RULE, background, register
from voc.registry.candidates import Draft, draft
from voc.registry.knowing import earliest, known_from
from voc.registry.lasting import recurs_as
from voc.registry.surges import SURGES
from voc.routing import route

UNNAMED = "多名客户反映同一件事"
MERGED = "后来的反馈表明是同一件事"
LASTING = "持续数月、不限于一地，已不是单一事件，归入反复出现的问题"
LOOKED_AT = 500  # members of a group, evenly over its time: more say nothing else


def gather_events(session: Session, batches: list[int], now: datetime) -> dict[str, int]:
    """Register new feedback and bring the problems that stand for groups up to date."""
    touched = register(session, batches, now)
    merged = _merge(session, now)
    if not touched:
        return {"events": 0, "merged": merged}
    needed = _ripe(session, touched)
    told = candidates.voices(session, sorted(needed))
    rows = [
        _row(group, _draft(voices), _detected(session, voices, needed[group]))
        for group, voices in told.items()
    ]
    begun = begin(session, "problem", "detect", rows, by("rule:event", now))
    candidates.enrol_groups(session, sorted(touched))
    _rename(session, touched - set(needed))
    return {"events": len(begun), "merged": merged + _hand_over_lasting(session, touched, now)}


def _ripe(session: Session, groups: Iterable[int]) -> dict[int, int]:
    settings = get_settings()
    return candidates.ripe(
        session,
        sorted(groups),
        settings.candidate_min_customers,
        settings.candidate_min_share,
        settings.problem_window_days,
    )


def _draft(voices: list[Voice]) -> Draft:
    about = next((voice.issues[0] for voice in voices if voice.issues), None)
    return draft(
        [voice.text for voice in voices],
        [voice.at for voice in voices],
        [voice.product for voice in voices],
        [voice.issues for voice in voices],
        background(),
        taxonomy().issue(about).problem if about else UNNAMED,
    )


def _detected(session: Session, voices: list[Voice], needed: int) -> datetime:
    """Return when it would have been seen to be a problem, had its members been registered as they spoke."""
    members = candidates.members(session, voices)
    soonest = earliest(members.customers, needed)
    place = known_from(members, [], needed, background(), RULE, SURGES)
    if place > soonest:
        near = candidates.index_of(session, members, max(rule.window + rule.before for rule in SURGES))
        place = known_from(members, near, needed, background(), RULE, SURGES)
    return voices[place].at


def _row(group: int, made: Draft, detected: datetime) -> dict[str, object]:
    return {
        "key": f"group:{group}",
        "kind": made.kind,
        "issue": None,
        "about": made.about,
        "group_id": group,
        "area": taxonomy().issue(made.about).area if made.about else "",
        "name": made.name,
        "department": route(made.about, 0, organisation())[0],
        "first_seen_at": made.first_seen,
        "detected_at": detected,
        "alarm_from": made.first_seen,
        "alarm_until": detected,
    }


def _merge(session: Session, now: datetime) -> int:
    """Follow groups that were taken over: the older problem survives and stands for the older group."""
    count = 0
    while moved := candidates.problems_of_merged(session):
        problem, group, other = moved[0]
        if other is None or other == problem:
            candidates.take_group(session, problem, group)
            continue
        survivor, gone = min(problem, other), max(problem, other)
        # What is the same as an event that turned out to recur came with it.
        recurs = "rule:lasting" if candidates.is_recurring(session, survivor) else None
        candidates.merge(session, survivor, gone, by("rule:event", now), MERGED, recurs)
        if survivor == problem:
            candidates.take_group(session, survivor, group)
        count += 1
    return count


def _hand_over_lasting(session: Session, groups: Iterable[int], now: datetime) -> int:
    """Hand events that have become what recurs to the problem of their issue; return how many."""
    events, homes = candidates.open_events(session, sorted(groups)), candidates.recurring(session)
    count = 0
    for group, voices in candidates.voices(session, sorted(events)).items():
        some = voices[:: -(-len(voices) // LOOKED_AT)]
        members = candidates.members(session, some)
        issue = recurs_as(members.facts.moment, [voice.issues for voice in some], members.signs)
        if issue in homes:
            candidates.merge(
                session, homes[issue], events[group], by("rule:event", now), LASTING, "rule:lasting"
            )
            count += 1
    return count


def _rename(session: Session, groups: Iterable[int]) -> None:
    """Name anew what nobody has confirmed yet: more members say more clearly what it is."""
    waiting = candidates.unconfirmed(session, sorted(groups))
    told = candidates.voices(session, sorted(waiting))
    names = {waiting[group]: _draft(voices).name for group, voices in told.items() if voices}
    candidates.rename(session, names)
