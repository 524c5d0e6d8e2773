"""Guess tracking numbers and telephone digits: how many are found, and how long right and wrong answers take.

    python -m benchmarks.tracking_guesses --guesses 100000

Guesses go to the very query of the page, without its limit of ten a minute; times are those of whole requests.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FEEDBACK = 20_000
FILL = """
WITH s AS (INSERT INTO source (name, title, kind, channel, definition)
           VALUES ('x', 'x', 'csv', 'web', '{}') RETURNING id),
     d AS (INSERT INTO delivery (source_id, origin, fingerprint, started_at)
           SELECT id, 'x', 'x', now() FROM s RETURNING id),
     b AS (INSERT INTO batch (delivery_id, part, state, collected_at, rows_read, rows_stored, rows_duplicate,
           rows_near_duplicate, rows_rejected, rows_quarantined, rows_blank)
           SELECT id, 1, 'checked', now(), 0, 0, 0, 0, 0, 0, 0 FROM d RETURNING id),
     r AS (INSERT INTO vault.raw_record (source_id, batch_id, "row", record_key, payload_hash, payload, outcome)
           SELECT s.id, b.id, n, n, '', '{}', 'stored' FROM s, b, generate_series(1, :count) n RETURNING id, "row"),
     c AS (INSERT INTO customer (pseudonym, value, first_seen_at) SELECT n, 0, now() FROM generate_series(1, :count) n
           RETURNING id, pseudonym),
     p AS (INSERT INTO vault.contact (customer_id, phone)
           SELECT id, '138' || lpad(pseudonym, 8, '0') FROM c)
INSERT INTO feedback (tracking_number, raw_record_id, batch_id, source_id, record_key, channel, occurred_at,
                      customer_id, text, content_hash, disposition)
SELECT (CAST(:numbers AS text[]))[r."row"], r.id, b.id, s.id, r."row", 'web', now(), c.id, 'x', 1, 'accepted'
FROM r, b, s, c WHERE c.pseudonym = CAST(r."row" AS text)
"""


def number() -> str:
    """Draw a number as they are drawn for customers."""
    return "VOC-" + "".join(secrets.choice(ALPHABET) for _ in range(10))


def main() -> None:
    """Print what was found and how long answers took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--guesses", type=int, default=100_000)
    guesses = asked.parse_args().guesses
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VOC_HOME"] = folder
        known = _fill()
        found = _guess(guesses)
        print(f"{FEEDBACK:,} feedback, {guesses:,} guesses: {found} hits")
        for name, times in _times(known).items():
            middle, worst = statistics.median(times) * 1000, max(times) * 1000
            print(f"{name:34} median {middle:6.1f} ms, longest {worst:6.1f} ms")


def _fill() -> list[str]:
    from sqlalchemy import text

    from models.engine import migrate, transaction

    migrate()
    numbers = [number() for _ in range(FEEDBACK)]
    with transaction() as session:
        session.execute(text(FILL), {"count": FEEDBACK, "numbers": numbers})
        session.execute(text("ANALYZE feedback"))
    return numbers


def _guess(guesses: int) -> int:
    from models.customers.tracking import find
    from models.people.rights import customer

    with customer() as session:
        return sum(find(session, number(), f"{n % 10_000:04d}") is not None for n in range(guesses))


def _times(known: list[str]) -> dict[str, list[float]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from starlette.testclient import TestClient

    import portal.pages.tracking
    from portal.app import create_app

    portal.pages.tracking.A_MINUTE = 10**6
    client = TestClient(create_app(), base_url="https://testserver", follow_redirects=False)
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/track").text)
    csrf = token[1] if token else ""

    def posted(values: Callable[[], dict[str, str]]) -> list[float]:
        return [_timed(lambda: client.post("/track", data={"csrf": csrf, **values()})) for _ in range(30)]

    return {
        "right number, right digits": posted(lambda: {"number": known[0], "digits": "0001"}),
        "right number, wrong digits": posted(lambda: {"number": known[0], "digits": "0002"}),
        "wrong number": posted(lambda: {"number": number(), "digits": "0001"}),
        "nonsense": posted(lambda: {"number": "x" * 30, "digits": "?"}),
        "wrong link": [_timed(lambda: client.get(f"/t/{secrets.token_urlsafe(16)}")) for _ in range(30)],
    }


def _timed(request: Callable[[], object]) -> float:
    began = time.perf_counter()
    request()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
