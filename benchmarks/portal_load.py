"""How fast the desk and the tracking page are with many cases and people (`python -m benchmarks.portal_load`).

A private house is laid out with `--cases`, a portal is served by one process, `--people` ask for pages at once, and
another process keeps writing feedback and cases as collecting does. Prints requests a second and percentiles of
each page, and the plan of the desk's query. Everything runs on one machine, so the load and those who make it share
its processors: the figures are an upper bound of what people wait for.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing import Event, Process
from typing import Any

import httpx
import numpy as np

PAGES = {
    "desk": "/desk",
    "desk, one kind": "/desk?kind=answer",
    "case": "/cases/{case}",
    "tracking, form": "/track",
    "tracking": "/track/view",
}


def main() -> None:
    """Lay out, serve, ask, print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--cases", type=int, default=100_000)
    asked.add_argument("--people", type=int, default=50)
    asked.add_argument("--seconds", type=float, default=30.0)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="voc-load-") as home:
        os.environ |= {"VOC_HOME": home, "VOC_PORTAL_PLAIN_HTTP": "true", "VOC_PORTAL_PORT": "8799"}
        cookies, cases = _lay_out(options.cases, options.people)
        _explain()
        stop = Event()
        writer = Process(target=_write, args=(stop,))
        writer.start()
        server = subprocess.Popen([sys.executable, "-m", "cli", "portal"])
        try:
            _wait("http://127.0.0.1:8799/login")
            print(
                f"{options.cases:,} cases, {options.people} people, {options.seconds:.0f} s, feedback being written"
            )
            asyncio.run(_ask("http://127.0.0.1:8799", cookies, cases, options.seconds))
        finally:
            stop.set()
            server.terminate()
            server.wait(20)
            writer.join(20)


def _lay_out(count: int, people: int) -> tuple[list[str], list[list[int]]]:
    from sqlalchemy import text

    from benchmarks.portal_rows import DEPARTMENTS, lay_out
    from models.engine import migrate, transaction
    from models.people.sessions import begin_session
    from models.schema.identity import User

    migrate()
    now = datetime.now(UTC)
    started = time.perf_counter()
    with transaction() as session:
        lay_out(session, count, now)
    print(f"laid out in {time.perf_counter() - started:.0f} s")
    cookies, cases = [], []
    with transaction() as session:
        for number, feedback in enumerate(
            session.scalars(text("SELECT id FROM feedback LIMIT :n"), {"n": people})
        ):
            department = DEPARTMENTS[number % len(DEPARTMENTS)]
            user = User(login=f"p{number}", name=f"经办 {number}", roles=["handler"], departments=[department],
                        created_at=now)  # fmt: skip
            session.add(user)
            session.flush()
            token = begin_session(session, user.id, "password", "load", now)
            cookies.append(f"voc-session={token}; voc-track={_opened(session, feedback, now)}")
            query = text("SELECT id FROM \"case\" WHERE department = :d AND state = 'assigned' LIMIT 200")
            cases.append(list(session.scalars(query, {"d": department})))
    return cookies, cases


def _opened(session: Any, feedback: int, now: datetime) -> str:
    """Make a link of a message and return the cookie that opening it would leave."""
    from itsdangerous import URLSafeTimedSerializer

    from models.customers.linking import hashed
    from models.schema.tracked import TrackingLink
    from settings import get_settings

    hash_ = hashed(secrets.token_urlsafe(16))
    session.add(
        TrackingLink(
            token_hash=hash_, feedback_id=feedback, created_at=now, expires_at=now + timedelta(days=1)
        )
    )
    return str(
        URLSafeTimedSerializer(get_settings().tracking_key(), salt="tracking").dumps([feedback, hash_])
    )


def _explain() -> None:
    from sqlalchemy import text

    from models.cases.desk import _PARTS
    from models.engine import transaction

    with transaction() as session:
        for kind in ("answer", "solve"):
            query = _PARTS[kind].replace("d.code", "'app'").replace(":limit", "26")
            plan = session.scalars(text(f"EXPLAIN (ANALYZE, COSTS off, TIMING off) {query}")).all()
            print(f"plan of {kind}:", *plan, sep="\n    ")


