"""What the outbox does next with a message: states, retries and unknown outcomes, without sending anything.

pending → sending → sent | retry | dead | unknown | suppressed
             retry → sending        dead → pending (replayed by a person)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from voc.errors import StepRefused

STATES: Mapping[str, str] = {
    "pending": "待发送",
    "sending": "发送中",
    "sent": "已交付渠道",
    "retry": "待重试",
    "dead": "发送失败",
    "unknown": "结果不明",
    "suppressed": "已合并或不再发送",
}
MOVES: Mapping[str, frozenset[str]] = {
    "pending": frozenset({"sending", "suppressed"}),
    "sending": frozenset({"sent", "retry", "dead", "unknown", "pending"}),
    "retry": frozenset({"sending", "suppressed"}),
    "unknown": frozenset({"sent", "sending", "retry", "dead", "suppressed"}),
    "dead": frozenset({"pending", "suppressed"}),
    "sent": frozenset(),
    "suppressed": frozenset(),
}
SCHEDULE: tuple[timedelta, ...] = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
JITTER = 0.2
# A robot that answers "come back next year" must not park a message for ever.
LONGEST_WAIT = timedelta(hours=24)
OUTCOMES = ("sent", "retry", "dead", "stop", "unknown")
ON_UNKNOWN = ("resend", "check", "hold")


@dataclass(frozen=True)
class Transition:
    """What to write into the outbox row after an attempt.

    `repeat` says that every further attempt may be a second copy and must be marked as one; it stays set once
    it was. `stop_channel` says that the whole channel has to be parked and its owner warned through another.
    """

    state: str
    next_attempt_at: datetime | None
    note: str
    repeat: bool = False
    stop_channel: bool = False


def next_attempt(
    attempts: int, now: datetime, jitter: float = 0.0, retry_after: float | None = None
) -> datetime | None:
    """Return when to try again after `attempts` failures (1 = the first failed), None when it is over."""
    if not 1 <= attempts <= len(SCHEDULE):
        return None
    if retry_after is not None:
        return now + min(timedelta(seconds=max(0.0, min(retry_after, 1e6))), LONGEST_WAIT)
    spread = 1 + JITTER * min(max(jitter, -1.0), 1.0)
    return now + SCHEDULE[attempts - 1] * spread


def after(
    outcome: str,
    attempts: int,
    now: datetime,
    *,
    jitter: float = 0.0,
    retry_after: float | None = None,
    on_unknown: str = "resend",
    reason: str = "",
    repeat: bool = False,
) -> Transition:
    """Return what follows from attempt number `attempts` (counted from 1); `repeat` is the row's own mark."""
    if outcome == "sent":
        return Transition("sent", None, reason or "渠道已确认收到", repeat)
    if outcome == "dead":
        return Transition("dead", None, reason or "内容或收件人有误，不再重试", repeat)
    if outcome == "stop":
        return Transition("pending", None, reason or "渠道配置有误，已停用并暂存消息", repeat, True)
    again = next_attempt(attempts, now, jitter, retry_after)
    if outcome == "retry":
        return _retry(again, attempts, reason, repeat)
    if outcome == "unknown":
        return _unknown(on_unknown, again, attempts, reason)
    raise ValueError(f"outcome must be one of {OUTCOMES}, not {outcome!r}")


def _retry(again: datetime | None, attempts: int, reason: str, repeat: bool) -> Transition:
    if again is None:
        return Transition("dead", None, f"已尝试 {attempts} 次仍未成功，转入死信。{reason}".strip(), repeat)
    return Transition("retry", again, reason or f"第 {attempts} 次发送未成功，稍后重试", repeat)


def _unknown(policy: str, again: datetime | None, attempts: int, reason: str) -> Transition:
    if policy == "resend":
        return _retry(again, attempts, reason or "结果不明，将重发并标注为重复消息", repeat=True)
    if policy == "check":
        return Transition("unknown", again, reason or "结果不明，待向渠道查询", repeat=True)
    if policy == "hold":
        return Transition("unknown", None, reason or "结果不明，等待人工确认", repeat=True)
    raise ValueError(f"on_unknown must be one of {ON_UNKNOWN}, not {policy!r}")


def lease_ended(attempts: int, now: datetime, on_unknown: str = "resend", jitter: float = 0.0) -> Transition:
    """Return what follows when a dispatcher died while sending: nobody knows whether the message left."""
    return after(
        "unknown", attempts, now, jitter=jitter, on_unknown=on_unknown, reason="发送进程中断，结果不明"
    )


def move(message_no: object, state: str, target: str) -> str:
    """Return the target state, or raise StepRefused when an outbox row may not go there."""
    if target not in MOVES.get(state, frozenset()):
        shown = STATES.get(state, state)
        raise StepRefused("消息", message_no, shown, STATES.get(target, target), "发件箱不允许这样变更。")
    return target


def claimable(state: str, next_attempt_at: datetime | None, now: datetime) -> bool:
    """Tell whether a dispatcher may take this row now."""
    if state == "pending":
        return next_attempt_at is None or next_attempt_at <= now
    return state == "retry" and next_attempt_at is not None and next_attempt_at <= now


# --- rates and digests ----------------------------------------------------------------------------------

DIGEST_ABOVE = 5


@dataclass(frozen=True)
class Bucket:
    """A token bucket: how many messages may leave now, as counted at `at`."""

    tokens: float
    at: datetime


@dataclass(frozen=True)
class Rate:
    """How fast messages may leave: never more than `per_minute` + `burst` within a minute."""

    per_minute: float
    burst: float


def take_many(bucket: Bucket, now: datetime, rate: Rate, wanted: int) -> tuple[Bucket, int]:
    """Take up to `wanted` tokens; return what is left and how many there were."""
    taken = 0
    while taken < wanted:
        bucket, wait = take(bucket, now, rate.per_minute, rate.burst)
        if wait:
            break
        taken += 1
    return bucket, taken


def take(bucket: Bucket, now: datetime, per_minute: float, burst: float) -> tuple[Bucket, timedelta]:
    """Take one token if there is one; otherwise return the bucket unchanged in count and how long to wait."""
    minutes = max(0.0, (now - bucket.at) / timedelta(minutes=1))
    tokens = min(burst, bucket.tokens + minutes * per_minute)
    at = max(now, bucket.at)
    if tokens >= 1:
        return Bucket(tokens - 1, at), timedelta()
    return Bucket(tokens, at), timedelta(minutes=(1 - tokens) / per_minute)


def merges(waiting: int) -> bool:
    """Tell whether the messages waiting for one robot are to be merged into one digest."""
    return waiting > DIGEST_ABOVE


def digest_at(now: datetime) -> datetime:
    """Return when a digest may leave: at once, but not in the crowded minutes :00 and :30."""
    if now.minute not in (0, 30):
        return now
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)
