"""Searching, writing and suggesting in the knowledge base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.cases.desk_work import masked
from models.change import By
from models.schema.knowledge import Knowledge, KnowledgeVersion
from settings import asset_bytes
from voc.errors import InputError
from voc.knowledge import Entry, Found, rank, rarest, terms
from voc.similarity.network import PairModel, load_pairs

CANDIDATES = 120
OWN_ISSUE = 0.1  # an entry of the very issue a case was routed by is worth so much more
SUGGESTED = 3
PRAISED, TO_DO = "客户表扬的做法", "由表扬整理，发布前请写明可以照做的是什么。"
# Candidates share the rarest of the question's terms; which of them fit is judged outside the database.
_NEAR = text(
    """
    SELECT id, question, phrasings, answer, scenario, issue, kind, version FROM (
        SELECT k.*, cardinality(ARRAY(SELECT unnest(k.terms) INTERSECT SELECT unnest(CAST(:terms AS text[])))) AS shared
        FROM knowledge k WHERE k.state = 'published' AND k.terms && CAST(:terms AS text[])
    ) x ORDER BY shared DESC, id LIMIT :limit
    """
)
_KNOWN = text(
    """
    SELECT t.term, (SELECT count(*) FROM knowledge k WHERE k.state = 'published' AND k.terms @> ARRAY[t.term]) AS held
    FROM unnest(CAST(:terms AS text[])) AS t(term)
    """
)


@dataclass(frozen=True)
class Words:
    """What an entry says."""

    question: str
    answer: str
    scenario: str = ""
    phrasings: tuple[str, ...] = ()
    issue: str | None = None
    kind: str = "answer"


_LOADING = Lock()


@lru_cache(maxsize=1)
def _loaded() -> PairModel:
    return load_pairs(asset_bytes("pairs.npz"))


def _model() -> PairModel:
    """Load the weights once, even when fifty people ask in the same second."""
    with _LOADING:
        return _loaded()


def search(
    session: Session, question: str, count: int = 10, issue: str | None = None
) -> list[dict[str, Any]]:
    """Find published entries for a question, best first, by its words and its meaning."""
    total = int(session.scalar(text("SELECT count(*) FROM knowledge WHERE state = 'published'")) or 0)
    if not total:
        return []
    asked = terms([question[:500]])[0]
    known = {row.term: int(row.held) for row in session.execute(_KNOWN, {"terms": asked[:200]})}
    values = {"terms": rarest(asked, known), "limit": CANDIDATES}
    rows = {row["id"]: dict(row) for row in session.execute(_NEAR, values).mappings()}
    entries = [
        Entry(id_, (row["question"], *row["phrasings"]), f"{row['answer']} {row['scenario']}")
        for id_, row in rows.items()
    ]
    found = rank(question[:500], entries, known, total, _model(), count * 2)
    return _best(found, rows, issue)[:count]


def _best(
    found: Sequence[Found], rows: Mapping[int, dict[str, Any]], issue: str | None
) -> list[dict[str, Any]]:
    scored = [
        {**rows[one.id], "score": one.score + OWN_ISSUE * (issue is not None and rows[one.id]["issue"] == issue),
         "alike": one.alike} for one in found
    ]  # fmt: skip
    return sorted(scored, key=lambda row: (-row["score"], row["id"]))


def suggest(session: Session, words: str, issue: str | None) -> list[dict[str, Any]]:
    """Suggest entries while a case is answered: those of its issue count for more, and one is always among them."""
    found = search(session, words, SUGGESTED, issue)
    if issue is None or len(found) == SUGGESTED:
        return found
    query = text(
        """
        SELECT id, question, phrasings, answer, scenario, issue, kind, version, 0.0 AS score, 0.0 AS alike
        FROM knowledge WHERE state = 'published' AND issue = :issue AND NOT id = ANY(:known) ORDER BY id LIMIT :limit
        """
    )
    values = {"issue": issue, "known": [row["id"] for row in found], "limit": SUGGESTED - len(found)}
    return found + [dict(row) for row in session.execute(query, values).mappings()]


def add(
    session: Session, words: Words, by: By, state: str = "draft", origin: str | None = None
) -> int | None:
    """Write a new entry and return its number; None when its origin already has one."""
    said = _checked(words)
    query = upsert(Knowledge).values(
        kind=said.kind,
        state=state,
        issue=said.issue,
        version=1,
        origin=origin,
        changed_at=by.at,
        **_columns(said),
    )
    id_ = session.scalar(query.on_conflict_do_nothing(index_elements=["origin"]).returning(Knowledge.id))
    if id_ is not None:
        _keep(session, id_, 1, state, said, "新建", by)
    return id_


def revise(session: Session, id_: int, words: Words, state: str, reason: str, by: By) -> int:
    """Write a new version of an entry, in a state, and return the version's number."""
    entry = session.scalar(select(Knowledge).where(Knowledge.id == id_).with_for_update())
    if entry is None:
        raise InputError(f"没有编号为 {id_} 的知识条目，用 voc kb list 查看。")
    said = _checked(words)
    for name, value in _columns(said).items():
        setattr(entry, name, value)
    entry.version, entry.state, entry.kind, entry.issue = entry.version + 1, state, said.kind, said.issue
    entry.changed_at = by.at
    _keep(session, id_, entry.version, state, said, reason.strip() or "修订", by)
    return entry.version


def settle(session: Session, id_: int, state: str, reason: str, by: By) -> int:
    """Publish or retire an entry as it is; a version of its own says so."""
    entry = session.get(Knowledge, id_)
    if entry is None:
        raise InputError(f"没有编号为 {id_} 的知识条目，用 voc kb list 查看。")
    return revise(session, id_, words_of(entry), state, reason, by)


