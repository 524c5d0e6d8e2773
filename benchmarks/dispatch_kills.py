"""Kill the dispatcher again and again while a gateway answers badly: nothing is lost, and every repeat is marked.

    python -m benchmarks.dispatch_kills --kills 60 --messages 3000

A gateway in a process of its own writes down what it accepts. A fifth of its answers are bad: busy, broken, not
understood, or lost after the message was taken. The dispatcher is a forked process that is killed with SIGKILL at
random moments; its clock runs faster than ours, so that leases and retries pass within minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import tempfile
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sqlalchemy import text

EPOCH = datetime(2026, 6, 8, 1, tzinfo=UTC)
FAST = 3000.0  # seconds of the dispatcher's clock in one of ours
MARK = "重复发送"
BAD = 0.2
LOST = ("drop", "garbage", "strange")  # the gateway took the message, and nobody can know
REFUSED = ("busy", "broken")  # the gateway did not take it, and says so


def gateway(record: Path, seed: int) -> tuple[int, int]:
    """Start a gateway; return its port and its process. It writes a line for each request it answers."""
    # A dispatcher that is killed hangs up in the middle: that is what we came for.
    ThreadingHTTPServer.handle_error = lambda *_: None  # type: ignore[method-assign]
    server = ThreadingHTTPServer(("localhost", 0), _handler(record, random.Random(seed)))
    port = server.server_address[1]
    child = os.fork()
    if child == 0:
        server.serve_forever()
    server.socket.close()
    return port, child


def _handler(record: Path, chance: random.Random) -> type[BaseHTTPRequestHandler]:
    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            how = chance.choice([*LOST, *REFUSED]) if chance.random() < BAD else "accept"
            taken = how not in REFUSED
            with record.open("a") as file:
                file.write(
                    json.dumps({"id": body["id"], "how": how, "taken": taken, "marked": MARK in body["text"]})
                    + "\n"
                )
            if how == "drop":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            said = {"busy": '{"code": 42}', "broken": "", "garbage": "<html>", "strange": '{"code": 7777}'}
            answer = said.get(how, '{"code": 0}').encode()
            self.send_response(500 if how == "broken" else 200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Gateway


def clock(began: float) -> datetime:
    """Return the dispatcher's time."""
    return EPOCH + timedelta(seconds=(time.time() - began) * FAST)


def dispatcher(began: float) -> int:
    """Fork a dispatcher and return its process."""
    from tasks.tell import send_due

    child = os.fork()
    if child == 0:
        while True:
            send_due(clock(began), 50)
    return child


def queue(messages: int) -> None:
    """Put messages to one customer into the outbox."""
    from models.engine import transaction

    with transaction() as session:
        session.execute(
            text("INSERT INTO customer (id, pseudonym, value, first_seen_at) VALUES (1, 'p', 0, now())")
        )
        session.execute(text("INSERT INTO vault.contact (customer_id, phone) VALUES (1, '13800000000')"))
        session.execute(
            text(
                """
                INSERT INTO outbox (subject, event, round, audience, recipient, channel, data, state, attempts,
                                    next_attempt_at, repeat, created_at)
                SELECT 'case:' || n, 'case_resolved', 1, 'customer', 'customer:1', 'sms',
                       '{"template": "case_resolved", "number": "VOC-0123456789", "category": "安装", "link": ""}',
                       'pending', 0, :now, false, :now FROM generate_series(1, :messages) n
                """
            ),
            {"now": EPOCH, "messages": messages},
        )


def states() -> Counter[str]:
    """Count the messages by state."""
    from models.engine import transaction

    query = text("SELECT state, count(*) FROM outbox WHERE event = 'case_resolved' GROUP BY 1")
    with transaction() as session:
        return Counter({state: count for state, count in session.execute(query)})


def torment(kills: int, messages: int, seed: int, record: Path) -> dict[str, int]:
    """Queue, dispatch and kill until everything is settled; return what the gateway and the outbox say."""
    from models.engine import engine, migrate
    from settings import get_settings

    port, fake = gateway(record, seed)
    sms = {
        "url": f"http://localhost:{port}/",
        "key": "id",
        "secret": "s",
        "retry": "42",
        "per_minute": "1000000",
    }
    os.environ |= {"VOC_EGRESS_HOSTS": '["localhost"]', "VOC_CHANNELS": json.dumps({"sms": sms})}
    get_settings.cache_clear()
    migrate()
    queue(messages)
    chance, began, done = random.Random(seed), time.time(), 0
    try:
        while True:
            engine().dispose()
            child = dispatcher(began)
            time.sleep(chance.uniform(0.1, 1.2) if done < kills else 3.0)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            done += 1
            left = states()
            if done >= kills and not left.keys() - {"sent", "dead"}:
                break
    finally:
        os.kill(fake, signal.SIGKILL)
        os.waitpid(fake, 0)
    return {
        "kills": done,
        "messages": messages,
        **_judged(record),
        **{f"outbox {k}": v for k, v in left.items()},
    }


def _judged(record: Path) -> dict[str, int]:
    tries: dict[str, list[dict[str, object]]] = defaultdict(list)
    for line in record.read_text().splitlines():
        entry = json.loads(line)
        tries[str(entry["id"])].append(entry)
    taken = {id_: [one for one in entries if one["taken"]] for id_, entries in tries.items()}
    again = [one for entries in taken.values() for one in entries[1:]]
    return {
        "requests": sum(map(len, tries.values())),
        "bad answers": sum(one["how"] != "accept" for entries in tries.values() for one in entries),
        "accepted": sum(bool(entries) for entries in taken.values()),
        "repeats": len(again),
        "repeats not marked": sum(not one["marked"] for one in again),
    }


def main() -> None:
    """Print what happened."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=60)
    asked.add_argument("--messages", type=int, default=3000)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("VOC_HOME", folder)
        found = torment(options.kills, options.messages, options.seed, Path(folder) / "accepted.jsonl")
    found["never accepted"] = options.messages - found["accepted"]
    for name, count in found.items():
        print(f"{name:20} {count:>8,}")


if __name__ == "__main__":
    main()
