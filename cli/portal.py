"""voc portal: the pages and the API, served by uvicorn."""

from __future__ import annotations

import typer

from cli.output import console
from models.engine import migrate
from models.people.rights import check_roles
from settings import get_settings


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("portal")(portal)


def portal() -> None:
    """Serve the portal until stopped."""
    import uvicorn

    from portal.app import create_app

    migrate()
    check_roles()
    settings = get_settings()
    console.print(f"门户：http://{settings.portal_host}:{settings.portal_port}　按 Ctrl+C 停止。")
    # No access log: addresses and paths identify people, and the audit log says what matters.
    uvicorn.run(
        create_app(),
        host=settings.portal_host,
        port=settings.portal_port,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=15,
    )
