"""Pictures of the portal for docs/portal.md, taken of the house in VOC_HOME (`make screenshots` after `voc demo`).

People are made for the pictures, and their sessions ended again; what the pages show is what the demo left.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn
from sqlalchemy import text
from sqlalchemy.orm import Session

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
PORT = 8798
SIZES = {"1280": {"width": 1280, "height": 900}, "360": {"width": 360, "height": 740}}
CHOSEN = {
    "case": "SELECT id FROM \"case\" WHERE department = :d AND state = 'assigned' ORDER BY opened_at DESC LIMIT 1",
    "action": """SELECT a.id FROM action a LEFT JOIN verification v ON v.action_id = a.id WHERE a.department = :d
                 ORDER BY v.id IS NULL, a.id DESC LIMIT 1""",
}


def main() -> None:
    """Serve the house, log two people in, and take the pictures."""
    os.environ["VOC_PORTAL_PLAIN_HTTP"] = "true"
    from models.engine import migrate, transaction
    from portal.app import create_app

    migrate()
    with transaction() as session:
        department = session.scalar(
            text("SELECT department FROM action WHERE state <> 'proposed' ORDER BY id LIMIT 1")
        )
        if department is None:
            raise SystemExit("nothing to show: run voc demo first, in the same VOC_HOME")
        people = {who: _enter(session, who, role, [department])
                  for who, role in (("handler", "handler"), ("leader", "leader"), ("voc", "voc"))}  # fmt: skip
        ids = {name: session.scalar(text(query), {"d": department}) for name, query in CHOSEN.items()}
        problem = session.scalar(text("SELECT problem_id FROM action WHERE id = :id"), {"id": ids["action"]})
    server = uvicorn.Server(uvicorn.Config(create_app(), port=PORT, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.1)
    pages = {
        "desk": ("handler", "/desk"), "case": ("handler", f"/cases/{ids['case']}"),
        "action": ("handler", f"/actions/{ids['action']}"), "problem": ("leader", f"/problems/{problem}"),
        "dashboard": ("leader", "/dashboard"), "knowledge": ("voc", "/knowledge"),
    }  # fmt: skip
    _take(people, pages)
    with transaction() as session:
        session.execute(text("UPDATE user_session SET ended_at = now(), ended_by = 'pictures' WHERE method = 'password'"
                             " AND browser = 'pictures'"))  # fmt: skip
    server.should_exit = True
    thread.join(10)


def _enter(session: Session, login: str, role: str, departments: list[str]) -> str:
    from sqlalchemy import select

    from models.people.sessions import begin_session
    from models.schema.identity import User

    now = datetime.now(UTC)
    user = session.scalar(select(User).where(User.login == f"picture-{login}")) or User(
        login=f"picture-{login}", name={"handler": "李敏", "leader": "周总"}.get(login, "赵宁"), roles=[role],
        departments=departments if role == "handler" else [], created_at=now,
    )  # fmt: skip
    session.add(user)
    session.flush()
    return begin_session(session, user.id, "password", "pictures", now)


def _take(people: dict[str, str], pages: dict[str, tuple[str, str]]) -> None:
    from playwright.sync_api import sync_playwright

    address = f"http://127.0.0.1:{PORT}"
    httpx.get(f"{address}/login", timeout=30)
    chromium = os.environ.get("VOC_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, (who, path) in pages.items():
            for width, size in SIZES.items():
                context = browser.new_context(viewport=size, base_url=address, locale="zh-CN")
                context.add_cookies([{"name": "voc-session", "value": people[who], "url": address}])
                page = context.new_page()
                page.goto(path)
                target = FOLDER / f"portal-{name}-{width}.png"
                page.screenshot(path=target)
                print(f"{target.name}: {target.stat().st_size // 1024} kB")
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
