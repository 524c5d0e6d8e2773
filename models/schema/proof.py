"""How effect is shown: operational figures, metric observations, contracts, verifications and reports."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Computed, ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Json, Key, Moment, one_of
from voc.effect.names import NAMES

VERDICTS = tuple(NAMES)


class OperationFigure(Base):
    """Orders, contacts and other figures of the business that complaints are set against."""

    __tablename__ = "operation_figure"
    __table_args__ = (CheckConstraint("value >= 0", name="not_negative"),)

    day: Mapped[date] = mapped_column(primary_key=True, comment="day in Asia/Shanghai")
    name: Mapped[str] = mapped_column(primary_key=True, comment="orders, contacts, …")
    region: Mapped[str] = mapped_column(primary_key=True, default="", comment="region, empty for none")
    product: Mapped[str] = mapped_column(primary_key=True, default="", comment="product, empty for none")
    value: Mapped[float] = mapped_column(comment="amount of that day")


class MetricObservation(Base):
    """What a metric was on one day in one slice."""

    __tablename__ = "metric_observation"
    __table_args__ = (CheckConstraint("numerator >= 0 AND denominator >= 0", name="not_negative"),)

    metric: Mapped[str] = mapped_column(primary_key=True, comment="name of the metric, with its subject")
    day: Mapped[date] = mapped_column(primary_key=True, comment="day in Asia/Shanghai")
    slice: Mapped[str] = mapped_column(primary_key=True, comment="all, or channel:…, region:…")
    numerator: Mapped[int] = mapped_column(comment="customers who spoke of it")
    denominator: Mapped[int] = mapped_column(comment="accepted feedback of that day and slice")
    exposure: Mapped[float | None] = mapped_column(comment="orders of that day and slice, when known")


class Contract(Base):
    """What will count as success, written down before the action goes live."""

    __tablename__ = "contract"
    __table_args__ = (CheckConstraint("(locked_at IS NULL) = (locked_hash IS NULL)", name="locked_whole"),)

    id: Mapped[Key]
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), unique=True, comment="action it judges")
    body: Mapped[str] = mapped_column(comment="canonical JSON of the contract")
    locked_hash: Mapped[str | None] = mapped_column(comment="sha256 of the body when it was locked")
    locked_at: Mapped[Moment | None] = mapped_column(comment="when it was locked")
    locked_by: Mapped[str | None] = mapped_column(comment="who locked it")
    revision: Mapped[int] = mapped_column(
        server_default="1", comment="1, and one more each time it is written anew before the go-live"
    )


class Verification(Base):
    """A verdict on an action, with everything it was reached from."""

    __tablename__ = "verification"
    __table_args__ = (UniqueConstraint("action_id", "attempt"), one_of("verdict", VERDICTS))

    id: Mapped[Key]
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), comment="action judged")
    attempt: Mapped[int] = mapped_column(comment="1, and one more after each extension")
    due_on: Mapped[date] = mapped_column(comment="first day it could be computed")
    verdict: Mapped[str] = mapped_column(comment="one of the verdicts")
    sentence: Mapped[str] = mapped_column(comment="the verdict as people read it")
    result: Mapped[Json] = mapped_column(
        comment="design, estimate, interval, p, diagnostics, windows, series"
    )
    lineage: Mapped[Json] = mapped_column(
        comment="query, hash of the row set, model, taxonomy, contract, run"
    )
    computed_at: Mapped[Moment] = mapped_column(comment="when it was computed")


REPORT_KINDS = ("run", "weekly", "monthly", "action", "department", "meeting")
# Nobody writes the state of a report: it follows from what has happened to it.
_STATE = """CASE WHEN refused_at IS NOT NULL THEN 'refused' WHEN released_at IS NOT NULL THEN 'released'
WHEN asked_at IS NOT NULL THEN 'waiting' ELSE 'draft' END"""


class Report(Base):
    """A report that was written, what it says, where each of its numbers comes from, and who may have it."""

    __tablename__ = "report"
    __table_args__ = (
        one_of("kind", REPORT_KINDS),
        CheckConstraint("released_at IS NULL OR refused_at IS NULL", name="decided_once"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(comment="run, weekly, monthly, action, department or meeting")
    title: Mapped[str] = mapped_column(server_default="", comment="Chinese title, as printed")
    period_start: Mapped[date] = mapped_column(comment="first day")
    period_end: Mapped[date] = mapped_column(comment="last day")
    department: Mapped[str | None] = mapped_column(
        ForeignKey("department.code"), comment="department it is about, if it is about one"
    )
    action_id: Mapped[int | None] = mapped_column(
        ForeignKey("action.id"), comment="action it is about, if it is about one"
    )
    path: Mapped[str] = mapped_column(comment="page, relative to the home folder")
    pdf_path: Mapped[str | None] = mapped_column(comment="the same for paper, relative to the home folder")
    xlsx_path: Mapped[str | None] = mapped_column(
        comment="its figures as a workbook, relative to the home folder"
    )
    sha256: Mapped[str] = mapped_column(comment="of the page")
    facts: Mapped[Json] = mapped_column(comment="the numbers it prints")
    lineage: Mapped[Json] = mapped_column(comment="where each number comes from")
    scope: Mapped[Json] = mapped_column(
        server_default=text("'{}'::jsonb"), comment="what it takes to write it again: time, run, versions"
    )
    created_at: Mapped[Moment] = mapped_column(comment="when it was written")
    run: Mapped[str | None] = mapped_column(comment="flow run that wrote it")
    approval_id: Mapped[int | None] = mapped_column(comment="approval that was asked for")
    asked_at: Mapped[Moment | None] = mapped_column(comment="when approval was asked for")
    released_at: Mapped[Moment | None] = mapped_column(comment="when leadership was told")
    refused_at: Mapped[Moment | None] = mapped_column(comment="when it was sent back")
    state: Mapped[str] = mapped_column(
        Computed(_STATE, persisted=True),
        comment="draft, waiting, released or refused; follows from the moments",
    )


class RelapseWatch(Base):
    """One round of a problem that is watched since it was effective."""

    __tablename__ = "relapse_watch"
    __table_args__ = (CheckConstraint("weeks >= 0 AND evidence >= 0", name="not_negative"),)

    problem_id: Mapped[int] = mapped_column(
        ForeignKey("problem.id"), primary_key=True, comment="problem watched"
    )
    problem_round: Mapped[int] = mapped_column("round", primary_key=True, comment="round that was effective")
    verification_id: Mapped[int] = mapped_column(
        ForeignKey("verification.id"), comment="verdict whose level it is held against"
    )
    model: Mapped[str | None] = mapped_column(comment="model that read what is counted")
    taxonomy: Mapped[str | None] = mapped_column(comment="taxonomy of that reading")
    reached: Mapped[float] = mapped_column(comment="rate that was reached")
    highest: Mapped[float] = mapped_column(comment="highest rate that is no relapse")
    phi: Mapped[float] = mapped_column(comment="variance of weekly counts over their mean")
    through: Mapped[date] = mapped_column(comment="last day judged; what comes later for it counts no more")
    weeks: Mapped[int] = mapped_column(comment="weeks judged")
    logs: Mapped[list[float]] = mapped_column(JSONB(), comment="log weight of each size of relapse")
    evidence: Mapped[float] = mapped_column(comment="e-value: how much likelier than none a relapse is")
    relapsed_at: Mapped[Moment | None] = mapped_column(comment="when the problem was re-opened")
