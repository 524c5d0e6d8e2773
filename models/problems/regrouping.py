"""What people decide about the shape of problems: merging two, splitting one; numbers remain, lineage tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models.analysis.analysing import array_of
from models.change import By, begin, lock_out
from models.problems.candidates import merge as hand_over
from models.problems.registering import next_group, open_groups
from models.schema.loop import Problem, ProblemLineage, ProblemMember
from voc.errors import InputError

PROPERTIES = ("product", "region", "channel", "agent")


def existing(session: Session, problem: int) -> Problem:
    """Return a problem that has its own members; raises InputError saying which one has them now."""
    row = session.get(Problem, problem)
    if row is None:
        raise InputError(f"没有编号为 {problem} 的问题，用 voc problems 查看。")
    if row.merged_into is not None:
        raise InputError(f"问题 {problem} 已并入问题 {row.merged_into}，请改用 {row.merged_into}。")
    return row


def merge(session: Session, survivor: int, gone: int, by: By, reason: str) -> None:
    """Merge a problem into another: its members move, whatever would come to it later goes to the survivor."""
    if survivor == gone:
        raise InputError(f"问题 {survivor} 不能并入自己。")
    lock_out(session, "aggregate")
    existing(session, survivor)
    existing(session, gone)
    hand_over(session, survivor, gone, by, reason)


def split(
    session: Session,
    problem: int,
    members: Sequence[int],
    narrowed: Mapping[str, str],
    name: str,
    by: By,
    reason: str,
) -> int:
    """Move some members, or all with certain properties now and later, to a new problem; return its number."""
    lock_out(session, "aggregate")
    row = existing(session, problem)
    moving = _moving(session, problem, members, narrowed)
    stays = session.scalar(select(func.count()).where(ProblemMember.problem_id == problem)) or 0
    if not moving or len(moving) == stays:
        raise InputError(f"问题 {problem} 的 {stays} 条反馈中选中 {len(moving)} 条，须留下和移出都至少一条。")
    root, asked = _root(row, narrowed)
    group = _move_group(session, row, moving, by)
    new = _begin_part(session, row, root, asked, name, group, by)
    # Set afterwards: only what is asked of the whole of a root problem may take its later members.
    for query in (
        """INSERT INTO problem_member (problem_id, feedback_id, mention_id, method)
           SELECT :new, feedback_id, mention_id, CASE method WHEN 'rule:issue' THEN 'rule:part' ELSE method END
           FROM problem_member WHERE problem_id = :problem AND feedback_id = ANY(CAST(:moving AS bigint[]))""",
        """DELETE FROM problem_member WHERE problem_id = :problem
           AND feedback_id = ANY(CAST(:moving AS bigint[]))""",
    ):
        session.execute(text(query), {"new": new, "problem": problem, "moving": array_of(moving)})
    session.add(
        ProblemLineage(parent_id=problem, child_id=new, kind="split", at=by.at, by=by.who, reason=reason)
    )
    session.flush()
    return new


def _moving(session: Session, problem: int, members: Sequence[int], narrowed: Mapping[str, str]) -> list[int]:
    unknown = sorted(set(narrowed) - set(PROPERTIES))
    if unknown:
        raise InputError(f"--where 不认识「{'、'.join(unknown)}」，可用 {'、'.join(PROPERTIES)}。")
    if bool(members) == bool(narrowed):
        raise InputError("拆分须且只须给出 --members 或 --where 之一。")
    # The names are those of PROPERTIES, never what somebody typed.
    asked = "".join(f" AND f.{name} = :{name}" for name in narrowed)
    query = text(
        f"""
        SELECT k.feedback_id FROM problem_member k JOIN feedback f ON f.id = k.feedback_id
        WHERE k.problem_id = :problem AND (:all OR k.feedback_id = ANY(CAST(:members AS bigint[]))){asked}
        ORDER BY k.feedback_id
        """  # noqa: S608
    )
    values = {"problem": problem, "all": not members, "members": array_of(members), **narrowed}
    return list(session.scalars(query, values))


def _root(row: Problem, narrowed: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    """What later members are told by: the properties asked for, with those of the part that is split again."""
    if not narrowed or row.narrowed is None or row.parent_id is None:
        return row.id, dict(narrowed)
    return row.parent_id, {**row.narrowed, **narrowed}


def _begin_part(
    session: Session,
    row: Problem,
    root: int,
    narrowed: Mapping[str, str],
    name: str,
    group: int | None,
    by: By,
) -> int:
    number = session.scalar(select(func.count()).where(Problem.key.like(f"part:{row.id}:%"))) or 0
    part = {
        "key": f"part:{row.id}:{number + 1}",
        "kind": "part",
        "issue": None,
        "about": row.issue or row.about,
        "group_id": group,
        "parent_id": root,
        "narrowed": dict(narrowed) or None,
        "area": row.area,
        "name": name or f"{row.name}（{'、'.join(narrowed.values()) or f'拆分 {number + 1}'}）",
        "department": row.department,
        "first_seen_at": row.first_seen_at,
        "detected_at": by.at,
        "alarm_from": row.alarm_from,
        "alarm_until": row.alarm_until,
    }
    return begin(session, "problem", "detect", [part], by)[0]


def _move_group(session: Session, row: Problem, moving: Sequence[int], by: By) -> int | None:
    """Give the members that move a group of their own, which no rule joins to the old one again."""
    if row.group_id is None:
        return None
    group = next_group(session)
    open_groups(session, [group], by.at)
    values = {"group": group, "old": row.group_id, "moving": array_of(moving)}
    session.execute(
        text(
            """UPDATE registry_member SET group_id = :group
               WHERE group_id = :old AND feedback_id = ANY(CAST(:moving AS bigint[]))"""
        ),
        values,
    )
    session.execute(text("INSERT INTO registry_apart (older, younger) VALUES (:old, :group)"), values)
    return group
