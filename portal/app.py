"""The application: routes, guards and what happens when something goes wrong."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from portal import faults
from portal.api.app import create_api
from portal.csrf import csrf_checked
from portal.guard import Guard
from portal.rendering import STATIC
from portal.routes import EMBEDDED, PUBLIC, STAFF


def create_app() -> FastAPI:
    """Put the portal together; nothing is opened before the first request."""
    app = FastAPI(title="客户之声", docs_url=None, redoc_url=None, openapi_url=None)
    for router in (*STAFF, *PUBLIC):
        app.include_router(router, dependencies=[Depends(csrf_checked)])
    for router in EMBEDDED:
        app.include_router(router)
    app.mount("/api", create_api())
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    faults.attach(app)
    app.add_middleware(Guard)
    return app
