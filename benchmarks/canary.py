"""After a whole demo: is any customer's phone, mail address, identity card or bank card anywhere outside the vault?

Every number and address that stands in the vault is a canary. They are looked for in every text of the database
outside the vault, in every file of the home folder (reports, pages, exports, logs, Prefect's own database with its
artifacts, logs and parameters), and in the pages of the portal that `--pages` names. What came in (inbox) is left out:
it is the customers' own.

    python -m benchmarks.canary [--home .voc] [--pages http://127.0.0.1:8080/t …]
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
from sqlalchemy import text

LOOKS = re.compile(
    rb"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{16,19}(?!\d)|[A-Za-z0-9._-]{3,}@[A-Za-z0-9.-]+\.[a-z]{2,}"
)
# What is the customers' own (inbox), what holds the vault itself (postgres), and keys.
LEFT_OUT = ("inbox", "postgres", "secrets")


def main() -> None:
    """Print how many canaries there are, how much was searched, and every place where one was found."""
    given = _arguments()
    os.environ["VOC_HOME"] = str(given.home)
    canaries = _canaries()
    found: list[str] = []
    searched = 0
    for place, body in (*_tables(), *_files(given.home), *_pages(given.pages)):
        searched += len(body)
        hits = {hit.lower() for hit in LOOKS.findall(body)} & canaries
        found += [f"{place}: {len(hits)}"] if hits else []
    print(
        f"canaries {len(canaries):,}, searched {searched / 2**20:,.1f} MB, places with a canary {len(found)}"
    )
    print("\n".join(found))
    raise SystemExit(bool(found))


def _canaries() -> set[bytes]:
    from models.engine import transaction

    with transaction() as session:
        raw = session.scalars(text("SELECT payload::text FROM vault.raw_record"))
        return {hit.lower() for body in raw for hit in LOOKS.findall(body.encode())}


def _tables() -> Iterator[tuple[str, bytes]]:
    from models.engine import transaction

    with transaction() as session:
        columns = session.execute(
            text(
                """SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
                   AND data_type IN ('text', 'jsonb', 'json', 'character varying', 'ARRAY')"""
            )
        ).all()
        for table, column in columns:
            query = text(f'SELECT string_agg("{column}"::text, chr(10)) FROM "{table}"')
            yield f"table {table}.{column}", (session.scalar(query) or "").encode()


def _files(home: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.relative_to(home).parts[0] not in LEFT_OUT:
            yield f"file {path.relative_to(home)}", path.read_bytes()


def _pages(addresses: list[str]) -> Iterator[tuple[str, bytes]]:
    for address in addresses:
        yield f"page {address}", httpx.get(address, trust_env=False).content


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(".voc"))
    parser.add_argument("--pages", nargs="*", default=[])
    return parser.parse_args()


if __name__ == "__main__":
    main()