def words_of(entry: Knowledge) -> Words:
    """Return what an entry says now."""
    return Words(
        entry.question, entry.answer, entry.scenario, tuple(entry.phrasings), entry.issue, entry.kind
    )


def _checked(words: Words) -> Words:
    """Mask and trim; an entry without question or answer is no entry."""
    question, answer, scenario = (masked(part) for part in (words.question, words.answer, words.scenario))
    if not question or not answer:
        raise InputError("问题和答复都要填写。")
    others = dict.fromkeys(masked(part) for part in words.phrasings)
    return Words(question, answer, scenario, tuple(o for o in others if o), words.issue or None, words.kind)


def _columns(words: Words) -> dict[str, Any]:
    everything = " ".join([words.question, *words.phrasings, words.answer, words.scenario])
    return {
        "question": words.question, "phrasings": list(words.phrasings), "answer": words.answer,
        "scenario": words.scenario, "terms": terms([everything])[0],
    }  # fmt: skip


def _keep(session: Session, id_: int, version: int, state: str, words: Words, reason: str, by: By) -> None:
    session.flush()
    session.add(
        KnowledgeVersion(
            knowledge_id=id_, version=version, state=state, question=words.question,
            phrasings=list(words.phrasings), answer=words.answer, scenario=words.scenario, reason=reason,
            at=by.at, by=by.who,
        )
    )  # fmt: skip
    session.flush()


def entries(
    session: Session, state: str = "published", limit: int = 100, offset: int = 0
) -> list[dict[str, Any]]:
    """List entries of a state, newest first, with how often each was used."""
    query = text(
        """
        SELECT k.id, k.kind, k.state, k.issue, k.version, k.question, k.answer, k.scenario, k.origin, k.changed_at,
               (SELECT count(*) FROM knowledge_use u WHERE u.knowledge_id = k.id) AS used
        FROM knowledge k WHERE k.state = :state ORDER BY k.changed_at DESC, k.id DESC LIMIT :limit OFFSET :offset
        """
    )
    return [
        dict(r) for r in session.execute(query, {"state": state, "limit": limit, "offset": offset}).mappings()
    ]


def entry(session: Session, id_: int) -> Knowledge | None:
    """Read one entry."""
    return session.get(Knowledge, id_)


def versions(session: Session, id_: int) -> list[dict[str, Any]]:
    """List the versions of an entry, newest first."""
    query = text(
        """
        SELECT v.version, v.state, v.question, v.phrasings, v.answer, v.scenario, v.reason, v.at, v.by, u.name AS person
        FROM knowledge_version v LEFT JOIN app_user u ON 'person:' || u.login = v.by
        WHERE v.knowledge_id = :id ORDER BY v.version DESC
        """
    )
    return [dict(row) for row in session.execute(query, {"id": id_}).mappings()]


def used(session: Session, id_: int) -> int:
    """Count the cases an entry was used for."""
    return int(
        session.scalar(text("SELECT count(*) FROM knowledge_use WHERE knowledge_id = :id"), {"id": id_}) or 0
    )


# --- what was solved and what was praised become drafts -------------------------------------------------------

_SOLVED = text(
    """
    SELECT p.id, p.name, p.issue, p.root_cause, v.sentence, a.measure, a.detail
    FROM problem p JOIN LATERAL (
        SELECT v.sentence, a.measure, a.detail FROM verification v JOIN action a ON a.id = v.action_id
        WHERE a.problem_id = p.id AND v.verdict = 'effective' ORDER BY v.id DESC LIMIT 1) v ON true
    JOIN LATERAL (SELECT v.measure, v.detail) a ON true
    WHERE p.state IN ('effective', 'closed')
      AND NOT EXISTS (SELECT 1 FROM knowledge k WHERE k.origin = 'problem:' || p.id) ORDER BY p.id
    """
)
_PRAISED = text(
    """
    SELECT f.id, f.text, (SELECT m.issue FROM mention m WHERE m.annotation_id = a.id AND m.current AND m.polarity = 1
                          ORDER BY m.confidence DESC LIMIT 1) AS issue
    FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
    WHERE a.type = 'praise' AND a.sentiment >= 0.6 AND f.disposition = 'accepted' AND f.suspect IS NULL
      AND f.superseded_by IS NULL AND f.agent IS NOT NULL AND length(f.text) BETWEEN 40 AND 400
      AND f.occurred_at >= :since
      AND NOT EXISTS (SELECT 1 FROM knowledge k WHERE k.origin = 'feedback:' || f.id)
    ORDER BY a.sentiment * a.type_confidence DESC, f.id LIMIT :limit
    """
)


def harvest(session: Session, since: datetime, by: By, praises: int = 10) -> tuple[int, int]:
    """Make drafts of problems that were solved and of the praise that tells most; return how many of each."""
    solved = [add(session, _case_of(row), by, origin=f"problem:{row.id}") for row in session.execute(_SOLVED)]
    praised = [
        add(
            session,
            Words(PRAISED, row.text, TO_DO, issue=row.issue, kind="case"),
            by,
            origin=f"feedback:{row.id}",
        )
        for row in session.execute(_PRAISED, {"since": since, "limit": praises})
    ]
    return sum(id_ is not None for id_ in solved), sum(id_ is not None for id_ in praised)


def _case_of(row: Any) -> Words:
    scenario = f"根因：{row.root_cause or '未写明'}。{row.sentence}"
    return Words(row.name, f"{row.measure}：{row.detail}", scenario, issue=row.issue, kind="case")
