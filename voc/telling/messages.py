"""Which messages follow from which step, as data, and what may stand in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from voc.errors import InputError

AUDIENCES = ("customer", "reporters", "department", "owner", "leadership", "asked", "reviewer", "joined")
# What the clock does to a life without anybody taking a step.
MOMENTS = ("due_soon", "overdue", "leadership", "callback")
OBSERVING = "已采取措施，效果观察中"


@dataclass(frozen=True)
class Notice:
    """One message to send: `event` goes into the outbox key, `template` names the text."""

    event: str
    audience: str
    template: str


def _notice(template: str, audience: str) -> Notice:
    return Notice(template, audience, template)


AFTER: Mapping[tuple[str, str], tuple[Notice, ...]] = MappingProxyType(
    {
        ("case", "open"): (_notice("case_opened", "customer"),),
        ("case", "assign"): (_notice("case_assigned", "department"),),
        ("case", "respond"): (_notice("case_responded", "customer"),),
        ("case", "resolve"): (_notice("case_resolved", "customer"),),
        ("case", "reopen"): (
            _notice("case_reopened", "customer"),
            Notice("case_reassigned", "department", "case_assigned"),
        ),
        ("case", "escalate"): (_notice("case_escalated", "owner"),),
        ("case", "join"): (_notice("case_joined", "joined"),),
        ("case", "callback"): (_notice("case_callback", "customer"),),
        ("case", "due_soon"): (_notice("case_due_soon", "owner"),),
        ("case", "overdue"): (_notice("case_overdue", "owner"),),
        ("case", "leadership"): (Notice("case_escalated_top", "leadership", "case_escalated"),),
        ("joint", "due_soon"): (_notice("joint_due_soon", "owner"),),
        ("joint", "overdue"): (_notice("joint_overdue", "owner"),),
        ("joint", "leadership"): (Notice("joint_escalated", "leadership", "joint_overdue"),),
        ("action", "approve"): (_notice("action_approved", "department"),),
        ("action", "hand_over"): (Notice("action_handed_over", "department", "action_approved"),),
        ("action", "return"): (_notice("action_returned", "owner"),),
        ("action", "implement"): (_notice("action_implemented", "reporters"),),
        ("action", "due_soon"): (_notice("action_due_soon", "owner"),),
        ("action", "overdue"): (_notice("action_overdue", "owner"),),
        ("action", "leadership"): (Notice("action_escalated", "leadership", "action_overdue"),),
        ("review", "open"): (_notice("review_opened", "department"),),
        ("review", "escalate"): (_notice("review_overdue", "owner"),),
        ("rootcause", "begin"): (_notice("rootcause_asked", "department"),),
        ("rootcause", "submit"): (_notice("rootcause_submitted", "reviewer"),),
        ("rootcause", "return"): (_notice("rootcause_returned", "department"),),
        ("rootcause", "due_soon"): (_notice("rootcause_due_soon", "department"),),
        ("rootcause", "overdue"): (_notice("rootcause_overdue", "owner"),),
        ("rootcause", "leadership"): (Notice("rootcause_escalated", "leadership", "rootcause_overdue"),),
        ("approval", "request"): (_notice("approval_requested", "asked"),),
        ("approval", "overdue"): (_notice("approval_overdue", "asked"),),
        ("approval", "escalate"): (Notice("approval_escalated", "leadership", "approval_overdue"),),
        ("problem", "succeed"): (_notice("problem_effective", "reporters"),),
        ("problem", "fail"): (
            _notice("problem_ineffective", "department"),
            _notice("problem_ineffective", "leadership"),
        ),
        ("problem", "relapse"): (
            _notice("problem_relapsed", "department"),
            _notice("problem_relapsed", "leadership"),
        ),
    }
)
TEMPLATES: frozenset[str] = frozenset(n.template for notices in AFTER.values() for n in notices)
# Told about the post itself, not about a life.
OF_OPERATION: frozenset[str] = frozenset(
    {"channel_stopped", "channel_strange", "digest", "quality_failed", "report_released"}
)
# An invitation to a questionnaire follows from a schedule, not from a step.
INVITATION = "survey_invited"
FOR_CUSTOMERS: frozenset[str] = frozenset(
    n.template for notices in AFTER.values() for n in notices if n.audience in ("customer", "reporters")
) | {INVITATION}


# --- text that customers wrote, made harmless ------------------------------------------------------------

_MARKUP = str.maketrans(dict.fromkeys("<>[]()*_`#!|＜＞［］＊＿｀＃｜@＠~\\", ""))
_LINK = re.compile(r"(?i)(?:(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,20}://|www\.)[^\s\u2e80-\uffef]*")
_DOMAIN = re.compile(
    r"(?i)(?<![a-z0-9-])(?:[a-z0-9-]+\.)+[a-z]{2,18}(?![a-z0-9])(?::\d+)?(?:/[^\s\u2e80-\uffef]*)?"
)
_SPACE = re.compile(r"\s+")


def neutralise(text: str, limit: int = 80) -> str:
    """Return customer text without links, mentions, images and headings, cut to `limit` characters."""
    # A field may hold 200 kB; what lies far beyond the cut need not be read.
    visible = "".join(_visible(character) for character in text[: limit * 10])
    plain = visible.translate(_MARKUP)
    without_links = _DOMAIN.sub(" ", _LINK.sub(" ", plain)).replace("://", " ")
    line = _SPACE.sub(" ", without_links).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    # Format characters (zero width, right-to-left) vanish, so that they cannot split a word or hide a link.
    return "" if category == "Cf" else " " if category[0] == "C" else character


# --- effects: only a verified one may be a number ---------------------------------------------------------

_SHOWS_NUMBER = frozenset({"effective", "partly_effective"})
METRICS: Mapping[str, str] = MappingProxyType(
    {
        "complaint_rate": "相关投诉率",
        "complaint_share": "相关投诉占比",
        "csat": "满意度",
        "fcr": "一次解决率",
    }
)
_DIGITS = r"[0-9〇零一二三四五六七八九十百千两半]"
_CHANGES = "下降|减少|降低|降至|降到|降了|缩短|上升|提升|提高|升至|增加|增长|改善|改进"
_EFFECT_NUMBER = re.compile(
    rf"{_DIGITS}+\s*(?:%|‰|个?百分点|个点)"
    rf"|百分之{_DIGITS}+"
    rf"|{_DIGITS}\s*成(?![员为功果品立本交分熟不人])"
    rf"|(?:{_CHANGES})[^，。；！？\n]{{0,6}}?{_DIGITS}+\s*(?:%|倍|成|天|小时|分钟|起|条|件|次|例|单|点|个|$|[，。；！？\n])"
    rf"|减半|折半|翻番|翻倍|(?:{_CHANGES})[^，。；！？\n]{{0,4}}?(?:一半|大半)"
)


def effect_phrase(verdict_code: str, relative_change: float | None, metric: str = "complaint_rate") -> str:
    """Put a verified effect into words (−0.58 → 下降约 58%); anything unverified is 效果观察中."""
    if verdict_code not in _SHOWS_NUMBER or relative_change is None:
        return OBSERVING
    percent = f"{abs(relative_change) * 100:.0f}"
    # nan and inf are no figures, and 0 % is no effect to boast of.
    if not percent.isdigit() or percent == "0":
        return OBSERVING
    direction = "下降" if relative_change < 0 else "提升"
    return f"经核实，{METRICS.get(metric, '相关指标')}{direction}约 {percent}%"


def refuse_unverified_numbers(body: str, verified: bool) -> str:
    """Return the body, or raise InputError when it claims an effect in numbers that nobody verified."""
    claim = None if verified else _EFFECT_NUMBER.search(unicodedata.normalize("NFKC", body))
    if claim is None:
        return body
    raise InputError(
        f"通知中出现了未经验证的效果数字「{claim.group().strip()}」。"
        f"请引用已核实的验证结论，或改为「{OBSERVING}」。"
    )
