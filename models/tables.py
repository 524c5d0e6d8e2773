"""All tables in one import, for migrations and tests."""

from models.alarm import Alarm, Review, ReviewLog, Watch, WatchedBatch
from models.audit import AuditItem, AuditReading, AuditSample
from models.base import Base
from models.business import BusinessEvent
from models.events import Event
from models.evidence import Clarification, Evidence
from models.feedback import Annotation, Customer, DuplicateBand, Feedback, IssueDay, Mention, TaxonomyVersion
from models.intake import Batch, Contact, Delivery, Quarantine, RawRecord, Source
from models.learned import CodingBreak, Label, LabelDraw, ModelAdoption
from models.loop import (
    Action,
    ActionLog,
    Case,
    CaseLog,
    Department,
    Problem,
    ProblemLineage,
    ProblemLog,
    ProblemMember,
    User,
)
from models.outbox import ChannelStop, OutboxMessage
from models.proof import Contract, MetricObservation, OperationFigure, Report, Verification
from models.registry import RegistryAnchor, RegistryApart, RegistryDay, RegistryGroup, RegistryMember
from models.suspect import Suspicion

__all__ = [
    "Action",
    "ActionLog",
    "Alarm",
    "Annotation",
    "AuditItem",
    "AuditReading",
    "AuditSample",
    "Base",
    "Batch",
    "BusinessEvent",
    "Case",
    "CaseLog",
    "ChannelStop",
    "Clarification",
    "CodingBreak",
    "Contact",
    "Contract",
    "Customer",
    "Delivery",
    "Department",
    "DuplicateBand",
    "Event",
    "Evidence",
    "Feedback",
    "IssueDay",
    "Label",
    "LabelDraw",
    "Mention",
    "MetricObservation",
    "ModelAdoption",
    "OperationFigure",
    "OutboxMessage",
    "Problem",
    "ProblemLineage",
    "ProblemLog",
    "ProblemMember",
    "Quarantine",
    "RawRecord",
    "RegistryAnchor",
    "RegistryApart",
    "RegistryDay",
    "RegistryGroup",
    "RegistryMember",
    "Report",
    "Review",
    "ReviewLog",
    "Source",
    "Suspicion",
    "TaxonomyVersion",
    "User",
    "Verification",
    "Watch",
    "WatchedBatch",
]