def _write(stop: Any) -> None:
    """Write feedback with its case, a hundred a transaction, as collecting and routing do."""
    from sqlalchemy import text

    from models.engine import transaction

    query = text(
        """
        WITH r AS (INSERT INTO vault.raw_record (source_id, batch_id, "row", record_key, payload_hash, payload, outcome)
            SELECT b.source_id, b.id, 0, :mark || n, '', '{}', 'stored' FROM generate_series(1, 100) n,
                (SELECT b.id, d.source_id FROM batch b JOIN delivery d ON d.id = b.delivery_id LIMIT 1) b
            RETURNING id, source_id, batch_id, record_key),
        f AS (INSERT INTO feedback (tracking_number, raw_record_id, batch_id, source_id, record_key, channel,
                occurred_at, text, content_hash, disposition)
            SELECT 'VOC-' || record_key, id, batch_id, source_id, record_key, 'web', now(), '压测写入', id, 'accepted'
            FROM r RETURNING id)
        INSERT INTO "case" (feedback_id, state, round, department, category, priority, opened_at, respond_by,
                            resolve_by, changed_at)
        SELECT id, 'assigned', 1, 'app', '安装不准时', 'low', now(), now() + interval '8 hours',
               now() + interval '3 days', now() FROM f
        """
    )
    written = 0
    while not stop.is_set():
        with transaction() as session:
            session.execute(query, {"mark": secrets.token_hex(4)})
        written += 100
        time.sleep(0.1)
    print(f"written meanwhile: {written:,} feedbacks with their cases")


def _wait(address: str) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            httpx.get(address, timeout=2)
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("the portal did not start")


async def _ask(address: str, cookies: list[str], cases: list[list[int]], seconds: float) -> None:
    taken: dict[str, list[float]] = {name: [] for name in PAGES}
    bad: list[int] = []
    async with httpx.AsyncClient(
        base_url=address, timeout=60, limits=httpx.Limits(max_connections=200)
    ) as client:
        for name in PAGES:  # a portal that has just started reads its templates and words once
            await client.get(PAGES[name].format(case=cases[0][0]), headers={"cookie": cookies[0]})
        until = time.perf_counter() + seconds
        await asyncio.gather(
            *(_person(client, cookie, own, until, taken, bad, n)
              for n, (cookie, own) in enumerate(zip(cookies, cases, strict=True)))
        )  # fmt: skip
    total = sum(map(len, taken.values()))
    print(f"{total} pages, {total / seconds:.1f} a second, {len(bad)} not 200")
    print("| page | asked | p50 ms | p95 ms | p99 ms |\n|---|---:|---:|---:|---:|")
    for name, times in taken.items():
        if times:
            p50, p95, p99 = np.percentile(np.array(times) * 1000, [50, 95, 99])
            print(f"| {name} | {len(times)} | {p50:.0f} | {p95:.0f} | {p99:.0f} |")


async def _person(
    client: httpx.AsyncClient, cookie: str, own: list[int], until: float, taken: dict[str, list[float]],
    bad: list[int], number: int,
) -> None:  # fmt: skip
    """Ask for one page after the other, with the second or two a person reads in between."""
    draw = np.random.default_rng(number)
    await asyncio.sleep(float(draw.uniform(0, 2)))
    while time.perf_counter() < until:
        name = list(PAGES)[int(draw.integers(len(PAGES)))]
        path = PAGES[name].format(case=own[int(draw.integers(len(own)))])
        started = time.perf_counter()
        answer = await client.get(path, headers={"cookie": cookie})
        taken[name].append(time.perf_counter() - started)
        bad += [answer.status_code] * (answer.status_code != 200)
        await asyncio.sleep(float(draw.uniform(0.5, 1.5)))


if __name__ == "__main__":
    main()
