"""All tables in one import, for migrations and tests."""

from models.schema.agreed import ActionRollout, ContractVersion
from models.schema.alarm import Alarm, Review, ReviewLog, Watch, WatchedBatch
from models.schema.approval import Approval, ApprovalLog
from models.schema.audit import AuditItem, AuditReading, AuditSample
from models.schema.base import Base
from models.schema.business import BusinessEvent
from models.schema.evidence import Clarification, Evidence
from models.schema.feedback import Annotation, Customer, Feedback, IssueDay, Mention, TaxonomyVersion
from models.schema.identity import (
    Allowance,
    AuditEvent,
    Credential,
    SecondFactor,
    User,
    UserLink,
    UserSession,
    UserSkill,
)
from models.schema.intake import Batch, Contact, Delivery, Quarantine, RawRecord, Source
from models.schema.knowledge import Knowledge, KnowledgeUse, KnowledgeVersion
from models.schema.learned import CodingBreak, Label, LabelDraw, ModelAdoption
from models.schema.loop import (
    Action,
    ActionLog,
    Case,
    CaseLog,
    CaseTask,
    Department,
    Problem,
    ProblemLineage,
    ProblemLog,
    ProblemMember,
)
from models.schema.machines import ApiKey, InboundMessage, WebhookSecret
from models.schema.outbox import ChannelBucket, ChannelStop, Event, OutboxMessage
from models.schema.packed import IndexBlock, IndexRun
from models.schema.promises import SlaFired, SlaLap, SlaWatch
from models.schema.proof import (
    Contract,
    MetricObservation,
    OperationFigure,
    RelapseWatch,
    Report,
    Verification,
)
from models.schema.registry import RegistryApart, RegistryGroup, RegistryMember
from models.schema.rootcause import RootCause, RootCauseLog
from models.schema.sop import SopLog, SopRun
from models.schema.surveying import Campaign, Survey
from models.schema.suspect import Suspicion
from models.schema.tracked import CustomerAnswer, CustomerPreference, Erasure, Tombstone, TrackingLink
from models.schema.workbench import Attachment, Holder, Note

__all__ = [
    "Action",
    "ActionLog",
    "ActionRollout",
    "Alarm",
    "Allowance",
    "Annotation",
    "ApiKey",
    "Approval",
    "ApprovalLog",
    "Attachment",
    "AuditEvent",
    "AuditItem",
    "AuditReading",
    "AuditSample",
    "Base",
    "Batch",
    "BusinessEvent",
    "Campaign",
    "Case",
    "CaseLog",
    "CaseTask",
    "ChannelBucket",
    "ChannelStop",
    "Clarification",
    "CodingBreak",
    "Contact",
    "Contract",
    "ContractVersion",
    "Credential",
    "Customer",
    "CustomerAnswer",
    "CustomerPreference",
    "Delivery",
    "Department",
    "Erasure",
    "Event",
    "Evidence",
    "Feedback",
    "Holder",
    "InboundMessage",
    "IndexBlock",
    "IndexRun",
    "IssueDay",
    "Knowledge",
    "KnowledgeUse",
    "KnowledgeVersion",
    "Label",
    "LabelDraw",
    "Mention",
    "MetricObservation",
    "ModelAdoption",
    "Note",
    "OperationFigure",
    "OutboxMessage",
    "Problem",
    "ProblemLineage",
    "ProblemLog",
    "ProblemMember",
    "Quarantine",
    "RawRecord",
    "RegistryApart",
    "RegistryGroup",
    "RegistryMember",
    "RelapseWatch",
    "Report",
    "Review",
    "ReviewLog",
    "RootCause",
    "RootCauseLog",
    "SecondFactor",
    "SlaFired",
    "SlaLap",
    "SlaWatch",
    "SopLog",
    "SopRun",
    "Source",
    "Survey",
    "Suspicion",
    "TaxonomyVersion",
    "Tombstone",
    "TrackingLink",
    "User",
    "UserLink",
    "UserSession",
    "UserSkill",
    "Verification",
    "Watch",
    "WatchedBatch",
    "WebhookSecret",
]
