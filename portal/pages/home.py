"""The first page after the log-in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from portal.rendering import page
from portal.rights import SignedIn

router = APIRouter()


@router.get("/")
def home(request: Request, person: SignedIn) -> HTMLResponse:
    """Greet, and show what the person may open."""
    return page(request, "home.html")
