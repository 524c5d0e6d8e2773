"""From what the walk found to an alarm with its evidence and likely cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from models.problems import series as counting
from tasks.aggregate import organisation
from tasks.assets import taxonomy
from voc.alarms.cause import Told, quotations, sentence, standing_out
from voc.alarms.grid import Grid, end_of
from voc.alarms.matter import has_a_matter
from voc.alarms.series import PRECISE, is_words, issue_of, label_of, parts, precision
from voc.alarms.values import Alarm
from voc.alarms.walk import Episode, Policy
from voc.causes.slices import Lift, lifts, over_represented
from voc.routing import EMERGENCY, route

PAST = timedelta(days=180)  # whose words the words of an alarm are compared with
MOST_BEFORE, MOST_SHOWN = 3_000, 500


@dataclass(frozen=True)
class Ground:
    """Which days are walked: how far was looked before, how far now, and which days got rows since."""

    looked: date | None
    until: date
    new_days: frozenset[date]

    @property
    def earliest(self) -> date:
        """Return the first day on which an alarm may be new."""
        next_day = [self.looked + timedelta(days=1)] if self.looked else []
        return min([*self.new_days, *next_day, self.until])


@dataclass(frozen=True)
class Found:
    """An episode worth telling, with the ids of its feedback up to the day it is raised."""

    kind: str
    series: str
    grid: Grid
    episode: Episode
    ids: frozenset[int] = frozenset()

    @property
    def raised(self) -> date:
        """Return the day on whose end it is raised."""
        return self.grid.day(self.episode.raised)

    @property
    def start(self) -> date:
        """Return its first day."""
        return self.grid.day(self.episode.start)


def explain(session: Session, one: Found, *, late: bool) -> Alarm:
    """Draw up an alarm: what, since when, how much more than usual, and why, by what was known on its day."""
    urgent = one.kind == "safety"
    issue = _issue(session, one) if one.kind == "spike" else None
    owner = route(issue, EMERGENCY if urgent else 0, organisation())
    label = _label(one)
    words, quoted, cause, evidence = (
        _silence(one) if one.kind == "silence" else _why(session, one, label, issue)
    )
    return Alarm(
        kind=one.kind,
        series=one.series,
        label=label,
        start=one.start,
        end=one.grid.day(one.episode.end),
        observed=round(one.episode.observed),
        expected=round(one.episode.expected, 2),
        raised_at=end_of(one.raised),
        department=owner[-1] if urgent and issue is None else owner[0],
        words=tuple(words),
        quotations=tuple(quoted),
        cause=cause,
        evidence=evidence,
        issue=issue if issue in taxonomy() else None,
        p_value=one.episode.p_value,
        urgent=urgent,
        late=late,
    )


def _issue(session: Session, one: Found) -> str | None:
    """Return the issue or area of a series; of words, the issue that most of their feedback complains of."""
    if not is_words(one.series):
        return issue_of(one.series)
    named = counting.issues_of(session, sorted(one.ids)[-MOST_SHOWN:])
    return named[0][0] if named and 2 * named[0][1] >= len(one.ids) else None


def _label(one: Found) -> str:
    if one.kind == "spike":
        return label_of(one.series, taxonomy())
    return "涉及安全或故障的反馈" if one.kind == "safety" else f"来源「{one.series.partition(':')[2]}」"


def _silence(one: Found) -> tuple[list[str], list[str], str, dict[str, object]]:
    days = (one.raised - one.start).days + 1
    usual = f"按以往节奏这几天应约有 {one.episode.rate * days:.0f} 条"
    cause = (
        f"自 {one.start:%Y-%m-%d} 起连续 {days} 天没有新反馈，{usual}；请检查采集是否中断、渠道入口是否正常。"
    )
    return [], [], cause, {"days": days}


def _why(
    session: Session, one: Found, label: str, issue: str | None
) -> tuple[list[str], list[str], str, dict[str, object]]:
    ids = sorted(one.ids)[-MOST_SHOWN:]
    said = counting.voices(session, ids, issue)
    words = _words(session, one, said)
    quoted = quotations([Told(voice.text, voice.start, voice.end) for voice in said], words)
    named = [(name(code), count) for code, count in counting.issues_of(session, ids)]
    shown = list(words) or [title for title, _ in named[:2]]
    over = _lifts(session, one, ids)
    volume = counting.volume(session, one.start, one.raised)
    cause = sentence(label, len(one.ids), one.episode.expected_then, named, over, list(words), volume)
    slices = [
        {"kind": lift.kind, "value": lift.value, "ratio": lift.ratio, "q": lift.q_value} for lift in over
    ]
    evidence: dict[str, object] = {
        "feedback": ids[-100:],
        "issues": named[:5],
        "slices": slices[:5],
        "volume": volume,
    }
    return shown, quoted, cause, evidence


def _words(session: Session, one: Found, said: Sequence[counting.Voice]) -> dict[str, float]:
    yesterday = one.start - timedelta(days=1)
    before = counting.words_before(session, one.start - PAST, yesterday, MOST_BEFORE)
    return standing_out([voice.text for voice in said], before)


def is_one_thing(session: Session, one: Found, policy: Policy) -> bool:
    """Tell whether the feedback of an episode, by what is known on its day, has a matter in common."""
    if precision(one.series) == PRECISE:
        return True
    ids = sorted(one.ids)[-MOST_SHOWN:]
    said = counting.voices(session, ids, None)
    texts, named = [voice.text for voice in said], counting.issues_of(session, ids)
    return has_a_matter(one.series, texts, _words(session, one, said), named, policy)


def _lifts(session: Session, one: Found, ids: list[int]) -> list[Lift]:
    own = parts(one.series)[1]
    cells = counting.cells(session, ids, one.start, one.raised)
    return [lift for lift in over_represented(lifts(cells)) if lift.kind != own]


def name(code: str) -> str:
    """Name an issue in Chinese."""
    return taxonomy().issue(code).name if code in taxonomy() else code
