"""A house to test in: one source of CSV files, the stages called directly, and plain SQL to look at the rows."""

from __future__ import annotations

import csv
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from prefect.logging import disable_run_logger
from sqlalchemy import text

from models import engine as connections
from models.change import By
from models.engine import transaction
from models.intake.collecting import register_source
from models.loading import copy_rows
from models.measures import deciding
from settings import get_settings
from tasks.aggregate import aggregate_problems
from tasks.analyse import analyse_waiting
from tasks.check import check_waiting
from tasks.collect import read_source
from tasks.improve import confirm_problems, diagnose_problems, propose_actions

COLUMNS = ("编号", "内容", "时间", "评分", "电话", "城市")
MAP = dict(zip(("external_id", "text", "occurred_at", "rating", "phone", "region"), COLUMNS, strict=True))
CHINA = timezone(timedelta(hours=8))
LATE = "约好的安装师傅没来"
FINE = "质量很好，用着放心"


@dataclass(frozen=True)
class House:
    """Everything a test of the stages does, in the words of the stages."""

    inbox: Path
    now: datetime = datetime(2026, 6, 8, 1, tzinfo=UTC)

    def register(self, name: str = "web", **definition: Any) -> str:
        """Register a source that reads a folder of its own."""
        folder = self.inbox / name
        folder.mkdir(parents=True, exist_ok=True)
        values = {"name": name, "title": "网页表单", "kind": "csv", "channel": "web", "map": MAP}
        with transaction() as session:
            register_source(session, name, {**values, "path": str(folder / "*.csv"), **definition})
        return name

    def put(self, rows: Sequence[Sequence[object]], file: str = "a.csv", name: str = "web") -> Path:
        """Write a file into the folder of a source."""
        path = self.inbox / name / file
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([COLUMNS, *rows])
        return path

    def collect(self, name: str = "web", again: bool = False) -> list[int]:
        """Collect a source; return its deliveries."""
        deliveries: list[int] = read_source(name, self.now, again)
        return deliveries

    def understand(self) -> dict[str, int]:
        """Check and analyse what was collected; return how many rows came to which outcome."""
        check_waiting.fn(self.now)
        counts: dict[str, int] = analyse_waiting.fn(self.now)
        return counts

    def gather(self) -> dict[str, int]:
        """Gather what was analysed into problems."""
        counts: dict[str, int] = aggregate_problems.fn(self.now)
        return counts

    def take_in(self, rows: Sequence[Sequence[object]], file: str = "a.csv") -> dict[str, int]:
        """Put a file into the source `web` and bring it as far as problems."""
        self.register()
        self.put(rows, file)
        self.collect()
        counts = self.understand()
        self.gather()
        return counts

    def on(self, day: date, hour: int = 9) -> House:
        """Return the same house on another day."""
        return replace(self, now=datetime.combine(day, time(hour), CHINA))

    def improve(self) -> dict[str, int]:
        """Take problems as far as a measure that a person can approve."""
        return {
            "confirmed": confirm_problems.fn(self.now),
            "diagnosed": diagnose_problems.fn(self.now),
            "proposed": propose_actions.fn(self.now),
        }

    def decide(self, step: Callable[..., None], action: int, *values: object) -> None:
        """Let a person decide about a measure."""
        with transaction() as session:
            step(session, action, *values, By("person:李雷", self.now))

    def promise(self, live_on: date) -> int:
        """Approve and take on the newest measure, to go live on a day; return its number."""
        action = int(self.value("SELECT max(id) FROM action"))
        self.decide(deciding.approve, action)
        self.decide(deciding.accept, action, live_on)
        return action

    def carry_out(self, live_on: date) -> int:
        """Take the newest measure all the way: approved, accepted, and live on a later day."""
        action = self.promise(live_on)
        self.on(live_on).decide(deciding.implement, action, self.on(live_on).now)
        return action

    def act_on(self, rows: Sequence[Sequence[object]], live_on: date) -> int:
        """Take feedback in and carry out a measure against what it complains of; return its number."""
        self.take_in(rows)
        self.improve()
        return self.carry_out(live_on)

    def trade(self, first: date, days: int, orders: int) -> None:
        """Write down orders for some days."""
        rows = [(first + timedelta(days=n), "orders", "", "", orders) for n in range(days)]
        with transaction() as session:
            copy_rows(session, "operation_figure", ("day", "name", "region", "product", "value"), rows)

    def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """Read rows with SQL."""
        with transaction() as session:
            return [dict(row) for row in session.execute(text(query), values).mappings()]

    def value(self, query: str, **values: Any) -> Any:
        """Read one value with SQL."""
        with transaction() as session:
            return session.execute(text(query), values).scalar_one()

    def pairs(self, query: str, **values: Any) -> dict[Any, Any]:
        """Read two columns with SQL as a dict."""
        with transaction() as session:
            return {key: value for key, value in session.execute(text(query), values)}


