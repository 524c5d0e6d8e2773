"""All tables in one import, for migrations and tests."""

from models.agreed import ActionRollout, ContractVersion
from models.alarm import Alarm, Review, ReviewLog, Watch, WatchedBatch
from models.approval import Approval, ApprovalLog
from models.audit import AuditItem, AuditReading, AuditSample
from models.base import Base
from models.business import BusinessEvent
from models.events import Event
from models.evidence import Clarification, Evidence
from models.feedback import Annotation, Customer, Feedback, IssueDay, Mention, TaxonomyVersion
from models.identity import Allowance, AuditEvent, Credential, User, UserLink, UserSession
from models.intake import Batch, Contact, Delivery, Quarantine, RawRecord, Source
from models.joint import CaseTask
from models.knowledge import Knowledge, KnowledgeUse, KnowledgeVersion
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
)
from models.machines import ApiKey, InboundMessage, WebhookSecret
from models.outbox import ChannelBucket, ChannelStop, OutboxMessage
from models.packed import IndexBlock, IndexRun
from models.promises import SlaFired, SlaLap, SlaWatch
from models.proof import Contract, MetricObservation, OperationFigure, Report, Verification
from models.queueing import UserSkill
from models.registry import RegistryApart, RegistryGroup, RegistryMember
from models.relapse import RelapseWatch
from models.rootcause import RootCause, RootCauseLog
from models.sop import SopLog, SopRun
from models.surveying import Campaign, Survey
from models.suspect import Suspicion
from models.tracked import CustomerAnswer, CustomerPreference, Erasure, Tombstone, TrackingLink
from models.workbench import Attachment, Holder, Note

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
