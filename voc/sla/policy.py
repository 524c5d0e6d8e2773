"""What is promised to whom, read from sla.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from voc.errors import InputError, misspelt
from voc.sla.calendar import AROUND_THE_CLOCK, OFFICE, OFFICE_HOURS, Calendar, Days, worked
from voc.sla.clock import Grant, Level, Term

CLAIMS = ("standard", "urgent", "vip", "social", "guidance", "dated")
Terms = Mapping[str, Sequence[Sequence[Any]]]


@dataclass(frozen=True)
class Promise:
    """One promise: its Chinese title, its ladder, and the hours granted to each claim."""

    title: str
    ladder: tuple[Level, ...]
    grants: Mapping[str, tuple[float, str]]
    least: float = 0.0


@dataclass(frozen=True)
class Policy:
    """All promises with the calendars they are counted on."""

    version: str
    calendars: Mapping[str, Calendar]
    promises: Mapping[str, Promise]
    vip_value: float
    social_channels: frozenset[str]

    def calendar(self, name: str) -> Calendar:
        """Return a calendar by name; a name that is gone is the office."""
        return self.calendars.get(name, self.calendars.get("office", OFFICE))

    @property
    def office(self) -> Calendar:
        """Return the office calendar."""
        return self.calendar("office")


def claims(priority: str, value: float, channel: str, type_: str, policy: Policy) -> list[str]:
    """Return what a feedback can claim."""
    found = {
        "urgent": priority == "urgent",
        "vip": value >= policy.vip_value,
        "social": channel in policy.social_channels,
        "guidance": type_ == "enquiry",
    }
    return ["standard", *(name for name, claimed in found.items() if claimed)]


def terms_of(policy: Policy, promises: Sequence[str], claimed: Sequence[str]) -> dict[str, list[list[Any]]]:
    """Return what is promised as plain values (promise → [hours, calendar] …), to be kept with the case."""
    return {
        name: [list(grant) for claim, grant in policy.promises[name].grants.items() if claim in claimed]
        for name in promises
        if name in policy.promises
    }


def terms_from(policy: Policy, kept: Terms) -> dict[str, Term]:
    """Read kept terms back; calendars and ladders are those of the policy in force."""
    return {
        name: _term(policy, name, tuple(Grant(float(hours), policy.calendar(on)) for hours, on in grants))
        for name, grants in kept.items()
        if name in policy.promises and grants
    }


def dated(policy: Policy, promise: str, start: datetime, until: datetime) -> dict[str, Term]:
    """Return the term of a promise that has a date: the working time until then, at least what is due to anybody."""
    hours = worked(start, until, policy.office) / timedelta(hours=1)
    return {
        promise: _term(policy, promise, (Grant(max(hours, policy.promises[promise].least), policy.office),))
    }


def _term(policy: Policy, name: str, grants: tuple[Grant, ...]) -> Term:
    promise = policy.promises[name]
    return Term(grants, promise.ladder, promise.least, policy.calendars)


def parse_policy(text: str) -> Policy:
    """Read sla.toml, or raise InputError saying which entry is wrong and how to mend it."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"时限配置不是有效的 TOML：{misspelt(error)}") from error
    try:
        days = _days(document.get("days", {}))
        calendars = {name: _calendar(entry, days) for name, entry in document.get("calendar", {}).items()}
    except ValueError as error:
        raise InputError(
            f"时限配置中的日历不正确：{error}。时段写成 09:00-12:00，日期写成 2027-02-06。"
        ) from error
    calendars = {"office": Calendar(days=days), "always": AROUND_THE_CLOCK, **calendars}
    promises = {name: _promise(name, entry, calendars) for name, entry in document.get("promise", {}).items()}
    claim = document.get("claim", {})
    return Policy(
        version=str(document.get("version", "")),
        calendars=MappingProxyType(calendars),
        promises=MappingProxyType(promises),
        vip_value=float(claim.get("vip_value", 2.5)),
        social_channels=frozenset(claim.get("social_channels", ("social",))),
    )


def _days(entry: Mapping[str, Any]) -> Days:
    return Days(
        frozenset(_day(day) for day in entry.get("worked", ())),
        frozenset(_day(day) for day in entry.get("free", ())),
        frozenset(int(year) for year in entry.get("published", ())),
    )


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _calendar(entry: Mapping[str, Any], days: Days) -> Calendar:
    if entry.get("round_the_clock"):
        return AROUND_THE_CLOCK
    periods = [_period(str(text)) for text in entry.get("hours", ())]
    return Calendar(tuple(periods) or OFFICE_HOURS, days)


def _period(text: str) -> tuple[time, time]:
    opens, _, closes = text.partition("-")
    return time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())


def _promise(name: str, entry: Mapping[str, Any], calendars: Mapping[str, Calendar]) -> Promise:
    ladder = sorted(
        (Level(level, float(share)) for level, share in entry.get("ladder", {}).items()),
        key=lambda rung: rung.share,
    )
    if not ladder or ladder[0].share <= 0:
        raise InputError(f"时限配置中「{name}」的 ladder 须至少有一级，且都大于 0。")
    grants = {}
    for grant in entry.get("grants", ()):
        claim, hours, on = (
            grant.get("claim", "standard"),
            grant.get("hours", 0),
            grant.get("calendar", "office"),
        )
        if claim not in CLAIMS or on not in calendars or not hours > 0:
            raise InputError(
                f"时限配置中「{name}」的一项不正确：{grant}。须有已知的 claim、calendar 和大于 0 的 hours。"
            )
        grants[claim] = (float(hours), str(on))
    if not {"standard", "dated"} & grants.keys():
        raise InputError(f"时限配置中「{name}」缺少 standard 一项。")
    return Promise(
        str(entry.get("title", name)), tuple(ladder), MappingProxyType(grants), float(entry.get("least", 0))
    )
