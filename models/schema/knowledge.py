"""The knowledge base: questions with their answers and where they hold, in versions, and where they were used."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TEXT

from models.schema.base import Base, Key, Moment, one_of

KINDS = ("answer", "case")
STATES = ("draft", "published", "retired")


class Knowledge(Base):
    """One entry; what it says stands in its versions, the newest of which is copied here to be searched."""

    __tablename__ = "knowledge"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("state", STATES),
        Index("ix_knowledge_terms", "terms", postgresql_using="gin", postgresql_where="state = 'published'"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(comment="standard answer, or case worth learning from")
    state: Mapped[str] = mapped_column(comment="draft, published or retired")
    issue: Mapped[str | None] = mapped_column(index=True, comment="issue of the taxonomy it belongs to")
    version: Mapped[int] = mapped_column(comment="newest version")
    question: Mapped[str] = mapped_column(comment="as customers ask, or what happened")
    phrasings: Mapped[list[str]] = mapped_column(ARRAY(TEXT), comment="other ways of asking")
    answer: Mapped[str] = mapped_column(comment="what is answered, or what was done")
    scenario: Mapped[str] = mapped_column(comment="when it holds; empty: always")
    terms: Mapped[list[str]] = mapped_column(
        ARRAY(TEXT), comment="words and pairs of characters it is found by"
    )
    origin: Mapped[str | None] = mapped_column(
        unique=True, comment="problem:12 or feedback:34 it was made from, once"
    )
    changed_at: Mapped[Moment] = mapped_column(comment="when it was last changed")


class KnowledgeVersion(Base):
    """What an entry said from a moment on; never changed."""

    __tablename__ = "knowledge_version"

    knowledge_id: Mapped[int] = mapped_column(ForeignKey("knowledge.id"), primary_key=True, comment="entry")
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="1, 2, 3 …")
    state: Mapped[str] = mapped_column(comment="state from then on")
    question: Mapped[str] = mapped_column(comment="as customers ask, or what happened")
    phrasings: Mapped[list[str]] = mapped_column(ARRAY(TEXT), comment="other ways of asking")
    answer: Mapped[str] = mapped_column(comment="what is answered, or what was done")
    scenario: Mapped[str] = mapped_column(comment="when it holds; empty: always")
    reason: Mapped[str] = mapped_column(comment="why it was changed")
    at: Mapped[Moment] = mapped_column(comment="when")
    by: Mapped[str] = mapped_column(comment="person:…, rule:… or system:…")


class KnowledgeUse(Base):
    """A version that was used to answer a case."""

    __tablename__ = "knowledge_use"

    id: Mapped[Key]
    knowledge_id: Mapped[int] = mapped_column(ForeignKey("knowledge.id"), index=True, comment="entry")
    version: Mapped[int] = mapped_column(comment="its version then")
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True, comment="case answered with it")
    at: Mapped[Moment] = mapped_column(comment="when")
    by: Mapped[str] = mapped_column(comment="person:…")