@dataclass(frozen=True)
class Kept:
    """Databases of houses by name, and their home folders below a folder."""

    administer: Callable[[str], object]
    folder: Path
    databases: list[str] = field(default_factory=list)

    def keep(self, name: str) -> None:
        """Keep a copy of the house as it is now."""
        of = connections.engine().url.database
        connections.engine().dispose()
        self.administer(f"CREATE DATABASE {name} TEMPLATE {of} STRATEGY FILE_COPY")
        shutil.copytree(get_settings().home, self.folder / name)
        self.databases.append(name)


@pytest.fixture
def house(home: Path, tmp_path: Path) -> Iterator[House]:
    """Give a test a house with an empty database; run loggers are silent outside a run."""
    with disable_run_logger():
        yield House(tmp_path / "inbox")


@pytest.fixture(scope="module")
def kept(administer: Callable[[str], object], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Hold the houses that the tests of one file share."""
    shared = Kept(administer, tmp_path_factory.mktemp("kept"))
    yield shared
    for database in shared.databases:
        administer(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture
def once(house: House, kept: Kept, move: Callable[..., Path]) -> Callable[[str, Callable[[], object]], None]:
    """Return a function that brings the house to where tests of a file begin: the first builds it, others copy it.

    Files that the first one put into its inbox are not copied: what was read is in the database.
    """

    def bring(name: str, build: Callable[[], object]) -> None:
        if name in kept.databases:
            shutil.copytree(kept.folder / name, move("home", like=name), dirs_exist_ok=True)
        else:
            build()
            kept.keep(name)

    return bring


@pytest.fixture
def another(house: House, move: Callable[..., Path]) -> Callable[..., House]:
    """Return a function that moves on to another house with an empty database of its own."""

    def begin(now: datetime = house.now) -> House:
        return House(move(f"home-{uuid.uuid4().hex}") / "inbox", now)

    return begin


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch, home: Path) -> Callable[..., None]:
    """Return a function that changes settings for the rest of a test."""

    def change(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"VOC_{name.upper()}", str(value))
        get_settings.cache_clear()

    return change


def phone(number: int) -> str:
    """Return a mobile number that nobody has."""
    return f"139{number:08d}"


def at(day: date, minute: int = 0) -> str:
    """Return a time of a day as a file spells it."""
    return f"{datetime.combine(day, time(9)) + timedelta(minutes=minute):%Y-%m-%d %H:%M}"


def daily(
    first: date, days: int, complaints: Callable[[int], int], others: int, start: int = 1
) -> list[list[str]]:
    """Make rows of complaints about late installers and of other words, each from a customer of its own."""
    rows: list[list[str]] = []
    for day in range(days):
        count = complaints(day)
        for n in range(count + others):
            number = start + len(rows)
            words, rating = (LATE, "1") if n < count else (FINE, "5")
            rows.append(
                [f"R{number}", words, at(first + timedelta(days=day), n), rating, phone(number), "成都"]
            )
    return rows


@pytest.fixture
def make() -> Mapping[str, Callable[..., Any]]:
    """Return the makers of rows: test files cannot import from here."""
    return {"daily": daily, "phone": phone, "at": at}
