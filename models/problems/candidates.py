"""Problems made from groups of the registry: begun when enough customers are in one, widened, named, merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from models.analysis.analysing import array_of
from models.change import By
from models.problems import registering
from models.schema.loop import Problem, ProblemLineage
from voc.registry.anchors import whole
from voc.registry.candidates import CLEAR
from voc.registry.knowing import Members, held
from voc.registry.nearby import KEY
from voc.registry.packing import unpacked
from voc.registry.pairs import DAY, Facts

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Voice:
    """A feedback of a group: who said what when, about which product, and what it complains of, the surest first."""

    feedback: int
    customer: int
    at: datetime
    text: str
    product: str | None
    issues: list[str]


def ripe(session: Session, groups: Sequence[int], least: int, share: float, days: int) -> dict[int, int]:
    """Tell which of these groups, without a problem yet, have enough customers to be one, and how many that takes.

    Enough is `least`, or `share` of all feedback of the `days` that end with the group's last, if that is more. Most of
    what its members are read as complaining of has to be surely so: praise that is misread has words in common, too.
    """
    query = text(
        """
        SELECT g.id, g.needed FROM (
            SELECT grown.id, grown.customers, GREATEST(:least, ceil(:share * (
                       SELECT COALESCE(sum(d.events), 0) FROM issue_day d WHERE d.issue = ''
                       AND d.day BETWEEN grown.last - (:days - 1) AND grown.last))::integer) AS needed
            FROM (SELECT r.group_id AS id, count(DISTINCT COALESCE(f.customer_id, -f.id)) AS customers,
                         (max(f.occurred_at) AT TIME ZONE 'UTC')::date AS last
                  FROM registry_member r JOIN feedback f ON f.id = r.feedback_id
                  JOIN annotation a ON a.feedback_id = f.id AND a.current
                  WHERE r.group_id = ANY(CAST(:groups AS bigint[])) AND f.superseded_by IS NULL AND f.suspect IS NULL
                    AND NOT EXISTS (SELECT 1 FROM problem p WHERE p.group_id = r.group_id)
                  GROUP BY r.group_id
                  HAVING 2 * count(*) FILTER (WHERE a.type <> 'complaint' OR a.sentiment <= :clear) >= count(*)
                 ) grown) g
        WHERE g.customers >= g.needed ORDER BY g.id
        """
    )
    values = {"groups": array_of(groups), "least": least, "share": share, "days": days, "clear": CLEAR}
    return {group: needed for group, needed in session.execute(query, values)}


def voices(session: Session, groups: Sequence[int]) -> dict[int, list[Voice]]:
    """Read what was said in some groups, in order of time."""
    query = text(
        """
        SELECT r.group_id, f.id, COALESCE(f.customer_id, -f.id), f.occurred_at, f.text, f.product,
               ARRAY(SELECT m.issue FROM mention m WHERE m.feedback_id = f.id AND m.current AND m.polarity = -1
                     ORDER BY m.confidence DESC, m.span_start)
        FROM registry_member r JOIN feedback f ON f.id = r.feedback_id
        WHERE r.group_id = ANY(CAST(:groups AS bigint[])) AND f.superseded_by IS NULL AND f.suspect IS NULL
        ORDER BY r.group_id, f.occurred_at, f.id
        """
    )
    found: dict[int, list[Voice]] = {}
    for group, *voice in session.execute(query, {"groups": array_of(groups)}):
        found.setdefault(group, []).append(Voice(*voice))
    return found


def members(session: Session, voices: Sequence[Voice]) -> Members:
    """Read what the registry knows of the members of a group, in the order of its voices."""
    ids = [voice.feedback for voice in voices]
    known = registering.known(session, ids)
    place = {id_: row for row, id_ in enumerate(known.ids)}
    rows = np.array([place[id_] for id_ in ids], dtype=np.int64)
    facts = Facts(*(np.array(column, dtype=np.int64) for column in (known.at, known.product, known.region)))
    return Members(
        np.array(ids, dtype=np.int64),
        [voice.customer for voice in voices],
        np.array(known.stream, dtype=np.int64)[rows],
        unpacked(known.signs).take(rows),
        facts.take(rows),
    )


def index_of(session: Session, members: Members, days: int) -> list[Ints]:
    """Return what the index holds of the keys and streams of members, from some days before the first of them on."""
    keys = np.concatenate([held(members)[:, KEY], whole(members.stream)])
    moment = members.facts.moment
    since, until = int(moment.min()) - (days + 1) * DAY, int(moment.max()) + 1
    return registering.index_near(session, keys, since, until)


def enrol_groups(session: Session, groups: Sequence[int]) -> int:
    """Make members of problems of what is in their groups; return how many were added."""
    query = text(
        """
        INSERT INTO problem_member (problem_id, feedback_id, mention_id, method)
        SELECT DISTINCT ON (1, 2)
               problem_part(COALESCE(p.merged_into, p.id), f.product, f.region, f.channel, f.agent), f.id,
               (SELECT m.id FROM mention m WHERE m.feedback_id = f.id AND m.current AND m.polarity = -1
                ORDER BY m.confidence DESC, m.span_start LIMIT 1),
               CASE WHEN EXISTS (SELECT 1 FROM problem home WHERE home.id = p.merged_into AND home.issue IS NOT NULL)
                     AND EXISTS (SELECT 1 FROM problem_lineage l WHERE l.parent_id = p.id AND l.kind = 'merge'
                                   AND l.by LIKE 'rule:%') THEN 'rule:lasting' ELSE 'rule:event' END
        FROM problem p JOIN registry_member r ON r.group_id = p.group_id JOIN feedback f ON f.id = r.feedback_id
        WHERE p.group_id = ANY(CAST(:groups AS bigint[])) AND f.superseded_by IS NULL AND f.suspect IS NULL
        ON CONFLICT DO NOTHING
        """
    )
    return session.execute(query, {"groups": array_of(groups)}).rowcount  # type: ignore[attr-defined, no-any-return]


def unconfirmed(session: Session, groups: Sequence[int]) -> dict[int, int]:
    """Map those of these groups whose problem nobody has confirmed or named yet to their problem."""
    query = select(Problem.group_id, Problem.id).where(
        Problem.group_id.in_(groups), Problem.state == "detected", Problem.merged_into.is_(None),
        Problem.key.like("group:%"),
    )  # fmt: skip
    return {group: problem for group, problem in session.execute(query) if group is not None}


def rename(session: Session, names: Mapping[int, str]) -> None:
    """Call problems anew."""
    for problem, name in sorted(names.items()):
        session.execute(update(Problem).where(Problem.id == problem).values(name=name))


def open_events(session: Session, groups: Sequence[int]) -> dict[int, int]:
    """Map those of these groups to their problem that only rules have dealt with and no measure is against."""
    query = text(
        """
        SELECT p.group_id, p.id FROM problem p
        WHERE p.group_id = ANY(CAST(:groups AS bigint[])) AND p.kind IN ('incident', 'candidate')
          AND p.merged_into IS NULL AND p.state IN ('detected', 'confirmed', 'diagnosed')
          AND NOT EXISTS (SELECT 1 FROM problem_log l WHERE l.subject_id = p.id AND l.by LIKE 'person:%')
          AND NOT EXISTS (SELECT 1 FROM action a WHERE a.problem_id = p.id)
        """
    )
    return {group: problem for group, problem in session.execute(query, {"groups": array_of(groups)})}


def recurring(session: Session) -> dict[str, int]:
    """Map each issue that is being dealt with to its problem; one that was solved or dismissed takes nothing in."""
    query = select(Problem.issue, Problem.id).where(
        Problem.issue.is_not(None), Problem.merged_into.is_(None),
        Problem.state.not_in(("effective", "closed", "dismissed")),
    )  # fmt: skip
    return {issue: problem for issue, problem in session.execute(query) if issue is not None}


def is_recurring(session: Session, problem: int) -> bool:
    """Tell whether a problem is that of an issue, and not an event."""
    return session.get_one(Problem, problem).issue is not None


def problems_of_merged(session: Session) -> list[tuple[int, int, int | None]]:
    """List problems whose group was taken over: problem, group that has its members now, problem of that group."""
    query = text(
        """
        WITH RECURSIVE heir AS (
            SELECT p.id AS problem, g.merged_into AS at FROM problem p JOIN registry_group g ON g.id = p.group_id
            WHERE g.merged_into IS NOT NULL AND p.merged_into IS NULL
            UNION ALL
            SELECT h.problem, g.merged_into FROM heir h JOIN registry_group g ON g.id = h.at
            WHERE g.merged_into IS NOT NULL
        )
        SELECT h.problem, h.at, (SELECT COALESCE(o.merged_into, o.id) FROM problem o WHERE o.group_id = h.at
                                 ORDER BY o.merged_into NULLS FIRST, o.id LIMIT 1)
        FROM heir h JOIN registry_group g ON g.id = h.at AND g.merged_into IS NULL ORDER BY h.problem
        """
    )
    return [(problem, group, other) for problem, group, other in session.execute(query)]


def take_group(session: Session, problem: int, group: int) -> None:
    """Let a problem stand for a group: that which took over its own."""
    session.execute(update(Problem).where(Problem.id == problem).values(group_id=group))


def merge(session: Session, survivor: int, gone: int, by: By, reason: str, method: str | None = None) -> None:
    """Hand the members of a problem to another; its number stays and says where they are, later ones follow.

    `method` says how they came there, where that is no longer what brought them to the one that is gone.
    """
    values = {"survivor": survivor, "gone": gone, "method": method}
    for query in (
        """INSERT INTO problem_member (problem_id, feedback_id, mention_id, method)
           SELECT :survivor, feedback_id, mention_id, COALESCE(CAST(:method AS text), method)
           FROM problem_member WHERE problem_id = :gone
           ON CONFLICT DO NOTHING""",
        "DELETE FROM problem_member WHERE problem_id = :gone",
        "UPDATE problem SET merged_into = :survivor WHERE id = :gone OR merged_into = :gone",
        """UPDATE problem s SET first_seen_at = LEAST(s.first_seen_at, g.first_seen_at) FROM problem g
           WHERE s.id = :survivor AND g.id = :gone""",
    ):
        session.execute(text(query), values)
    session.add(
        ProblemLineage(parent_id=gone, child_id=survivor, kind="merge", at=by.at, by=by.who, reason=reason)
    )
    session.flush()
